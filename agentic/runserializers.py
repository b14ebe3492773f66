"""Runs in the API: what is asked of them, and what they say."""

from typing import Any, Final

from rest_framework import serializers

from agentic import progress, runs
from agentic.models import AgenticCampaign, AgenticRun, AiCall
from core.strict import StrictSerializer

LARGEST_ID: Final = 2**63 - 1


class VoiceSerializer(StrictSerializer):
    """Names a campaign of a voice."""

    campaign = serializers.CharField(max_length=64, help_text="Its module, or its id.")


class StartRunSerializer(VoiceSerializer):
    """A run through the list, or through some of its prospects."""

    leads = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID),
        required=False,
        allow_empty=False,
        help_text="Ids of prospects, in the order of their calls, at most 10,000; left out, the"
        " whole list.",
    )

    def validate_leads(self, leads: list[int]) -> list[int]:
        """As many as a run takes."""
        if len(leads) > runs.MOST_PICKED:
            raise serializers.ValidationError(f"At most {runs.MOST_PICKED:,} at a time.")
        return leads


class StartCallSerializer(VoiceSerializer):
    """A call to one prospect."""

    lead = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, help_text="The id of the prospect."
    )


class AutoNextSerializer(VoiceSerializer):
    """Whether a run goes on to the next prospect by itself, or calls the next one now."""

    enabled = serializers.BooleanField(required=False)
    next = serializers.BooleanField(
        default=False, help_text="Calls the next prospect of a run that does not go on by itself."
    )


class EndCallSerializer(StrictSerializer):
    """Ends one call."""

    call = serializers.UUIDField(required=False, help_text="The call, or its AI call.")
    campaign = serializers.CharField(
        max_length=64, required=False, help_text="Instead: the campaign whose only call it is."
    )


class StopRunsSerializer(StrictSerializer):
    """Stops runs."""

    campaign = serializers.CharField(
        max_length=64, required=False, help_text="Else all that one may run."
    )
    at_once = serializers.BooleanField(
        default=True, help_text="Whether calls that go on are hung up."
    )


class CountsSerializer(serializers.Serializer[progress.Counts]):
    """Calls of a run."""

    queued = serializers.IntegerField()
    dialing = serializers.IntegerField()
    talking = serializers.IntegerField()
    over = serializers.IntegerField()
    answered = serializers.IntegerField()
    people = serializers.IntegerField()
    machines = serializers.IntegerField()
    failed = serializers.IntegerField()
    opted_out = serializers.IntegerField()
    minutes = serializers.DecimalField(max_digits=12, decimal_places=1)
    cost = serializers.DecimalField(max_digits=12, decimal_places=4)


class ProspectSerializer(serializers.Serializer[AiCall]):
    """Whom the newest live call is to."""

    id = serializers.IntegerField(source="lead_id")
    name = serializers.CharField(source="lead.name")
    call = serializers.UUIDField(source="call.public_id")
    state = serializers.SerializerMethodField()

    def get_state(self, ai: AiCall) -> str:
        """Its own state up to the dial, then its call's."""
        placed = ai.state in (AiCall.State.PLACED, AiCall.State.OVER)
        return str(ai.call.status if placed else ai.state)


class ProviderSerializer(serializers.Serializer[AgenticCampaign]):
    """Who speaks."""

    name = serializers.CharField(source="provider")
    title = serializers.CharField(source="get_provider_display")


class RunSerializer(serializers.Serializer[AgenticRun]):
    """A run."""

    id = serializers.UUIDField(source="public_id")
    kind = serializers.CharField()
    status = serializers.CharField()
    because = serializers.CharField()
    version = serializers.IntegerField(source="version.number")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    counts = serializers.SerializerMethodField()
    refused = serializers.SerializerMethodField(
        help_text="The picked prospects who are not called, and every rule that says so."
    )

    def get_refused(self, run: AgenticRun) -> list[dict[str, Any]]:
        """At most a hundred of them, in their order."""
        rows = run.picked.exclude(refusals=[]).order_by("order")[:100]
        return [{"lead": row.lead_id, "refusals": row.refusals} for row in rows]

    def get_counts(self, run: AgenticRun) -> dict[str, Any]:
        """Its calls, minutes and money."""
        return dict(CountsSerializer(progress.of(run)).data)


class RunStatusSerializer(serializers.Serializer[Any]):
    """What a campaign's voice does now."""

    success = serializers.BooleanField(default=True)
    status = serializers.CharField(help_text="idle, or the state of the active run.")
    running = serializers.BooleanField()
    campaign = serializers.CharField(allow_blank=True)
    campaign_label = serializers.CharField(allow_blank=True)
    auto_next = serializers.BooleanField()
    lead = ProspectSerializer(allow_null=True)
    provider = ProviderSerializer(allow_null=True)
    run = RunSerializer(allow_null=True)


class RunAnswerSerializer(serializers.Serializer[Any]):
    """A run that was started."""

    success = serializers.BooleanField(default=True)
    run = RunSerializer()


class CountAnswerSerializer(serializers.Serializer[Any]):
    """How many it was about."""

    success = serializers.BooleanField(default=True)
    count = serializers.IntegerField()

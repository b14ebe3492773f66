"""The API's words about calls: what requests hold and how calls look in answers."""

import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from calls import results, tokens
from calls.events import Batch
from calls.models import Call, Recording
from calls.timing import Told

EVENT_KINDS = (
    "dialing",
    "ringing",
    "answered",
    "hold",
    "unhold",
    "mute",
    "unmute",
    "dtmf",
    "ended",
    "failed",
)
_LONGEST_MS = 1e15


class BlankAsNull(serializers.CharField):
    """A text that is null in answers while it is empty."""

    def to_representation(self, value: Any) -> str | None:  # type: ignore[override]  # null, too
        """The text, or null."""
        return str(value) if value else None


class Milliseconds(serializers.FloatField):
    """A clock's reading; JSON's infinities are none."""

    def to_internal_value(self, data: Any) -> float:
        """Raises ValidationError for what no clock shows."""
        value = super().to_internal_value(data)
        if not math.isfinite(value) or abs(value) > _LONGEST_MS:
            raise serializers.ValidationError("No clock shows this.")
        return value


class LeadCardSerializer(serializers.Serializer[Any]):
    """Who is called."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    company = serializers.CharField()
    job_title = serializers.CharField()
    job_level = serializers.CharField()
    email = serializers.CharField()
    region = serializers.CharField()
    country = serializers.CharField()
    postal_code = serializers.CharField()
    timezone = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    remarks = serializers.CharField()
    custom = serializers.JSONField()
    attempts = serializers.IntegerField()
    last_called_at = serializers.DateTimeField(allow_null=True)


class DispositionChoiceSerializer(serializers.Serializer[Any]):
    """A result to choose."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not a field's label
    key = serializers.CharField()
    finished = serializers.BooleanField()
    success = serializers.BooleanField()
    callback = serializers.BooleanField()


class CampaignCardSerializer(serializers.Serializer[Any]):
    """What an agent needs of a campaign during a call; its dispositions come from the call's."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    delay_s = serializers.IntegerField()
    wrap_up_limit_s = serializers.IntegerField()
    ring_time_s = serializers.IntegerField()
    may_skip = serializers.BooleanField()
    preview_limit_s = serializers.IntegerField()
    preview_gives_back = serializers.BooleanField()
    script = serializers.CharField()
    dispositions = DispositionChoiceSerializer(many=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The campaign with the results to choose, which are read once for the call."""
        call: Call = self.context["call"]
        names = [name for name in map(str, self.fields) if name != "dispositions"]
        card: dict[str, Any] = {name: getattr(instance, name) for name in names}
        card["dispositions"] = DispositionChoiceSerializer(results.choices(call), many=True).data
        return card


class CallSerializer(serializers.Serializer[Call]):
    """A call as its agent's softphone needs it."""

    id = serializers.UUIDField(source="public_id")
    status = serializers.ChoiceField(choices=Call.Status.choices)
    outcome = BlankAsNull(allow_null=True)
    direction = serializers.ChoiceField(choices=Call.Direction.choices)
    mode = serializers.CharField(source="attempt.mode")
    number = serializers.CharField()
    caller_id = serializers.CharField()
    lead = LeadCardSerializer(allow_null=True)
    campaign = serializers.SerializerMethodField()
    disposition = serializers.CharField(source="disposition.code", allow_null=True, default=None)
    upload_token = serializers.SerializerMethodField()
    reserved_at = serializers.DateTimeField()
    dialed_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    lease_until = serializers.DateTimeField(allow_null=True)
    wrap_up_until = serializers.DateTimeField(allow_null=True)
    peer_name = serializers.CharField()

    @extend_schema_field(CampaignCardSerializer(allow_null=True))
    def get_campaign(self, call: Call) -> dict[str, Any] | None:
        """The campaign's card, or null for a call outside campaigns."""
        if call.campaign is None:
            return None
        return CampaignCardSerializer(context={"call": call}).to_representation(call.campaign)

    def get_upload_token(self, call: Call) -> str:
        """The call's upload token for its own agent; empty for whoever else sees the call."""
        return tokens.issue(call) if call.agent_id == self.context["user"].pk else ""


class CallAnswerSerializer(serializers.Serializer[Any]):
    """A call."""

    call = CallSerializer()


class ReasonSerializer(serializers.Serializer[Any]):
    """Why not, as a word and a sentence."""

    code = serializers.CharField()
    message = serializers.CharField()


class NextCallSerializer(serializers.Serializer[Any]):
    """A reserved call, or why there is none and when to ask again."""

    call = CallSerializer(allow_null=True)
    reason = ReasonSerializer(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)


class StartSerializer(serializers.Serializer[Any]):
    """A call by hand, or from outside; the id is the client's own."""

    id = serializers.UUIDField()
    direction = serializers.ChoiceField(choices=Call.Direction.choices)
    number = serializers.CharField(max_length=64)
    campaign = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**63 - 1
    )
    peer_name = serializers.CharField(
        max_length=255, required=False, allow_blank=True, allow_null=True, default=""
    )


class DialSerializer(serializers.Serializer[Any]):
    """Leave to dial one number."""

    number = serializers.CharField()
    caller_id = serializers.CharField()
    grant = serializers.CharField()
    grant_expires_at = serializers.DateTimeField(source="expires_at")


class ReleaseSerializer(serializers.Serializer[Any]):
    """Why a reservation is given back."""

    reason = serializers.ChoiceField(choices=["skipped", "cancelled", "preview_over"])


class ResultSerializer(serializers.Serializer[Any]):
    """What the agent writes down; without a disposition wrap-up merely ends."""

    disposition = serializers.CharField(
        max_length=32, required=False, allow_blank=True, allow_null=True, default=""
    )
    note = serializers.CharField(
        max_length=10_000, required=False, allow_blank=True, allow_null=True, default=""
    )
    callback_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class EventSerializer(serializers.Serializer[Any]):
    """Something that happened in a call, on its page's clocks."""

    client_id = serializers.CharField(max_length=64)
    page = serializers.CharField(max_length=64, required=False)
    seq = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    kind = serializers.ChoiceField(choices=EVENT_KINDS)
    mono_ms = Milliseconds()
    wall_ms = Milliseconds()
    data = serializers.JSONField(required=False, default=dict)  # type: ignore[assignment]  # a field

    def validate_data(self, data: Any) -> dict[str, Any]:
        """What is known of it; an odd detail must not cost the event."""
        return _details(data) if isinstance(data, Mapping) else {}


class EventsSerializer(serializers.Serializer[Any]):
    """The events of one request; none renews the call's lease."""

    page = serializers.CharField(max_length=64)
    sent_mono_ms = Milliseconds()
    sent_wall_ms = Milliseconds()
    events = EventSerializer(many=True, max_length=1_000)  # type: ignore[call-arg]  # of its list

    def batch(self) -> Batch:
        """The request as `calls.events` takes it."""
        data = self.validated_data
        told = [Told(**{"page": data["page"], **event}) for event in data["events"]]
        return Batch(data["page"], data["sent_mono_ms"], data["sent_wall_ms"], told)


class CallStateSerializer(serializers.Serializer[Call]):
    """Where a call is."""

    id = serializers.UUIDField(source="public_id")
    status = serializers.ChoiceField(choices=Call.Status.choices)
    outcome = BlankAsNull(allow_null=True)
    disposition = serializers.CharField(source="disposition.code", allow_null=True, default=None)


class AppliedSerializer(serializers.Serializer[Any]):
    """Where the call is now, and up to which `seq` of the page nothing is missing."""

    call = CallStateSerializer()
    acknowledged = serializers.IntegerField()


class _NamedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class RecordingSummarySerializer(serializers.Serializer[Recording]):
    """A call's recording, and where it is played."""

    status = serializers.ChoiceField(choices=Recording.Status.choices)
    duration_ms = serializers.IntegerField(allow_null=True)
    url = serializers.SerializerMethodField()

    def get_url(self, recording: Recording) -> str | None:
        """The address of the file; null until there is one."""
        if not recording.file:
            return None
        return reverse("calls-api:recording", kwargs={"ref": recording.call.public_id})


class CallSummarySerializer(serializers.Serializer[Call]):
    """A call in a list."""

    id = serializers.UUIDField(source="public_id")
    status = serializers.ChoiceField(choices=Call.Status.choices)
    outcome = serializers.SerializerMethodField()
    direction = serializers.ChoiceField(choices=Call.Direction.choices)
    number = serializers.CharField()
    name = serializers.SerializerMethodField()
    agent = _NamedSerializer(allow_null=True)
    campaign = _NamedSerializer(allow_null=True)
    disposition = serializers.CharField(source="disposition.code", allow_null=True, default=None)
    reserved_at = serializers.DateTimeField()
    dialed_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    talk_ms = serializers.IntegerField()
    hold_ms = serializers.IntegerField()
    wrap_up_ms = serializers.IntegerField()
    end_presumed = serializers.BooleanField()
    recording = serializers.SerializerMethodField()

    def get_outcome(self, call: Call) -> str | None:
        """How it ended on the line; null until then."""
        return call.outcome or None

    def get_name(self, call: Call) -> str:
        """Who was called, as far as it is known."""
        return name_of(call)

    @extend_schema_field(RecordingSummarySerializer(allow_null=True))
    def get_recording(self, call: Call) -> dict[str, Any] | None:
        """The recording, or null for none."""
        try:
            recording = call.recording
        except ObjectDoesNotExist:
            return None
        recording.call = call
        return dict(RecordingSummarySerializer(recording).data)


class HistorySerializer(serializers.Serializer[Any]):
    """A page of calls, and where the next one begins; null after the last."""

    calls = CallSummarySerializer(many=True)
    older = serializers.CharField(allow_null=True)


class RecentCallSerializer(serializers.Serializer[Call]):
    """A call to dial again."""

    id = serializers.UUIDField(source="public_id")
    number = serializers.CharField()
    name = serializers.SerializerMethodField()
    at = serializers.DateTimeField(source="reserved_at")
    direction = serializers.ChoiceField(choices=Call.Direction.choices)
    outcome = serializers.SerializerMethodField()

    def get_name(self, call: Call) -> str:
        """Who was called, as far as it is known."""
        return name_of(call)

    def get_outcome(self, call: Call) -> str | None:
        """How it ended on the line; null until then."""
        return call.outcome or None


class RecentSerializer(serializers.Serializer[Any]):
    """The last calls."""

    calls = RecentCallSerializer(many=True)


def name_of(call: Call) -> str:
    """The name of the lead, else what the line showed."""
    return call.lead.name if call.lead and call.lead.name else call.peer_name


def _details(data: Mapping[str, Any]) -> dict[str, Any]:
    """The known details of an event, each where it makes sense."""
    found: dict[str, Any] = {}
    status = data.get("sip_status")
    if isinstance(status, int) and 100 <= status <= 699:
        found["sip_status"] = status
    for name, longest in (("cause", 64), ("by", 6), ("tone", 1)):
        value = data.get(name)
        if isinstance(value, str) and value:
            found[name] = value[:longest]
    return found

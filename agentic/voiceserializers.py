"""AI campaigns, their wording, lists and leads in the API: what is asked of them, what they say."""

from typing import Any, Final

from rest_framework import serializers

from agentic import speech
from agentic.models import AgenticCampaign, PromptVersion
from agentic.runserializers import LARGEST_ID
from campaigns.models import Campaign, LeadSheet
from campaigns.sheetserializers import ChoicesSerializer
from core.strict import StrictSerializer

PAGE: Final = 50


class QuestionSerializer(StrictSerializer):
    """A question of a campaign."""

    key = serializers.CharField(max_length=64, required=False, allow_blank=True)
    text = serializers.CharField(max_length=300)
    kind = serializers.CharField(max_length=16, required=False)
    choices = serializers.ListField(
        child=serializers.CharField(max_length=300), required=False, max_length=20
    )
    required = serializers.BooleanField(required=False)  # type: ignore[assignment]  # a field's name


class WordingSerializer(StrictSerializer):
    """What a voice says; texts may hold `{{ name | "fallback" }}` and `[Prospect Name]`."""

    agent_text = serializers.CharField(required=False, allow_blank=True)
    session_text = serializers.CharField(required=False, allow_blank=True)
    disclosure = serializers.CharField(required=False, allow_blank=True)
    voice = serializers.ChoiceField(choices=speech.VOICES, required=False)
    language = serializers.ChoiceField(choices=[*speech.LANGUAGES], required=False)
    model = serializers.ChoiceField(choices=speech.MODELS, required=False)
    temperature = serializers.DecimalField(
        max_digits=3, decimal_places=2, min_value=0, max_value=2, required=False
    )
    questions = QuestionSerializer(many=True, required=False)
    tools = serializers.ListField(child=serializers.CharField(max_length=64), required=False)
    voicemail = serializers.ChoiceField(choices=AgenticCampaign.Voicemail.choices, required=False)
    voicemail_text = serializers.CharField(required=False, allow_blank=True)


class VoiceChangeSerializer(WordingSerializer):
    """What may be said of an AI campaign."""

    name = serializers.CharField(max_length=120, required=False)
    provider = serializers.ChoiceField(choices=AgenticCampaign.Provider.choices, required=False)
    max_calls = serializers.IntegerField(min_value=1, max_value=32_000, required=False)
    calls_per_second = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, required=False
    )
    max_length_s = serializers.IntegerField(min_value=30, max_value=7200, required=False)
    silence_s = serializers.IntegerField(min_value=1, max_value=32_000, required=False)
    needs_closers = serializers.BooleanField(required=False)
    hand_over_wait_s = serializers.IntegerField(min_value=1, max_value=32_000, required=False)
    cost_per_minute = serializers.DecimalField(
        max_digits=12, decimal_places=4, min_value=0, required=False
    )
    currency = serializers.CharField(min_length=3, max_length=3, required=False)
    auto_next = serializers.BooleanField(required=False)
    trunk = serializers.CharField(
        max_length=120, required=False, allow_null=True, help_text="The name of the line."
    )
    purpose = serializers.ChoiceField(choices=Campaign.Purpose.choices, required=False)
    caller_id = serializers.CharField(max_length=32, required=False, allow_blank=True)
    default_region = serializers.CharField(min_length=2, max_length=2, required=False)
    ring_time_s = serializers.IntegerField(min_value=5, max_value=120, required=False)
    dispositions = serializers.ListField(
        child=serializers.CharField(max_length=32),
        required=False,
        max_length=200,
        help_text="The codes of the results that the voice may set.",
    )
    teams = serializers.ListField(
        child=serializers.CharField(max_length=120),
        required=False,
        max_length=200,
        help_text="The names of the teams whose people take its calls over.",
    )


class VoicePatchSerializer(VoiceChangeSerializer):
    """An AI campaign as it is changed, and started or stopped."""

    status = serializers.ChoiceField(
        choices=Campaign.Status.choices,
        required=False,
        help_text="running starts it, after everything else is changed.",
    )


class VoiceMakeSerializer(VoiceChangeSerializer):
    """A new AI campaign; without a trunk, the first line is chosen."""

    module = serializers.SlugField(
        max_length=64, required=False, help_text="Left out, it is made from the name."
    )
    name = serializers.CharField(max_length=120)
    organization_id = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="For superadmins only: whose it is.",
    )


class VersionSerializer(serializers.ModelSerializer[PromptVersion]):
    """A version as it was published."""

    in_force = serializers.SerializerMethodField()

    class Meta:
        model = PromptVersion
        fields = (
            *("number", "note", "published_at", "rolled_back_at", "in_force"),
            *("agent_text", "session_text", "disclosure", "voice", "language", "model"),
            *("temperature", "questions", "tools", "voicemail", "voicemail_text"),
        )

    def get_in_force(self, version: PromptVersion) -> bool:
        """Whether calls are made with it."""
        return bool(version.pk == self.context.get("published"))


class AgenticSerializer(serializers.ModelSerializer[AgenticCampaign]):
    """An AI campaign as it stands."""

    id = serializers.IntegerField(source="campaign_id")
    name = serializers.CharField(source="campaign.name")
    status = serializers.ChoiceField(source="campaign.status", choices=Campaign.Status.choices)
    published_version = serializers.IntegerField(source="published.number", default=None)
    calls_per_second = serializers.DecimalField(max_digits=5, decimal_places=2)
    trunk = serializers.CharField(source="trunk.name", default=None)
    purpose = serializers.CharField(source="campaign.purpose")
    caller_id = serializers.CharField(source="campaign.caller_id")
    default_region = serializers.CharField(source="campaign.default_region")
    ring_time_s = serializers.IntegerField(source="campaign.ring_time_s")
    dispositions: Any = serializers.SlugRelatedField(
        source="campaign.dispositions", slug_field="code", many=True, read_only=True
    )
    teams: Any = serializers.SlugRelatedField(
        source="campaign.teams", slug_field="name", many=True, read_only=True
    )

    class Meta:
        model = AgenticCampaign
        fields = (
            *("id", "module", "name", "status", "provider", "published_version"),
            *("agent_text", "session_text", "disclosure", "voice", "language", "model"),
            *("temperature", "questions", "tools", "voicemail", "voicemail_text"),
            *("max_calls", "calls_per_second", "max_length_s", "silence_s", "needs_closers"),
            *("hand_over_wait_s", "cost_per_minute", "currency", "auto_next", "trunk", "purpose"),
            *("caller_id", "default_region", "ring_time_s", "dispositions", "teams"),
        )


class AgenticAnswerSerializer(serializers.Serializer[Any]):
    """The answer about one AI campaign."""

    success = serializers.BooleanField(default=True)
    campaign = AgenticSerializer()


class AgenticListSerializer(serializers.Serializer[Any]):
    """AI campaigns."""

    success = serializers.BooleanField(default=True)
    campaigns = AgenticSerializer(many=True)


class PromptsSerializer(serializers.Serializer[Any]):
    """The draft and its versions, newest first."""

    success = serializers.BooleanField(default=True)
    campaign = AgenticSerializer()
    warnings = serializers.ListField(child=serializers.CharField())
    versions = VersionSerializer(many=True)


class PublishSerializer(StrictSerializer):
    """What is new in a version."""

    note = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)


class CsvUploadSerializer(ChoicesSerializer):
    """A list of prospects; without a mapping, its columns are recognized by their names."""

    campaign = serializers.CharField(max_length=64, help_text="Its module, or its id.")


class CsvSerializer(serializers.ModelSerializer[LeadSheet]):
    """A list of prospects as it stands."""

    leads = serializers.IntegerField(source="rows_accepted")
    rows_total = serializers.SerializerMethodField()

    def get_rows_total(self, sheet: LeadSheet) -> int | None:
        """Rows that hold prospects, which those of the header do not; null before they are read."""
        if sheet.rows_total is None:
            return None
        return max(0, sheet.rows_total - int(sheet.layout.get("header_row", 0)))

    class Meta:
        model = LeadSheet
        fields = (
            *("id", "name", "size", "status", "active", "leads"),
            *("rows_total", "rows_duplicate", "rows_invalid", "created_at"),
        )


class CsvAnswerSerializer(serializers.Serializer[Any]):
    """The answer about one list."""

    success = serializers.BooleanField(default=True)
    csv = CsvSerializer()


class CsvListSerializer(serializers.Serializer[Any]):
    """The lists of a campaign, newest first."""

    success = serializers.BooleanField(default=True)
    files = CsvSerializer(many=True)


class CsvPreviewSerializer(serializers.Serializer[Any]):
    """The first ten rows of a list."""

    success = serializers.BooleanField(default=True)
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class LeadRowSerializer(serializers.Serializer[Any]):
    """A prospect, by the names of the list's columns."""

    id = serializers.IntegerField()
    index = serializers.IntegerField()
    prospect_name = serializers.CharField()
    resource_name = serializers.CharField()
    job_title = serializers.CharField()
    company_name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    timezone = serializers.CharField()
    status = serializers.CharField()


class ProspectsSerializer(serializers.Serializer[Any]):
    """A page of fifty prospects; `start_index` counts from 0."""

    success = serializers.BooleanField(default=True)
    leads = LeadRowSerializer(many=True)
    page = serializers.IntegerField()
    total_pages = serializers.IntegerField()
    start_index = serializers.IntegerField()
    total_leads = serializers.IntegerField()


class DoorSerializer(serializers.Serializer[Any]):
    """How a browser joins a call."""

    url = serializers.CharField()
    token = serializers.CharField()

"""AI campaigns, their wording, lists and leads in the API: what is asked of them, what they say."""

from typing import Any, Final

from rest_framework import serializers

from agentic.models import AgenticCampaign, PromptVersion
from campaigns.models import Campaign, LeadSheet
from campaigns.sheetserializers import ChoicesSerializer

PAGE: Final = 50


class QuestionSerializer(serializers.Serializer[Any]):
    """A question of a campaign."""

    key = serializers.CharField(max_length=64, required=False, allow_blank=True)
    text = serializers.CharField(max_length=300)
    kind = serializers.CharField(max_length=16, required=False)
    choices = serializers.ListField(
        child=serializers.CharField(max_length=300), required=False, max_length=20
    )
    required = serializers.BooleanField(required=False)  # type: ignore[assignment]  # a field's name


class WordingSerializer(serializers.Serializer[Any]):
    """What a voice says; texts may hold `{{ name | "fallback" }}` and `[Prospect Name]`."""

    agent_text = serializers.CharField(required=False, allow_blank=True)
    session_text = serializers.CharField(required=False, allow_blank=True)
    disclosure = serializers.CharField(required=False, allow_blank=True)
    voice = serializers.CharField(max_length=64, required=False)
    language = serializers.CharField(max_length=16, required=False)
    model = serializers.CharField(max_length=64, required=False)
    temperature = serializers.DecimalField(
        max_digits=3, decimal_places=2, min_value=0, max_value=2, required=False
    )
    questions = QuestionSerializer(many=True, required=False)
    tools = serializers.ListField(child=serializers.CharField(max_length=64), required=False)
    voicemail = serializers.ChoiceField(choices=AgenticCampaign.Voicemail.choices, required=False)
    voicemail_text = serializers.CharField(required=False, allow_blank=True)


class VoiceChangeSerializer(WordingSerializer):
    """An AI campaign as it is changed."""

    name = serializers.CharField(max_length=120, required=False)
    provider = serializers.ChoiceField(choices=AgenticCampaign.Provider.choices, required=False)
    max_calls = serializers.IntegerField(min_value=1, max_value=32_000, required=False)
    calls_per_second = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, required=False
    )
    max_length_s = serializers.IntegerField(min_value=30, max_value=7200, required=False)
    auto_next = serializers.BooleanField(required=False)


class VoiceMakeSerializer(VoiceChangeSerializer):
    """A new AI campaign."""

    module = serializers.SlugField(
        max_length=64, required=False, help_text="Left out, it is made from the name."
    )
    name = serializers.CharField(max_length=120)
    organization_id = serializers.IntegerField(
        required=False, help_text="For superadmins only: whose it is."
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

    class Meta:
        model = AgenticCampaign
        fields = (
            *("id", "module", "name", "status", "provider", "published_version"),
            *("agent_text", "session_text", "disclosure", "voice", "language", "model"),
            *("temperature", "questions", "tools", "voicemail", "voicemail_text"),
            *("max_calls", "calls_per_second", "max_length_s", "auto_next"),
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


class PublishSerializer(serializers.Serializer[Any]):
    """What is new in a version."""

    note = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)


class CsvUploadSerializer(ChoicesSerializer):
    """A list of prospects; without a mapping, its columns are recognized by their names."""

    campaign = serializers.CharField(max_length=64, help_text="Its module, or its id.")


class CsvSerializer(serializers.ModelSerializer[LeadSheet]):
    """A list of prospects as it stands."""

    leads = serializers.IntegerField(source="rows_accepted")

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

"""What machines send of lists and leads, and what they are answered."""

from typing import Any

from rest_framework import serializers

from campaigns.models import LeadSheet


class UploadSerializer(serializers.Serializer[Any]):
    """A list for a campaign."""

    file = serializers.FileField(allow_empty_file=True)
    campaign = serializers.CharField(help_text="The campaign's id or name.")
    mapping = serializers.JSONField(
        required=False,
        help_text=(
            'What the columns hold: `"auto"`, a list of fields in the order of the columns, or'
            " an object from column name to field. With it the import starts at once; without"
            " it a person checks the columns first."
        ),
    )
    template = serializers.CharField(
        required=False,
        help_text=(
            "The name of a template: columns and choices are as it has them, and the import"
            " starts at once. What else is sent goes before it."
        ),
    )
    default_region = serializers.RegexField(
        r"^[A-Z]{2}$", required=False, help_text="The country of numbers without +, such as US."
    )
    duplicates = serializers.ChoiceField(
        LeadSheet.Duplicates.choices,
        required=False,
        help_text="Where a number must not be already.",
    )
    duplicate_days = serializers.IntegerField(
        required=False, min_value=1, max_value=3650, help_text="What `recent` means."
    )
    scrub = serializers.BooleanField(
        required=False, help_text="Leave out whoever is not called, rather than keep them."
    )
    consent = serializers.JSONField(
        required=False,
        help_text=(
            "What a yes in the column of consent allows: an object with `voices` (`person`,"
            " `ai`), `kind` (`express`, `written`), `source`, `proof`, `granted_on` (a day, for"
            " rows without one) and `expires_on`."
        ),
    )


class ColumnSerializer(serializers.Serializer[Any]):
    """A column of a list."""

    index = serializers.IntegerField()
    name = serializers.CharField()
    field = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())


class PreviewSerializer(serializers.Serializer[Any]):
    """The first rows of a list, and what its columns seem to hold."""

    columns = ColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class SheetSerializer(serializers.Serializer[Any]):
    """A list as it stands."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    status = serializers.CharField()
    preview = PreviewSerializer()


class SheetAnswerSerializer(serializers.Serializer[Any]):
    """The answer to an upload."""

    success = serializers.BooleanField()
    sheet = SheetSerializer()


class LeadSerializer(serializers.Serializer[Any]):
    """A lead for a campaign."""

    campaign = serializers.CharField(help_text="The campaign's id or name.")
    phone = serializers.CharField(max_length=64)
    phones = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, max_length=10
    )
    name = serializers.CharField(max_length=255, required=False)
    email = serializers.EmailField(required=False)
    company = serializers.CharField(max_length=255, required=False)
    job_title = serializers.CharField(max_length=255, required=False)
    job_level = serializers.CharField(max_length=64, required=False)
    country = serializers.CharField(max_length=64, required=False)
    region = serializers.CharField(max_length=64, required=False)
    postal_code = serializers.CharField(max_length=16, required=False)
    timezone = serializers.CharField(max_length=64, required=False)
    remarks = serializers.CharField(max_length=5000, required=False)
    external_id = serializers.CharField(max_length=128, required=False)
    custom = serializers.DictField(child=serializers.CharField(max_length=2000), required=False)
    consent = serializers.BooleanField(required=False, allow_null=True, default=None)
    priority = serializers.IntegerField(required=False, min_value=-100, max_value=100)
    dial_next = serializers.BooleanField(
        required=False, default=False, help_text="Before all other leads that wait."
    )


class LeadStandingSerializer(serializers.Serializer[Any]):
    """Where a lead stands."""

    id = serializers.IntegerField()
    status = serializers.CharField()
    created = serializers.BooleanField()


class LeadAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a lead."""

    success = serializers.BooleanField()
    lead = LeadStandingSerializer()


class SuppressionSerializer(serializers.Serializer[Any]):
    """A number that is not to be called."""

    phone = serializers.CharField(max_length=64)
    region = serializers.CharField(
        max_length=2,
        required=False,
        default="",
        allow_blank=True,
        help_text="The country (ISO 3166-1) of a number without one.",
    )
    campaign = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text="The campaign's id or name; without one the number is called by none.",
    )
    reason = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)
    until = serializers.DateTimeField(
        required=False, default=None, allow_null=True, help_text="Without one it stands for good."
    )


class SuppressionStandingSerializer(serializers.Serializer[Any]):
    """A suppression as it stands."""

    id = serializers.IntegerField()
    phone = serializers.CharField()
    campaign = serializers.IntegerField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)


class SuppressionAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a suppression."""

    success = serializers.BooleanField()
    suppression = SuppressionStandingSerializer()


class RefusalSerializer(serializers.Serializer[Any]):
    """A rule that says no."""

    rule = serializers.CharField()
    message = serializers.CharField()
    until = serializers.CharField(allow_null=True)


class NumberStandingSerializer(serializers.Serializer[Any]):
    """What lists and patterns say of a number."""

    phone = serializers.CharField()
    suppressed = serializers.BooleanField()
    refusals = RefusalSerializer(many=True)


class NumberStandingAnswerSerializer(serializers.Serializer[Any]):
    """The answer to the question about a number."""

    success = serializers.BooleanField()
    number = NumberStandingSerializer()

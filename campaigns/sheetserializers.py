"""What machines send of lists, and what they are answered."""

from typing import Any

from rest_framework import serializers

from campaigns.models import LeadSheet


class ChoicesSerializer(serializers.Serializer[Any]):
    """A file, what its columns hold, and how it is imported; what is not sent stays open."""

    file = serializers.FileField(allow_empty_file=True)
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


class UploadSerializer(ChoicesSerializer):
    """A list for a campaign."""

    campaign = serializers.CharField(help_text="The campaign's id or name.")


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

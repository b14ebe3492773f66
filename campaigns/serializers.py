"""What machines send of leads, and what they are answered."""

from typing import Any

from rest_framework import serializers


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

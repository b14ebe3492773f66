"""Shapes of what the API of consent takes and answers."""

from typing import Any

from rest_framework import serializers

from campaigns.models import Campaign, ConsentRecord


class _NumberSerializer(serializers.Serializer[Any]):
    """A number, as people write it."""

    phone = serializers.CharField(max_length=64)
    region = serializers.CharField(
        max_length=2,
        required=False,
        default="",
        allow_blank=True,
        help_text="The country (ISO 3166-1) of a number without one.",
    )


class ConsentSerializer(_NumberSerializer):
    """A consent to be written down."""

    purpose = serializers.ChoiceField(Campaign.Purpose.choices)
    voice = serializers.ChoiceField(ConsentRecord.Voice.choices)
    kind = serializers.ChoiceField(ConsentRecord.Kind.choices)
    # Named as the model's field, which hides the one of the serializer.
    source = serializers.CharField(max_length=64)  # type: ignore[assignment]
    proof = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)
    granted_at = serializers.DateTimeField(
        required=False, default=None, allow_null=True, help_text="Empty: now."
    )
    expires_at = serializers.DateTimeField(required=False, default=None, allow_null=True)


class ConsentRecordSerializer(serializers.ModelSerializer[ConsentRecord]):
    """A consent as it stands."""

    class Meta:
        model = ConsentRecord
        fields = (
            "id", "phone", "purpose", "voice", "kind", "source", "proof", "granted_at",
            "expires_at", "revoked_at", "revoked_because",
        )  # fmt: skip


class ConsentAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a consent."""

    success = serializers.BooleanField()
    consent = ConsentRecordSerializer()


class ConsentsSerializer(serializers.Serializer[Any]):
    """The records of a number."""

    success = serializers.BooleanField()
    consents = ConsentRecordSerializer(many=True)


class StopSerializer(_NumberSerializer):
    """Someone who asks not to be called."""

    reason = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)


class StopAnswerSerializer(serializers.Serializer[Any]):
    """The answer to it."""

    success = serializers.BooleanField()
    suppression = serializers.IntegerField()

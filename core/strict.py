"""What the API is sent, and nothing beside it."""

from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelled one would else be lost without a word."""

    def to_internal_value(self, data: Any) -> Any:
        """What was sent, if it is all known."""
        if isinstance(data, dict) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {name: [f"There is no such field; these are known: {known}."] for name in unknown}
            )
        return super().to_internal_value(data)

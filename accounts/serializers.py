"""Shapes of the API about people; whether something is allowed is for the verbs to say."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.models import AgentSeat, BreakReason, User


class LoginSerializer(serializers.Serializer[Any]):
    """What a login asks for; `bearer` wants tokens instead of cookies."""

    email = serializers.EmailField()
    password = serializers.CharField(max_length=1024, trim_whitespace=False)
    bearer = serializers.BooleanField(default=False)


class CodeSerializer(serializers.Serializer[Any]):
    """The second step of a login: what the first one answered, and the authenticator's code."""

    pending = serializers.CharField(max_length=2000, required=False, default="")
    code = serializers.CharField(max_length=40)
    bearer = serializers.BooleanField(default=False)


class ForgotSerializer(serializers.Serializer[Any]):
    """Whose password is forgotten."""

    email = serializers.EmailField()


class OtpSerializer(serializers.Serializer[Any]):
    """The code from the mail."""

    email = serializers.EmailField()
    otp = serializers.CharField(max_length=20)


class ResetTokenSerializer(serializers.Serializer[Any]):
    """What sets a new password, once, within ten minutes."""

    success = serializers.BooleanField(default=True)
    reset_token = serializers.CharField()


class ResetSerializer(serializers.Serializer[Any]):
    """The new password."""

    reset_token = serializers.CharField(max_length=200)
    new_password = serializers.CharField(max_length=1024, trim_whitespace=False)


class RefreshSerializer(serializers.Serializer[Any]):
    """A machine's refresh token; a browser sends its cookie instead."""

    refresh = serializers.CharField(required=False, default="")


class OrganizationSerializer(serializers.Serializer[Any]):
    """A tenant by name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person as they see themselves."""

    home = serializers.SerializerMethodField()
    organization = OrganizationSerializer(read_only=True, allow_null=True)

    class Meta:
        model = User
        fields = ["id", "email", "name", "role", "home", "timezone", "organization"]

    def get_home(self, user: User) -> str:
        """The page that a login leads to; it differs by role behind one address."""
        return "/"


class EntrySerializer(serializers.Serializer[Any]):
    """A login's answer; the tokens are there for a bearer only."""

    success = serializers.BooleanField(default=True)
    user = PersonSerializer()
    access = serializers.CharField(required=False)
    refresh = serializers.CharField(required=False)


class SuccessSerializer(serializers.Serializer[Any]):
    """Done."""

    success = serializers.BooleanField(default=True)


class SeatSerializer(serializers.ModelSerializer[AgentSeat]):
    """An agent's state; `now` is the server's clock, by which a page counts down."""

    reason = serializers.SerializerMethodField()
    break_limit_s = serializers.SerializerMethodField()
    break_until = serializers.DateTimeField(read_only=True, allow_null=True)
    leading = serializers.SerializerMethodField()
    moved = serializers.SerializerMethodField()
    now = serializers.SerializerMethodField()

    class Meta:
        model = AgentSeat
        fields = [
            *("state", "since", "reason", "break_limit_s", "break_until"),
            *("ready_for", "wrap_up_until", "call", "leading", "moved", "now"),
        ]

    def get_reason(self, seat: AgentSeat) -> str | None:
        """The break's code, for as long as it lasts."""
        on_break = seat.state == AgentSeat.State.BREAK and seat.break_reason
        return seat.break_reason.code if on_break and seat.break_reason else None

    def get_break_limit_s(self, seat: AgentSeat) -> int | None:
        """Seconds that the present break may last; null without a limit."""
        return seat.break_limit_s

    def get_leading(self, seat: AgentSeat) -> bool:
        """Whether the asking login's pages hold the phone, rather than another browser's."""
        login = self.context.get("login")
        return login is None or seat.leader in (None, login.public_id)

    def get_moved(self, seat: AgentSeat) -> str | None:
        """Who has moved the agent into this state and why, as a sentence; null for themselves."""
        if not seat.moved_because:
            return None
        return f"{seat.moved_by.name if seat.moved_by else 'A supervisor'}: {seat.moved_because}"

    def get_now(self, seat: AgentSeat) -> str:
        """ISO 8601 in UTC."""
        return timezone.now().isoformat().replace("+00:00", "Z")


class ReadySerializer(serializers.Serializer[Any]):
    """The campaigns that an agent offers to work on."""

    campaigns = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=100
    )


class BreakSerializer(serializers.Serializer[Any]):
    """The code of a break reason."""

    reason = serializers.SlugField(max_length=32)


class BreakReasonSerializer(serializers.ModelSerializer[BreakReason]):
    """A break that an agent may take."""

    class Meta:
        model = BreakReason
        fields = ["code", "label", "limit_s", "is_paid"]


class BreakReasonsSerializer(serializers.Serializer[Any]):
    """All of them."""

    reasons = BreakReasonSerializer(many=True)


class SipSerializer(serializers.Serializer[Any]):
    """How a phone registers."""

    ws_url = serializers.CharField()
    uri = serializers.CharField()
    authorization_user = serializers.CharField()
    ha1 = serializers.CharField()
    realm = serializers.CharField()
    extension = serializers.CharField()
    ice_servers = serializers.ListField(child=serializers.DictField())


class RecordingSettingsSerializer(serializers.Serializer[Any]):
    """How a phone records: length of a part in ms, mime types in order of preference."""

    part_ms = serializers.IntegerField()
    mime_types = serializers.ListField(child=serializers.CharField())


class SoftphoneSerializer(serializers.Serializer[Any]):
    """Everything that the softphone needs to start."""

    mode = serializers.ChoiceField(choices=["sip", "practice"])
    sip = SipSerializer(allow_null=True)
    recording = RecordingSettingsSerializer()
    lease_s = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF keeps fields elsewhere

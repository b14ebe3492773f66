"""What proves who someone is: logins, second factors, reset codes, tokens of machines."""

import uuid
from datetime import datetime

from django.db import models

from accounts.models.people import Organization, User
from accounts.tenancy import TenantQuerySet


class LoginSession(models.Model):
    """One login and its rotated refresh tokens; revoking it ends them all at once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="logins")
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Hashes (SHA-256) of token ids: the valid one, and the one before it with its grace time.
    current_jti = models.CharField(max_length=64)
    previous_jti = models.CharField(max_length=64, blank=True)
    rotated_at = models.DateTimeField(null=True)
    # The address that asked for that rotation: the grace is for its parallel requests alone.
    rotated_from = models.GenericIPAddressField(null=True)
    successor = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=32, blank=True)
    # Who ended it in its person's stead, and what they said of it; the page then tells both.
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_note = models.CharField(max_length=200, blank=True)
    # Whether a second factor was shown; the tokens say so too.
    second_factor = models.BooleanField(default=False)
    # The role demands one that the person has not set up: nothing else is open until they have.
    must_enrol = models.BooleanField(default=False)
    # The secret behind this login's SIP registration, encrypted; dies with the login.
    sip_secret = models.TextField(blank=True)
    # When a page last fetched that secret: the phone opened last is the one that rings.
    sip_issued_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "revoked_at"], name="login_of_user")]

    def __str__(self) -> str:
        return f"login {self.public_id}"


class LoginFailure(models.Model):
    """A guess that was not right, kept while it counts. Written by `accounts.lockout` alone."""

    # What was guessed at: a password, a code.
    purpose = models.CharField(max_length=16, default="login")
    # SHA-256 of purpose and typed address: people type passwords into the wrong field.
    account = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="failure_of_account"),
            models.Index(fields=["address", "at"], name="failure_of_address"),
            models.Index(fields=["at"], name="failure_at"),
        ]

    def __str__(self) -> str:
        return f"failure at {self.at:%H:%M:%S}"


class PasswordReset(models.Model):
    """A way to a new password: a code by mail and then a token; or an invitation's token."""

    class Kind(models.TextChoices):
        """Why it was made."""

        RESET = "reset", "Reset"
        INVITATION = "invitation", "Invitation"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    code_hash = models.CharField(max_length=255, blank=True)
    # SHA-256 of the token that sets the password, once there is one; used once.
    token_hash = models.CharField(max_length=64, blank=True, db_index=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "kind", "created_at"], name="reset_of_user")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class SecondFactor(models.Model):
    """A person's authenticator (RFC 6238). It counts once it was confirmed by a code."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    secret = models.TextField()  # encrypted
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # The time step of the last accepted code: no code is accepted twice.
    last_step = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"second factor {self.pk}"


class RecoveryCode(models.Model):
    """Stands in once for a lost authenticator."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)  # SHA-256: the codes are long and random
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_is_unique")
        ]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class ApiToken(models.Model):
    """A machine's key: acts as its person, with no more than its scopes. Shown once, when made."""

    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="+"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    # The beginning, to recognize it by; and SHA-256 of the whole.
    prefix = models.CharField(max_length=16)
    token_hash = models.CharField(max_length=64, unique=True)
    # Permissions, such as "campaigns.add_lead".
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_address = models.GenericIPAddressField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TenantQuerySet["ApiToken"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "revoked_at"], name="token_of_user")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def lives(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

"""Who works here: people, organizations, teams, logins, and the state of every agent."""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q

from accounts.tenancy import TenantQuerySet


class Organization(models.Model):
    """A tenant. Another organization's rows do not exist."""

    name = models.CharField(max_length=120, unique=True)
    timezone = models.CharField(max_length=64, default="UTC")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes people; e-mail addresses are stored in lower case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with this address, whatever its case."""
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person with a hashed password; without one they cannot log in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A superadmin, for `manage.py createsuperuser`."""
        return self.create_user(email, password, **{"role": User.Role.SUPERADMIN, **fields})


class UserQuerySet(TenantQuerySet["User"]):
    """People in words."""

    def visible_to(self, user: Any) -> "UserQuerySet":
        """Agents see themselves, managers their teams, qa the organization."""
        if user.role == User.Role.QA:
            return self.all()
        if user.role == User.Role.MANAGER:
            return self.filter(Q(teams__managers=user) | Q(pk=user.pk)).distinct()
        return self.filter(pk=user.pk)

    def agents(self) -> "UserQuerySet":
        """Those who take calls."""
        return self.filter(role=User.Role.AGENT)

    def active(self) -> "UserQuerySet":
        """Those who may log in."""
        return self.filter(status=User.Status.ACTIVE)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. `role` chooses home page and scope; permissions come from the role's group."""

    class Role(models.TextChoices):
        """What a person comes for."""

        AGENT = "agent", "Agent"
        MANAGER = "manager", "Manager"
        QA = "qa", "Quality analyst"
        SUPERADMIN = "superadmin", "Superadmin"

    class Status(models.TextChoices):
        """Whether a person may log in."""

        ACTIVE = "active", "Active"
        INVITED = "invited", "Invited"
        SUSPENDED = "suspended", "Suspended"

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=Role, default=Role.AGENT)
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    timezone = models.CharField(max_length=64, default="UTC")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager.from_queryset(UserQuerySet)()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=False) | Q(role="superadmin"),
                name="only_superadmin_without_organization",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    @property
    def is_superadmin(self) -> bool:
        """Sees every organization."""
        return self.role == self.Role.SUPERADMIN

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django's is a field; ours follows the status
        """Whether Django lets them in at all."""
        return self.status == self.Status.ACTIVE

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin opens for them."""
        return self.is_superadmin

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = self.name.split() or [self.email]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the role's group (or the superadmin's role) grants the permission."""
        if not self.is_active:
            return False
        return self.is_superadmin or super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether Django's admin lists the app."""
        return self.is_active and (self.is_superadmin or super().has_module_perms(app_label))


class Team(models.Model):
    """Agents who work together, and the managers who see them."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    managers = models.ManyToManyField(User, related_name="managed_teams", blank=True)
    members = models.ManyToManyField(User, related_name="teams", blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = TenantQuerySet["Team"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="team_name_is_unique")
        ]

    def __str__(self) -> str:
        return self.name


class SeededPermission(models.Model):
    """A permission whose default roles were granted once, so that edits outlive a migration."""

    name = models.CharField(max_length=160, unique=True)

    def __str__(self) -> str:
        return self.name


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
    successor = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=32, blank=True)
    # The secret behind this login's SIP registration, encrypted; dies with the login.
    sip_secret = models.TextField(blank=True)
    # When a page last fetched that secret: the phone opened last is the one that rings.
    sip_issued_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "revoked_at"], name="login_of_user")]

    def __str__(self) -> str:
        return f"login {self.public_id}"


class SipAccount(models.Model):
    """A person's address on the telephone side; `secret` is set for a third-party PBX only."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="sip_account")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=64, unique=True)
    extension = models.CharField(max_length=16)
    secret = models.TextField(blank=True)  # encrypted
    ws_url = models.CharField(max_length=255, blank=True)
    realm = models.CharField(max_length=255, blank=True)

    objects = TenantQuerySet["SipAccount"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "extension"], name="extension_is_unique"
            )
        ]

    def __str__(self) -> str:
        return self.username


class BreakReason(models.Model):
    """Why an agent is away."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    code = models.SlugField(max_length=32)
    label = models.CharField(max_length=64)
    is_active = models.BooleanField(default=True)

    objects = TenantQuerySet["BreakReason"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="break_reason_is_unique")
        ]

    def __str__(self) -> str:
        return self.label


class AgentSession(models.Model):
    """A shift: from an agent's login to their logout. `open_key` is the agent while it is open."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sessions")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    open_key = models.BigIntegerField(null=True, unique=True)
    login_at = models.DateTimeField()
    logout_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=32, blank=True)

    objects = TenantQuerySet["AgentSession"].as_manager()

    def __str__(self) -> str:
        return f"session {self.pk}"


class SeatQuerySet(TenantQuerySet["AgentSeat"]):
    """Seats in words."""

    def visible_to(self, user: Any) -> "SeatQuerySet":
        """As the people who sit on them."""
        return self.filter(user__in=User.objects.for_user(user).values("pk"))


class AgentSeat(models.Model):
    """What an agent does now: one row per agent, owned by the server.

    Only `accounts.presence` writes it.
    """

    class State(models.TextChoices):
        """States of an agent."""

        OFFLINE = "offline", "Offline"
        READY = "ready", "Ready"
        RESERVED = "reserved", "Reserved"
        ON_CALL = "on_call", "On call"
        WRAP_UP = "wrap_up", "Wrap-up"
        BREAK = "break", "Break"
        IDLE = "idle", "Idle"
        LOST = "lost", "Connection lost"

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="seat")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="seats")
    state = models.CharField(max_length=16, choices=State, default=State.OFFLINE)
    since = models.DateTimeField()
    # Ids of the campaigns that the agent is ready for; campaigns are above this app.
    ready_for = models.JSONField(default=list)
    # The state to return to when a call or a lost connection ends.
    resume_state = models.CharField(max_length=16, choices=State, blank=True)
    break_reason = models.ForeignKey(
        BreakReason, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    session = models.ForeignKey(
        AgentSession, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    call = models.UUIDField(null=True, unique=True)  # public id of the call on this seat
    wrap_up_until = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)  # a page of theirs was alive
    last_active_at = models.DateTimeField(null=True)  # the person did something

    objects = SeatQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organization", "state"], name="seat_state")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state}"


class AgentStateInterval(models.Model):
    """An agent was in one state from then to then. `open_key` is the agent while it lasts."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="intervals")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(AgentSession, null=True, on_delete=models.PROTECT, related_name="+")
    open_key = models.BigIntegerField(null=True, unique=True)
    state = models.CharField(max_length=16, choices=AgentSeat.State)
    reason = models.CharField(max_length=64, blank=True)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField(null=True)

    objects = TenantQuerySet["AgentStateInterval"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "start_at"], name="interval_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state} from {self.start_at:%H:%M:%S}"

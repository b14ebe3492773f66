"""People, and the organizations and teams that they belong to."""

from datetime import datetime
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
    # The end of its contract; from then on nobody of it is let in. Null: no end.
    valid_until = models.DateTimeField(null=True, blank=True)
    # How many people it may have who are not suspended, in all and by role. Null: no limit.
    max_people = models.PositiveIntegerField(null=True, blank=True)
    max_agents = models.PositiveIntegerField(null=True, blank=True)
    max_managers = models.PositiveIntegerField(null=True, blank=True)
    max_qa = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: datetime) -> bool:
        """Whether its people are let in."""
        return self.archived_at is None and (self.valid_until is None or now < self.valid_until)


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

    def managed_by(self, user: Any) -> "UserQuerySet":
        """Whom someone may edit: a superadmin all, a manager the agents of their organization.

        Whether they hold the permission to edit anyone is for the gate to say.
        """
        if user.is_superadmin:
            return self.all()
        below = User.BELOW.get(user.role, ())
        return self.filter(organization_id=user.organization_id or 0, role__in=below)

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

    # Nobody but a superadmin manages a role beside or above their own.
    BELOW = {Role.SUPERADMIN: tuple(Role), Role.MANAGER: (Role.AGENT,)}

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

    # The name of the one page that is open to them in this request; empty: all that they may.
    detour = ""
    # The permissions that this request may use at most, as a machine's token says. None: all.
    narrowed_to: frozenset[str] | None = None

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
        if not self.is_active or (self.narrowed_to is not None and perm not in self.narrowed_to):
            return False
        return self.is_superadmin or super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether Django's admin lists the app."""
        return self.is_active and (self.is_superadmin or super().has_module_perms(app_label))


class Team(models.Model):
    """Agents who work together, and the managers who see them."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    # When it works, in its organization's zone; without a start at any time.
    starts_at = models.TimeField(null=True, blank=True)
    ends_at = models.TimeField(null=True, blank=True)
    works_on = models.JSONField(default=list, blank=True)  # ISO weekdays; empty: every day
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


class RolePolicy(models.Model):
    """What a role asks of its people beyond a password. Written by `accounts.roles` alone."""

    role = models.CharField(max_length=16, choices=User.Role, unique=True)
    needs_second_factor = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.role

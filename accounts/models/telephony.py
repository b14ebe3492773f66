"""The telephone side of people and organizations."""

from django.db import models

from accounts.models.people import Organization, User
from accounts.tenancy import TenantQuerySet


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


class CallerId(models.Model):
    """A number that an organization may show on outgoing calls."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="caller_ids"
    )
    number = models.CharField(max_length=16)  # E.164
    label = models.CharField(max_length=80, blank=True)

    objects = TenantQuerySet["CallerId"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="caller_id_is_unique")
        ]

    def __str__(self) -> str:
        return self.number

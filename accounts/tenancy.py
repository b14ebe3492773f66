"""Whose rows are whose: the one door through which tenant rows are read."""

from typing import Any, Self

from django.db import models


class TenantQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows of an organization. `for_user` is the only way a request reads them."""

    def for_user(self, user: Any) -> Self:
        """Rows that the user may see: all for a superadmin, none without an organization."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superadmin:
            return self.all()
        if user.organization_id is None:
            return self.none()
        return self.filter(organization_id=user.organization_id).visible_to(user)

    def visible_to(self, user: Any) -> Self:
        """Narrows rows of the user's organization to those of their role; subclasses say how."""
        return self.all()

"""The front door: everyone's home by role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView

from accounts.models import User
from core.api import Requires
from core.web import requires

HOMES = {
    User.Role.AGENT: "calls:dial",
    User.Role.MANAGER: "calls:live",
    User.Role.QA: "calls:history",
    User.Role.SUPERADMIN: "core:activity",
}


@requires()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Sends people to the page that their role lives in."""
    assert request.user.is_authenticated
    return redirect(HOMES[User.Role(request.user.role)])


class Schema(SpectacularAPIView):
    """The API's description, for whoever is logged in."""

    permission_classes = [Requires]
    permissions = ()

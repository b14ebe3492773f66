"""The front door: everyone's home by role, and what shows when the server is away."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import get_nonce
from django.shortcuts import redirect
from django.template import loader
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView

from accounts.models import User
from core.api import Requires
from core.web import public, requires

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


@public
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """The page that the browser keeps for when the server cannot be reached."""
    return render_plainly(request, "offline.html", 200)


@public
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The built service worker, at the root, because its place is its scope."""
    built = Path(settings.BASE_DIR) / "static" / "dist" / "sw.js"
    script = built.read_bytes() if built.is_file() else b"// Not built: run `npm run build`."
    headers = {"Cache-Control": "no-cache"}
    return HttpResponse(script, content_type="text/javascript", headers=headers)


@public
def broken(request: HttpRequest) -> HttpResponse:
    """The page of a bug: it asks neither the database nor the person's session."""
    return render_plainly(request, "500.html", 500)


def render_plainly(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page without context processors, which may be what is broken."""
    content = loader.render_to_string(template, {"csp_nonce": get_nonce(request)})
    return HttpResponse(content, status=status)

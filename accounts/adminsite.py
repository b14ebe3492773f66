"""Django's admin, entered and left by the product's own login."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Never, cast

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.authentication import landing, leave
from core.web import detour_of


class Site(AdminSite):
    """The administration of superadmins."""

    site_header = site_title = "Dialer administration"
    index_title = "Tables"

    def admin_view[V: Callable[..., HttpResponseBase]](self, view: V, cacheable: bool = False) -> V:
        """Refuses known people without access at once; Django would ask them to log in again."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if detour := detour_of(request.user):
                return redirect(detour)
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return cast("V", gate)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sends strangers through the renewal of their session, or to the login."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        wanted = request.GET.get("next") or reverse("admin:index", current_app=self.name)
        query = urlencode({"next": landing(request, wanted)})
        return HttpResponseRedirect(f"{reverse('accounts-api:continue')}?{query}")

    def logout(  # type: ignore[override]  # Django's admin shows a page here
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Ends the login itself; a session of Django's there is not."""
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        return leave(request)

    def password_change(  # type: ignore[override]  # Django's admin shows a page here
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """The page where a superadmin sets any password, of themselves."""
        page = reverse("admin:auth_user_password_change", args=[request.user.pk])
        return HttpResponseRedirect(page)

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Never:
        """Never reached: a new password ends the login."""
        raise Http404

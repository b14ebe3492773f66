"""Django's admin, entered and left by the product's own login."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Never, cast

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.authentication import landing, leave
from core import audit
from core.web import detour_of


class Audited(ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Writes an entry of the audit log for whatever Django's admin adds, changes or deletes.

    Django calls these within the transaction that changes the row.
    """

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Keeps the form's values for the entry that is written next."""
        request._audited = (  # type: ignore[attr-defined]  # kept for this request
            {name: _plain(form.initial.get(name)) for name in form.changed_data},
            {name: _plain(form.cleaned_data.get(name)) for name in form.changed_data},
        )
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """A row was added."""
        _, after = getattr(request, "_audited", ({}, {}))
        audit.record("table.row_added", obj, after=after)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """A row was changed."""
        before, after = getattr(request, "_audited", ({}, {}))
        audit.record("table.row_changed", obj, before=before, after=after)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Rows are about to be deleted."""
        for row in queryset:
            names = [field.name for field in row._meta.concrete_fields]
            audit.record("table.row_deleted", row, before=audit.snapshot(row, names))
        return super().log_deletions(request, queryset)


def _plain(value: Any) -> Any:
    """A form's value, with rows by their ids."""
    if isinstance(value, QuerySet):
        return sorted(value.values_list("pk", flat=True))
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.pk if isinstance(value, Model) else value


class Site(AdminSite):
    """The administration of superadmins."""

    site_header = site_title = "Dialer administration"
    index_title = "Tables"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Registers tables, none of which is changed without an entry of the audit log."""
        inner = admin_class or ModelAdmin
        audited = type(inner.__name__, (Audited, inner), {"__module__": inner.__module__})
        super().register(model_or_iterable, audited, **options)

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

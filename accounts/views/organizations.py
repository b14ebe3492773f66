"""Pages of the organizations: their contracts, for superadmins alone."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import organizations
from accounts.authentication import person
from accounts.models import Organization, User
from accounts.peopleforms import OrganizationForm
from core.errors import InputError
from core.web import requires

EDIT = "accounts.change_organization"


@requires(EDIT)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All organizations, with how many people they have; archived ones last."""
    _demand_superadmin(request)
    now, here = timezone.now(), ~Q(people__status=User.Status.SUSPENDED)
    rows = Organization.objects.annotate(
        size=Count("people", filter=here),
        agents=Count("people", filter=here & Q(people__role=User.Role.AGENT)),
    )
    ordered = sorted(rows.order_by("name"), key=lambda row: row.archived_at is not None)
    shown = [(row, row.is_open(now)) for row in ordered]
    return render(request, "accounts/organizations.html", {"organizations": shown})


@requires(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new organization."""
    _demand_superadmin(request)
    form = OrganizationForm(None, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            added = organizations.add(form.wanted())
        except InputError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, f"{added.name} is here. Invite its first manager.")
            return redirect("accounts:organizations")
    return _page(request, form, None)


@requires(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One organization's contract."""
    organization = _organization(request, pk)
    form = OrganizationForm(organization, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            organizations.change(organization, form.wanted())
        except InputError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "The organization is saved.")
            return redirect("accounts:organizations")
    return _page(request, form, organization)


@requires(EDIT)
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes an organization, or opens it again."""
    organization = _organization(request, pk)
    if request.POST.get("back") == "1":
        organizations.reopen(organization)
        messages.success(request, f"{organization.name} is open again.")
    else:
        organizations.archive(organization)
        messages.success(request, f"{organization.name} is archived; its people are logged out.")
    return redirect("accounts:organizations")


def _page(
    request: HttpRequest, form: OrganizationForm, organization: Organization | None
) -> HttpResponse:
    context = {"form": form, "organization": organization}
    status = 422 if form.errors else 200
    return render(request, "accounts/organization.html", context, status=status)


def _organization(request: HttpRequest, pk: int) -> Organization:
    if not person(request).is_superadmin and pk != person(request).organization_id:
        raise Http404
    _demand_superadmin(request)
    return get_object_or_404(Organization, pk=pk)


def _demand_superadmin(request: HttpRequest) -> None:
    """Whatever the matrix grants: a tenant's own people do not edit its contract."""
    if not person(request).is_superadmin:
        raise PermissionDenied

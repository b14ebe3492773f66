"""The page of roles: what each may do."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import roles
from accounts.authentication import person
from accounts.models import User
from accounts.peopleforms import MatrixForm
from core.errors import DomainError
from core.web import requires


@requires("accounts.change_rolepolicy")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The matrix of roles and permissions; a posted one acts at once."""
    user = person(request)
    if not user.is_superadmin:  # whoever edits roles could grant themselves anything
        raise PermissionDenied
    form = MatrixForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            roles.change(form.wanted(), seen=form.cleaned_data["seen"], by=user)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "The roles are changed, for everybody from now on.")
            return redirect("accounts:roles")
    status = 422 if form.errors else 200
    return render(request, "accounts/roles.html", _shown(form), status=status)


def _shown(form: MatrixForm) -> dict[str, Any]:
    now = roles.matrix()
    labels = [(role, User.Role(role).label) for role in roles.ROLES]
    groups = [
        {
            "name": name,
            "rows": [
                {
                    "permission": permission,
                    "words": words,
                    "cells": [
                        (role, label, permission in now.granted[role]) for role, label in labels
                    ],
                }
                for permission, words in rows.items()
            ],
        }
        for name, rows in roles.WORDS.items()
    ]
    factor = [(role.value, role.label, role in now.second_factor) for role in User.Role]
    order = [*roles.ROLES, User.Role.SUPERADMIN.value]
    factor.sort(key=lambda cell: order.index(cell[0]))
    return {
        "form": form,
        "groups": groups,
        "labels": [label for _, label in labels],
        "factor": factor,
        "seen": now.version,
    }

"""The gate and the manners of the API: permissions per view, one envelope for every error."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import DomainError, refusal_of
from core.web import detour_of, problem

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Requires(BasePermission):
    """Lets in who holds the view's `permissions` (by method, or for all methods).

    `permissions = None` opens a view to everyone; a view that names nothing is closed to all.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the request's user may call the view with this method."""
        needed = required(view, request.method or "GET")
        if needed is None:
            return True
        if not request.user or not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        if detour_of(request.user):
            sentence = "Your role needs a second factor: set it up on the page first."
            raise DomainError(sentence, code="second_factor_demanded", status=403)
        return bool(request.user.has_perms(needed))


def required(view: Any, method: str) -> Sequence[str] | None:
    """The permissions that a view asks for a method; None means everyone may.

    Raises AttributeError when a view names none: a closed door is a bug to be seen at once, and
    MethodNotAllowed for a method that it names none for.
    """
    named = view.permissions
    if isinstance(named, dict):
        method = "GET" if method == "HEAD" else method
        if method not in named:
            raise exceptions.MethodNotAllowed(method)
        found: Sequence[str] | None = named[method]
        return found
    return tuple(named) if named is not None else None


def envelope(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: `{"success": false, "message", "code", "errors"}`."""
    if refusal := refusal_of(error):
        return Response(problem(refusal), status=refusal.status)
    # rest_framework.views reads the setting that names this module.
    from rest_framework.views import exception_handler

    response = exception_handler(error, context)
    if response is None:
        return None
    message, code, errors = _described(error)
    response.data = {"success": False, "message": message, "code": code, "errors": errors}
    return response


def _described(error: Exception) -> tuple[str, str, dict[str, Any]]:
    """Sentence, word and details of one of DRF's or Django's own exceptions."""
    if isinstance(error, exceptions.ValidationError):
        detail = error.detail
        fields = detail if isinstance(detail, dict) else {"non_field_errors": detail}
        return "Some fields are not right.", "invalid", fields
    if isinstance(error, Http404):
        return "Not found.", "not_found", {}
    if isinstance(error, PermissionDenied):
        return "You may not do this.", "permission_denied", {}
    if isinstance(error, exceptions.APIException):
        codes = error.get_codes()
        return str(error.detail), codes if isinstance(codes, str) else "error", {}
    return "Something went wrong.", "error", {}

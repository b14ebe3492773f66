"""How machines send lists: one multipart request with a file and what is chosen of its import."""

from typing import Any, Final

from rest_framework.request import Request

from accounts.models import User
from campaigns import sheets, tasks
from campaigns.models import Campaign, LeadSheet
from campaigns.sheetserializers import ChoicesSerializer
from core.errors import DomainError, InputError
from core.parsers import meant

PREVIEW_ROWS: Final = 10
_MAPPING: Final = 'The mapping is "auto", a list or an object.'
_FORBIDDEN: Final = "You may not write down consent."
_CONSENT: Final = "The consent is an object, as JSON."
_CHOICES: Final = frozenset(sheets.Choices.__dataclass_fields__)
_FORM_BYTES: Final = 1024 * 1024  # what a multipart body may hold beside the file


def read(request: Request, serializer: type[ChoicesSerializer]) -> dict[str, Any]:
    """What a request sends. Raises DomainError "too_large" before a byte of its body is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > sheets.largest_upload() + _FORM_BYTES:
        raise DomainError("This upload is too large.", code="too_large", status=413)
    sent = serializer(data=_fields(request))
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def receive(
    user: User, campaign: Campaign, given: dict[str, Any], *, start: bool = False
) -> tuple[LeadSheet, sheets.Preview]:
    """Keeps the list; with a mapping or a template, or where it shall `start`, imports it.

    Raises InputError by field and, for consent by who may not write it down, DomainError
    "permission_denied", having kept nothing.
    """
    if given.get("consent") and not user.has_perm("campaigns.add_consentrecord"):
        raise DomainError(_FORBIDDEN, code="permission_denied", status=403)
    template = None
    if name := given.get("template"):
        template = sheets.template_named(campaign.organization_id, name)
    choices = {name: value for name, value in given.items() if name in _CHOICES}
    sheet = sheets.receive_upload(user, campaign, given["file"], template=template, choices=choices)
    preview = sheets.preview(sheet, PREVIEW_ROWS, template=template)
    mapping = given.get("mapping") or ("auto" if template or start else None)
    if mapping:
        sheet = _start(user, sheet, preview, mapping)
    return sheet, preview


def _start(user: User, sheet: LeadSheet, preview: sheets.Preview, mapping: Any) -> LeadSheet:
    """Starts the import with what the request says of the columns; else keeps nothing."""
    try:
        sheet = sheets.start_import(user, sheet, _mapped(preview, mapping))
    except DomainError:
        sheets.discard(user, sheet)
        raise
    tasks.hint(sheet.pk)
    return sheet


def _mapped(preview: sheets.Preview, mapping: Any) -> list[str]:
    """A field for each column from "auto", a list, or an object by column name."""
    if mapping == "auto":
        return [column.field for column in preview.columns]
    if isinstance(mapping, dict):
        return [str(mapping.get(column.name, "custom")) for column in preview.columns]
    if isinstance(mapping, list):
        given = [str(field) for field in mapping[: len(preview.columns)]]
        return given + ["custom"] * (len(preview.columns) - len(given))
    raise InputError(_MAPPING, errors={"mapping": [_MAPPING]})


def _fields(request: Request) -> dict[str, Any]:
    """The form's fields, with the mapping read: JSON, or the bare word auto; and the consent."""
    sent: Any = request.data  # a QueryDict: the last value of each name
    data = {name: sent[name] for name in sent}
    if "consent" in data:
        data["consent"] = _json(data["consent"], "consent", _CONSENT)
    text = str(data.pop("mapping", "")).strip()
    if text:
        data["mapping"] = text if text == "auto" else _json(text, "mapping", _MAPPING)
    return data


def _json(text: Any, field: str, refusal: str) -> Any:
    try:
        return meant(str(text))
    except ValueError as error:
        raise InputError(refusal, errors={field: [refusal]}) from error

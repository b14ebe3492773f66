"""What LiveKit sends by itself: `POST /api/agentic/livekit/webhook`, signed with our API key."""

import base64
import hashlib
import logging
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from agentic import hooks
from core.errors import DomainError

if TYPE_CHECKING:
    from livekit.protocol.webhook import WebhookEvent

LARGEST = 262_144
log = logging.getLogger(__name__)


@csrf_exempt  # the signature says who sent it
@require_POST
def livekit_webhook(request: HttpRequest) -> HttpResponse:
    """Takes one event; 403 for a wrong signature, 503 where it should be sent again."""
    event = _verified(request)
    if event is None:
        return HttpResponse("not signed by us", status=403, content_type="text/plain")
    from agentic.providers.livekit import LiveKit

    try:
        hooks.receive(_told(event), LiveKit(), timezone.now())
    except DomainError as refusal:
        log.warning("event %s is to come again: %s", event.id, refusal.message)
        return HttpResponse("again", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


livekit_webhook.permissions = None  # type: ignore[attr-defined]  # read by the access table


def _verified(request: HttpRequest) -> "WebhookEvent | None":
    """The event, where the signature is of its very bytes; None for everything else."""
    # LiveKit's library costs half a second to import, which few processes need to pay.
    import jwt
    from google.protobuf.json_format import Parse, ParseError
    from livekit import api
    from livekit.protocol.webhook import WebhookEvent

    key, secret = settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET
    if not key or not secret or int(request.headers.get("Content-Length") or 0) > LARGEST:
        return None
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        signed = api.TokenVerifier(key, secret).verify(token).sha256 or ""
        digest = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
        # A token that opens a room is signed with the same key, but for no body.
        if not secrets.compare_digest(signed.encode(), digest.encode()):
            return None
        event = Parse(request.body, WebhookEvent(), ignore_unknown_fields=True)
    except (jwt.PyJWTError, ParseError, ValueError):
        return None
    return event if event.id else None


def _told(event: Any) -> hooks.Told:
    from livekit.protocol import models

    from agentic.providers.livekit import call_of

    reasons = {number: name for name, number in models.DisconnectReason.items()}
    kinds = {
        models.ParticipantInfo.Kind.SIP: hooks.PHONE,
        models.ParticipantInfo.Kind.AGENT: hooks.VOICE,
    }
    aborted = event.event == "participant_connection_aborted"
    return hooks.Told(
        event_id=event.id[:128],
        kind=hooks.LEFT if aborted else event.event,
        room=event.room.name,
        call=call_of(event.room.name),
        at=datetime.fromtimestamp(event.created_at, UTC),
        who=kinds.get(event.participant.kind, "") if event.HasField("participant") else "",
        reason=reasons.get(event.participant.disconnect_reason, ""),
    )

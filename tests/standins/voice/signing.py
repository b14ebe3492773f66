"""Keys and signatures as LiveKit makes them."""

import base64
import hashlib

from google.protobuf.json_format import MessageToJson
from livekit import api
from livekit.protocol import webhook

KEY, SECRET = "devkey", "secret-secret-secret-secret-secret-32"


def signed(told: webhook.WebhookEvent) -> tuple[str, str]:
    """An event's body, and the token that proves it."""
    body = MessageToJson(told)
    return body, token_for(body)


def token_for(body: str, *, secret: str = SECRET) -> str:
    """The token that proves a body."""
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    return api.AccessToken(KEY, secret).with_sha256(digest).to_jwt()


def agent_token(identity: str, where: str) -> str:
    """The token with which a voice joins a room."""
    grants = api.VideoGrants(room_join=True, room=where, agent=True)
    token = api.AccessToken(KEY, SECRET).with_identity(identity).with_kind("agent")
    return token.with_grants(grants).to_jwt()

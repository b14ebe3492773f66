"""ASGI entry: WebSockets, and HTTP through a WSGI thread pool (see docs/decisions)."""

import os
from typing import Any, cast

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialer.settings")
http = get_wsgi_application()

from a2wsgi import WSGIMiddleware  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402

from accounts.authentication import SocketAuth  # noqa: E402
from core.routing import sockets  # noqa: E402

application = ProtocolTypeRouter(
    {
        # a2wsgi's types are stricter than PEP 3333. Its queue is unbounded (0), because a thread
        # that waits for a place in it after its client has gone would wait forever.
        "http": WSGIMiddleware(cast("Any", http), workers=16, send_queue_size=0),
        "websocket": AllowedHostsOriginValidator(SocketAuth(sockets)),
    }
)

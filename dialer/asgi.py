"""ASGI entry: WebSockets, and HTTP through a WSGI thread pool (see docs/decisions)."""

import os
from typing import Any, cast

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialer.settings")
http = get_wsgi_application()

from a2wsgi import WSGIMiddleware  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402

# a2wsgi's types are stricter than PEP 3333.
application = ProtocolTypeRouter({"http": WSGIMiddleware(cast("Any", http), workers=16)})

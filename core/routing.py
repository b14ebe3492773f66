"""WebSocket routes."""

from typing import Any, cast

from channels.routing import URLRouter
from django.urls import path, re_path

from core.consumers import Activity, Live, nowhere

sockets = URLRouter(
    [
        path("ws/live/", Live.as_asgi()),
        path("ws/activity/", Activity.as_asgi()),
        re_path(r"", cast("Any", nowhere)),
    ]
)

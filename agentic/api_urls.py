"""Machine routes under `/api/agentic/`."""

from django.urls import URLPattern, path

from agentic import webhooks

app_name = "agentic-api"
urlpatterns: list[URLPattern] = [
    path("livekit/webhook", webhooks.livekit_webhook, name="livekit_webhook"),
]

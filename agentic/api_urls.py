"""Machine routes under `/api/agentic/`."""

from django.urls import URLPattern, path

from agentic import webhooks
from agentic.api import runs

app_name = "agentic-api"
urlpatterns: list[URLPattern] = [
    path("status", runs.Status.as_view(), name="status"),
    path("start_run", runs.StartRun.as_view(), name="start_run"),
    path("start_call", runs.StartCall.as_view(), name="start_call"),
    path("auto_next", runs.AutoNext.as_view(), name="auto_next"),
    path("end_call", runs.EndCall.as_view(), name="end_call"),
    path("stop_all", runs.StopAll.as_view(), name="stop_all"),
    path("livekit/webhook", webhooks.livekit_webhook, name="livekit_webhook"),
]

"""Machine routes under `/api/agentic/`."""

from django.urls import URLPattern, path

from agentic import webhooks
from agentic.api import prospects, runs, takeovers, voices

app_name = "agentic-api"
urlpatterns: list[URLPattern] = [
    path("campaigns", voices.Voices.as_view(), name="voices"),
    path("campaigns/<slug:module>", voices.Voice.as_view(), name="voice"),
    path("campaigns/<slug:module>/prompts", voices.Prompts.as_view(), name="prompts"),
    path("campaigns/<slug:module>/prompts/publish", voices.Publish.as_view(), name="publish"),
    path("campaigns/<slug:module>/prompts/rollback", voices.RollBack.as_view(), name="roll_back"),
    path("csv", prospects.CsvFiles.as_view(), name="csv"),
    path("csv/<int:pk>", prospects.CsvFile.as_view(), name="csv_file"),
    path("csv/<int:pk>/preview", prospects.CsvPreview.as_view(), name="csv_preview"),
    path("csv/<int:pk>/select", prospects.CsvSelect.as_view(), name="csv_select"),
    path("leads", prospects.Prospects.as_view(), name="leads"),
    path("status", runs.Status.as_view(), name="status"),
    path("start_run", runs.StartRun.as_view(), name="start_run"),
    path("start_call", runs.StartCall.as_view(), name="start_call"),
    path("auto_next", runs.AutoNext.as_view(), name="auto_next"),
    path("end_call", runs.EndCall.as_view(), name="end_call"),
    path("stop_all", runs.StopAll.as_view(), name="stop_all"),
    path("taken/<uuid:ref>/door", takeovers.Door.as_view(), name="door"),
    path("livekit/webhook", webhooks.livekit_webhook, name="livekit_webhook"),
]

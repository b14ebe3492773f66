"""Machine routes under `/api/`."""

from django.urls import path

from calls.api import path as call_path
from calls.api import recordings, uploads

app_name = "calls-api"
urlpatterns = [
    path("calls", call_path.Calls.as_view(), name="calls"),
    path("calls/next", call_path.NextCall.as_view(), name="next"),
    path("calls/recent", call_path.RecentCalls.as_view(), name="recent"),
    path("calls/<uuid:ref>", call_path.OneCall.as_view(), name="call"),
    path("calls/<uuid:ref>/dial", call_path.Dial.as_view(), name="dial"),
    path("calls/<uuid:ref>/events", call_path.Events.as_view(), name="events"),
    path("calls/<uuid:ref>/release", call_path.Release.as_view(), name="release"),
    path("calls/<uuid:ref>/disposition", call_path.Result.as_view(), name="disposition"),
    path("calls/<uuid:ref>/recording", recordings.Playback.as_view(), name="recording"),
    path(
        "calls/<uuid:ref>/recording/<int:segment>",
        recordings.SegmentEnd.as_view(),
        name="segment",
    ),
    path(
        "calls/<uuid:ref>/recording/<int:segment>/<int:number>",
        recordings.Part.as_view(),
        name="part",
    ),
    path("cdr/upload", uploads.Upload.as_view(), name="cdr_upload"),
]

"""Pages, and the counters for Prometheus."""

from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("activity/", views.feed, name="activity"),
    path("internal/metrics", views.prometheus, name="metrics"),
]

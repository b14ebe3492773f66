"""Pages, and the counters for Prometheus."""

from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("activity/", views.feed, name="activity"),
    path("audit/", views.audit_log, name="audit"),
    path("audit/<int:pk>/", views.audit_entry, name="audit_entry"),
    path("audit/export.<str:kind>", views.audit_export, name="audit_export"),
    path("internal/metrics", views.prometheus, name="metrics"),
]

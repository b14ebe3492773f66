"""Machine routes under `/api/`."""

from django.urls import URLPattern

app_name = "core-api"
urlpatterns: list[URLPattern] = []

"""Machine routes under `/api/`."""

from django.urls import URLPattern

app_name = "calls-api"
urlpatterns: list[URLPattern] = []

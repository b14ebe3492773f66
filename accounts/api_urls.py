"""Machine routes under `/api/`."""

from django.urls import URLPattern

app_name = "accounts-api"
urlpatterns: list[URLPattern] = []

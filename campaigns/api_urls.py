"""Machine routes under `/api/`."""

from django.urls import URLPattern

app_name = "campaigns-api"
urlpatterns: list[URLPattern] = []

"""Pages."""

from django.urls import URLPattern

app_name = "agentic"
urlpatterns: list[URLPattern] = []

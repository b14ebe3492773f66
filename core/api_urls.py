"""Machine routes under `/api/`."""

from django.urls import path

from core.views import Health

app_name = "core-api"
urlpatterns = [path("health", Health.as_view(), name="health")]

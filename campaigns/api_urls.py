"""Machine routes under `/api/`."""

from django.urls import path

from campaigns import api

app_name = "campaigns-api"
urlpatterns = [
    path("upload", api.Upload.as_view(), name="upload"),
    path("leads", api.Leads.as_view(), name="leads"),
]

"""Machine routes under `/api/`."""

from django.urls import path

from campaigns.api import consents, lists, suppression

app_name = "campaigns-api"
urlpatterns = [
    path("upload", lists.Upload.as_view(), name="upload"),
    path("leads", lists.Leads.as_view(), name="leads"),
    path("suppression", suppression.Suppressions.as_view(), name="suppression"),
    path("consents", consents.Consents.as_view(), name="consents"),
    path("consents/stop", consents.Stop.as_view(), name="consent_stop"),
]

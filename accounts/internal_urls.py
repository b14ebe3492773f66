"""What the SIP edge asks, under `/internal/`."""

from django.urls import path

from accounts.views import edge

app_name = "accounts-internal"
urlpatterns = [path("sip/ha1", edge.ha1, name="ha1")]

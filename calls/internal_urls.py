"""What the SIP edge asks, under `/internal/`."""

from django.urls import path

from calls.api import edge

app_name = "calls-internal"
urlpatterns = [path("sip/grant", edge.grant, name="grant")]

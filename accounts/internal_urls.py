"""What the SIP edge asks, under `/internal/`."""

from django.urls import path

from accounts import views

app_name = "accounts-internal"
urlpatterns = [path("sip/ha1", views.ha1, name="ha1")]

"""Every route, by app."""

from django.contrib import admin
from django.urls import include, path

from dialer import views

urlpatterns = [
    path("", views.home, name="home"),
    path("offline/", views.offline, name="offline"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("", include("accounts.urls")),
    path("", include("core.urls")),
    path("", include("calls.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("ai/", include("agentic.urls")),
    path("internal/", include("accounts.internal_urls")),
    path("internal/", include("calls.internal_urls")),
    path("api/", include("accounts.api_urls")),
    path("api/", include("core.api_urls")),
    path("api/", include("campaigns.api_urls")),
    path("api/", include("calls.api_urls")),
    path("api/agentic/", include("agentic.api_urls")),
    path("api/schema/", views.Schema.as_view(), name="schema"),
    path("admin/", admin.site.urls),
]

handler500 = "dialer.views.broken"

"""Machine routes under `/api/`."""

from django.urls import path

from accounts import api

app_name = "accounts-api"
urlpatterns = [
    path("auth/login", api.Login.as_view(), name="login"),
    path("auth/refresh", api.Refresh.as_view(), name="refresh"),
    path("auth/logout", api.Logout.as_view(), name="logout"),
    path("auth/me", api.Me.as_view(), name="me"),
    path("auth/continue", api.Continue.as_view(), name="continue"),
    path("presence/me", api.Presence.as_view(), name="presence"),
    path("presence/ready", api.Ready.as_view(), name="ready"),
    path("presence/break", api.TakeBreak.as_view(), name="break"),
    path("presence/offline", api.Offline.as_view(), name="offline"),
    path("presence/breaks", api.Breaks.as_view(), name="breaks"),
    path("softphone/config", api.Softphone.as_view(), name="softphone"),
]

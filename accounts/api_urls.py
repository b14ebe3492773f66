"""Machine routes under `/api/`."""

from django.urls import path

from accounts.api import door, reset, seats

app_name = "accounts-api"
urlpatterns = [
    path("auth/login", door.Login.as_view(), name="login"),
    path("auth/login/code", door.LoginCode.as_view(), name="login_code"),
    path("auth/forgot-password", reset.ForgotPassword.as_view(), name="forgot_password"),
    path("auth/verify-otp", reset.VerifyOtp.as_view(), name="verify_otp"),
    path("auth/reset-password", reset.ResetPassword.as_view(), name="reset_password"),
    path("auth/refresh", door.Refresh.as_view(), name="refresh"),
    path("auth/logout", door.Logout.as_view(), name="logout"),
    path("auth/me", door.Me.as_view(), name="me"),
    path("auth/continue", door.Continue.as_view(), name="continue"),
    path("presence/me", seats.Presence.as_view(), name="presence"),
    path("presence/ready", seats.Ready.as_view(), name="ready"),
    path("presence/break", seats.TakeBreak.as_view(), name="break"),
    path("presence/lead", seats.Lead.as_view(), name="lead"),
    path("presence/offline", seats.Offline.as_view(), name="offline"),
    path("presence/breaks", seats.Breaks.as_view(), name="breaks"),
    path("softphone/config", seats.Softphone.as_view(), name="softphone"),
]

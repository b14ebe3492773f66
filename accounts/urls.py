"""Pages."""

from django.urls import path

from accounts.views import door, reset

app_name = "accounts"
urlpatterns = [
    path("login/", door.login, name="login"),
    path("logout/", door.logout, name="logout"),
    path("set-password/<str:token>/", reset.set_password, name="set_password"),
    path("theme/", door.theme, name="theme"),
]

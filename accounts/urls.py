"""Pages."""

from django.urls import path

from accounts.views import door

app_name = "accounts"
urlpatterns = [
    path("login/", door.login, name="login"),
    path("logout/", door.logout, name="logout"),
    path("theme/", door.theme, name="theme"),
]

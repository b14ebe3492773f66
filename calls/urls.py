"""Pages about calls."""

from django.urls import path

from calls import views

app_name = "calls"
urlpatterns = [
    path("dial/", views.dial, name="dial"),
    path("live/", views.live, name="live"),
    path("live/rows/", views.live_rows, name="live_rows"),
    path("calls/", views.history, name="history"),
    path("calls/today/", views.today_card, name="today_card"),
    path("calls/recent/", views.recent_fragment, name="recent_fragment"),
    path("calls/<uuid:ref>/", views.detail, name="detail"),
    path("calls/<uuid:ref>/notes/", views.add_note, name="add_note"),
]

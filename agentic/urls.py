"""Pages."""

from django.urls import path

from agentic import views
from agentic.views import trunks, versions

app_name = "agentic"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.create, name="create"),
    path("new/preview/", views.preview, name="preview_new"),
    path("lines/", trunks.listing, name="trunks"),
    path("lines/new/", trunks.create, name="trunk_new"),
    path("lines/<int:pk>/", trunks.edit, name="trunk"),
    path("lines/<int:pk>/archive/", trunks.archive, name="trunk_archive"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/status/", views.status, name="status"),
    path("<int:pk>/versions/", versions.listing, name="versions"),
    path("<int:pk>/versions/publish/", versions.publish, name="publish"),
    path("<int:pk>/versions/roll-back/", versions.roll_back, name="roll_back"),
    path("<int:pk>/versions/<int:number>/restore/", versions.restore, name="restore"),
]

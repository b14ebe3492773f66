"""Pages."""

from django.urls import path

from campaigns import views
from campaigns.views import (
    callbacks,
    nationallists,
    outlook,
    patterns,
    results,
    sheets,
    story,
    suppression,
    uploads,
)

app_name = "campaigns"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.create, name="create"),
    path("results/", results.listing, name="dispositions"),
    path("results/<int:pk>/", results.change, name="disposition"),
    path("callbacks/", callbacks.listing, name="callbacks"),
    path("callbacks/<int:pk>/give/", callbacks.give, name="callback_give"),
    path("callbacks/<int:pk>/off/", callbacks.call_off, name="callback_off"),
    path("suppression/", suppression.listing, name="suppression"),
    path("suppression/add/", suppression.add, name="suppression_add"),
    path("suppression/file/", suppression.receive, name="suppression_file"),
    path("suppression/export/", suppression.export, name="suppression_export"),
    path("suppression/<int:pk>/lift/", suppression.lift, name="suppression_lift"),
    path("suppression/patterns/", patterns.listing, name="patterns"),
    path("suppression/patterns/add/", patterns.add, name="pattern_add"),
    path("suppression/patterns/<int:pk>/lift/", patterns.lift, name="pattern_lift"),
    path("suppression/national/", nationallists.listing, name="national_lists"),
    path("suppression/national/file/", nationallists.receive, name="national_list_file"),
    path("suppression/national/<int:pk>/drop/", nationallists.drop, name="national_list_drop"),
    path("sheets/", sheets.listing, name="sheets"),
    path("sheets/templates/<int:pk>/delete/", sheets.forget_template, name="sheet_template"),
    path("sheets/<int:pk>/activate/", sheets.activate, name="sheet_activate"),
    path("sheets/<int:pk>/cancel/", sheets.cancel, name="sheet_cancel"),
    path("sheets/<int:pk>/file/", sheets.download, name="sheet_file"),
    path("sheets/<int:pk>/undo/", sheets.undo, name="sheet_undo"),
    path("sheets/<int:pk>/", uploads.sheet, name="sheet"),
    path("sheets/<int:pk>/discard/", uploads.discard, name="sheet_discard"),
    path("sheets/<int:pk>/rejects/", uploads.rejects, name="sheet_rejects"),
    path("leads/<int:pk>/", story.lead, name="lead"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/status/", views.status, name="status"),
    path("<int:pk>/why/", outlook.why, name="why"),
    path("<int:pk>/dry-run/", outlook.dry_run, name="dry_run"),
    path("<int:pk>/leads/", views.leads, name="leads"),
    path("<int:pk>/upload/", uploads.upload, name="sheet_upload"),
]

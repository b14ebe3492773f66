"""Pages."""

from django.urls import path

from agentic import views
from agentic.views import calls, rehearsals, runs, takeovers, trunks, versions, voice

app_name = "agentic"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/", views.create, name="create"),
    path("new/preview/", views.preview, name="preview_new"),
    path("lines/", trunks.listing, name="trunks"),
    path("lines/new/", trunks.create, name="trunk_new"),
    path("lines/<int:pk>/", trunks.edit, name="trunk"),
    path("lines/<int:pk>/archive/", trunks.archive, name="trunk_archive"),
    path("voice/", voice.show, name="voice"),
    path("voice/check/", voice.examine, name="voice_check"),
    path("runs/", runs.listing, name="runs"),
    path("runs/start/", runs.start, name="run_start"),
    path("runs/<uuid:ref>/", runs.detail, name="run"),
    *(
        path(f"runs/<uuid:ref>/{verb}/", runs.move, {"verb": verb}, name=f"run_{verb}")
        for verb in runs.VERBS
    ),
    path("runs/calls/<uuid:ref>/", calls.detail, name="call"),
    path("runs/calls/<uuid:ref>/say/", calls.say, name="call_say"),
    path("runs/calls/<uuid:ref>/hang-up/", calls.hang_up, name="call_hang_up"),
    path("runs/calls/<uuid:ref>/colleague/", calls.ask_colleague, name="call_colleague"),
    path("offer/", takeovers.offer, name="offer"),
    path("offer/<uuid:ref>/accept/", takeovers.accept, name="offer_accept"),
    path("offer/<uuid:ref>/decline/", takeovers.decline, name="offer_decline"),
    path("taken/<uuid:ref>/", takeovers.taken, name="taken"),
    path("taken/<uuid:ref>/hang-up/", takeovers.hang_up, name="taken_hang_up"),
    path("taken/<uuid:ref>/give-back/", takeovers.give_back, name="taken_give_back"),
    path("taken/<uuid:ref>/result/", takeovers.result, name="taken_result"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/status/", views.status, name="status"),
    path("<int:pk>/versions/", versions.listing, name="versions"),
    path("<int:pk>/versions/publish/", versions.publish, name="publish"),
    path("<int:pk>/versions/roll-back/", versions.roll_back, name="roll_back"),
    path("<int:pk>/versions/<int:number>/restore/", versions.restore, name="restore"),
    path("<int:pk>/try/", rehearsals.page, name="try"),
    path("<int:pk>/try/say/", rehearsals.say, name="try_say"),
    path("<int:pk>/scenarios/", rehearsals.listing, name="scenarios"),
    path("<int:pk>/scenarios/run/", rehearsals.run, name="scenarios_run"),
    path("<int:pk>/scenarios/outcomes/", rehearsals.outcomes, name="scenarios_outcomes"),
    path("<int:pk>/scenarios/new/", rehearsals.edit, name="scenario_new"),
    path("<int:pk>/scenarios/<int:scenario>/", rehearsals.edit, name="scenario"),
    path("<int:pk>/scenarios/<int:scenario>/delete/", rehearsals.delete, name="scenario_delete"),
]

"""Pages."""

from django.urls import path

from accounts.views import (
    apitokens,
    breaks,
    door,
    people,
    presence,
    reset,
    second_factor,
    setup,
    timeline,
)

app_name = "accounts"
urlpatterns = [
    path("people/", people.listing, name="people"),
    path("people/new/", people.invite, name="person_new"),
    path("people/<int:pk>/", people.edit, name="person"),
    path("people/<int:pk>/suspend/", people.suspend, name="person_suspend"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="person_reactivate"),
    path("people/<int:pk>/invite/", people.invite_again, name="person_invite"),
    path("presence/", presence.people_now, name="people_now"),
    path("presence/export.csv", presence.export, name="presence_export"),
    path("presence/mine/", presence.mine, name="my_totals"),
    path("presence/<int:pk>/", timeline.day, name="day"),
    path("presence/<int:pk>/move/", timeline.move, name="move_seat"),
    path("breaks/", breaks.listing, name="break_reasons"),
    path("breaks/<int:pk>/", breaks.edit, name="break_edit"),
    path("breaks/<int:pk>/offer/", breaks.offer, name="break_offer"),
    path("breaks/<int:pk>/up/", breaks.up, name="break_up"),
    path("login/", door.login, name="login"),
    path("login/code/", door.login_code, name="login_code"),
    path("logout/", door.logout, name="logout"),
    path("forgot-password/", reset.forgot, name="forgot"),
    path("forgot-password/code/", reset.code, name="reset_code"),
    path("forgot-password/new/", reset.new_password, name="reset_password"),
    path("profile/tokens/", apitokens.mine, name="my_tokens"),
    path("profile/tokens/revoke/", apitokens.revoke_mine, name="my_token_revoke"),
    path("people/<int:pk>/tokens/", apitokens.of_person, name="person_tokens"),
    path("people/<int:pk>/tokens/revoke/", apitokens.revoke_of_person, name="person_token_revoke"),
    path("profile/second-factor/", second_factor.page, name="second_factor"),
    path("profile/second-factor/begin/", second_factor.begin, name="second_factor_begin"),
    path("profile/second-factor/confirm/", second_factor.confirm, name="second_factor_confirm"),
    path("profile/second-factor/codes/", second_factor.codes, name="second_factor_codes"),
    path("profile/second-factor/remove/", second_factor.remove, name="second_factor_remove"),
    path("set-password/<str:token>/", reset.set_password, name="set_password"),
    path("setup/", setup.first_run, name="setup"),
    path("theme/", door.theme, name="theme"),
]

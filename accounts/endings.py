"""Why a login ended, in a sentence for the person whose it was; it knows no clock and no page."""

from typing import Final

from accounts.models import LoginSession
from accounts.tokens import Claims

# By what `LoginSession.revoked_because` says; whoever logged out themselves is told nothing.
_SAID: Final = {
    "supervisor": "{who} logged you out",
    "suspended": "{who} suspended your account",
    "role": "{who} gave you another role",
    "password": "Your password was changed",
    "organization": "The access of your organization has ended",
    "owner": "You ended this login from another place",
    "everywhere": "You logged out everywhere",
    "second_factor": "Your second factor was set up at another place",
    "replayed": "This login was used from two places, and was ended to be safe",
}
_SOMEBODY: Final = "An administrator"


def sentence(login: LoginSession) -> str:
    """What the page of a login that has ended says; empty where there is nothing to say."""
    known = _SAID.get(login.revoked_because) if login.revoked_at else None
    if known is None:
        return ""
    said = known.format(who=login.revoked_by.name if login.revoked_by else _SOMEBODY)
    if not login.revoked_note:
        return f"{said}."
    return f"{said}: “{login.revoked_note}”"


def of(claims: Claims) -> str:
    """The sentence about the login that a token names."""
    logins = LoginSession.objects.select_related("revoked_by")
    login = logins.filter(public_id=claims.login, user_id=claims.user).first()
    return sentence(login) if login else ""


def now_of(login: LoginSession) -> str:
    """The sentence about a login that was read before it ended."""
    again = LoginSession.objects.select_related("revoked_by").filter(pk=login.pk).first()
    return sentence(again) if again else ""

"""Who may open the routes of accounts."""

from accounts import breaks, callerids, passwords, presence
from accounts.models import User
from tests.access import (
    AGENT,
    EVERYONE,
    LOGGED_IN,
    MANAGER,
    NO_ROLE,
    SUPERADMIN_ONLY,
    Cast,
    Route,
)
from tests.factories import UserFactory


def invitation(cast: Cast) -> dict[str, object]:
    """Its address holds a secret: whoever has it may use it."""
    newcomer = UserFactory.create(status="invited", organization=cast.organization)
    return {"token": passwords.invite(newcomer, cast.manager)}


def nobody_rules(cast: Cast) -> dict[str, object]:
    """The first run's page exists only then."""
    rulers = User.objects.filter(role="superadmin")
    rulers.update(role="qa", organization=cast.organization)
    return {}


def seated_agent(cast: Cast) -> dict[str, object]:
    """Someone at work."""
    presence.open_session(cast.agent)
    return {"pk": cast.agent.pk}


def break_reason(cast: Cast) -> dict[str, object]:
    """One of the organization's breaks."""
    return {"pk": breaks.ensure(cast.organization)[0].pk}


def somebody(cast: Cast) -> dict[str, object]:
    """One of the organization's people."""
    return {"pk": cast.agent.pk}


def somebody_suspended(cast: Cast) -> dict[str, object]:
    """Someone who may come again."""
    return {"pk": UserFactory.create(status="suspended", organization=cast.organization).pk}


def somebody_invited(cast: Cast) -> dict[str, object]:
    """Someone who has not come yet."""
    return {"pk": UserFactory.create(status="invited", organization=cast.organization).pk}


def a_team(cast: Cast) -> dict[str, object]:
    """The organization's team."""
    return {"pk": cast.team.pk}


def a_caller_id(cast: Cast) -> dict[str, object]:
    """A number that the organization may show."""
    there = callerids.allowed(cast.organization.pk)
    return {"pk": (there or [callerids.add(cast.organization, "+12025550100")])[0].pk}


def the_organization(cast: Cast) -> dict[str, object]:
    """The tenant itself."""
    return {"pk": cast.organization.pk}


ROUTES = [
    Route("accounts:caller_ids", {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY}),
    Route("accounts:caller_id_remove", {"POST": SUPERADMIN_ONLY}, a_caller_id),
    Route("accounts:teams", {"GET": SUPERADMIN_ONLY}),
    Route("accounts:team_new", {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY}),
    Route("accounts:team", {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY}, a_team),
    Route("accounts:team_archive", {"POST": SUPERADMIN_ONLY}, a_team),
    Route("accounts:organizations", {"GET": SUPERADMIN_ONLY}),
    Route("accounts:organization_new", {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY}),
    Route(
        "accounts:organization",
        {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY},
        the_organization,
    ),
    Route("accounts:organization_archive", {"POST": SUPERADMIN_ONLY}, the_organization),
    Route("accounts:roles", {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY}),
    Route("accounts:people", {"GET": SUPERADMIN_ONLY}),
    Route("accounts:person_new", {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY}),
    Route("accounts:person", {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY}, somebody),
    Route("accounts:person_suspend", {"POST": SUPERADMIN_ONLY}, somebody),
    Route("accounts:person_reactivate", {"POST": SUPERADMIN_ONLY}, somebody_suspended),
    Route("accounts:person_invite", {"POST": SUPERADMIN_ONLY}, somebody_invited),
    Route("accounts:people_now", {"GET": {MANAGER}}),
    Route("accounts:presence_export", {"GET": {MANAGER}}),
    Route("accounts:my_totals", {"GET": {AGENT}}),
    Route("accounts:day", {"GET": {MANAGER}}, seated_agent),
    Route("accounts:move_seat", {"POST": {MANAGER}}, seated_agent),
    Route("accounts:break_reasons", {"GET": {MANAGER}, "POST": {MANAGER}}),
    Route("accounts:break_edit", {"GET": {MANAGER}, "POST": {MANAGER}}, break_reason),
    Route("accounts:break_offer", {"POST": {MANAGER}}, break_reason),
    Route("accounts:break_up", {"POST": {MANAGER}}, break_reason),
    Route("accounts:login", {"GET": EVERYONE, "POST": EVERYONE}),
    Route("accounts:login_code", {"GET": EVERYONE, "POST": EVERYONE}),
    Route("accounts:forgot", {"GET": EVERYONE, "POST": EVERYONE}),
    Route("accounts:reset_code", {"GET": EVERYONE, "POST": EVERYONE}),
    Route("accounts:reset_password", {"GET": EVERYONE, "POST": EVERYONE}),
    Route("accounts:profile", {"GET": LOGGED_IN, "POST": LOGGED_IN}),
    Route("accounts:profile_password", {"POST": LOGGED_IN}),
    Route("accounts:profile_end_login", {"POST": LOGGED_IN}),
    Route("accounts:profile_leave", {"POST": LOGGED_IN}),
    Route("accounts:my_tokens", {"GET": LOGGED_IN, "POST": LOGGED_IN}),
    Route("accounts:my_token_revoke", {"POST": LOGGED_IN}),
    Route("accounts:people_import", {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY}),
    Route("accounts:telephony", {"GET": SUPERADMIN_ONLY, "POST": SUPERADMIN_ONLY}, seated_agent),
    Route("accounts:person_tokens", {"GET": SUPERADMIN_ONLY}, seated_agent),
    Route("accounts:person_token_revoke", {"POST": SUPERADMIN_ONLY}, seated_agent),
    Route("accounts:second_factor", {"GET": LOGGED_IN}),
    Route("accounts:second_factor_begin", {"POST": LOGGED_IN}),
    Route("accounts:second_factor_confirm", {"POST": LOGGED_IN}),
    Route("accounts:second_factor_codes", {"POST": LOGGED_IN}),
    Route("accounts:second_factor_remove", {"POST": LOGGED_IN}),
    Route("accounts:setup", {"GET": EVERYONE, "POST": EVERYONE}, nobody_rules, public=True),
    Route("accounts:logout", {"POST": EVERYONE}),
    Route("accounts:theme", {"POST": EVERYONE}),
    Route("accounts:set_password", {"GET": EVERYONE, "POST": EVERYONE}, invitation, public=True),
    Route("accounts-api:login", {"POST": EVERYONE}),
    Route("accounts-api:login_code", {"POST": EVERYONE}),
    Route("accounts-api:forgot_password", {"POST": EVERYONE}),
    Route("accounts-api:verify_otp", {"POST": EVERYONE}),
    Route("accounts-api:reset_password", {"POST": EVERYONE}),
    Route("accounts-api:refresh", {"POST": EVERYONE}),
    Route("accounts-api:logout", {"POST": EVERYONE}),
    Route("accounts-api:me", {"GET": LOGGED_IN}),
    Route("accounts-api:continue", {"GET": EVERYONE}),
    Route("accounts-api:presence", {"GET": {AGENT}}),
    Route("accounts-api:ready", {"POST": {AGENT}}),
    Route("accounts-api:break", {"POST": {AGENT}}),
    Route("accounts-api:offline", {"POST": {AGENT}}),
    Route("accounts-api:breaks", {"GET": {AGENT}}),
    Route("accounts-api:lead", {"POST": {AGENT}}),
    Route("accounts-api:softphone", {"GET": {AGENT}}),
    Route("accounts-internal:ha1", {"GET": NO_ROLE}),
]

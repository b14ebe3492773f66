"""Bodies that routes accept: what a test puts right in a body that says too much.

`FILLED` names, for a route, the fields that make a body right, and prepares what it is about.
`NEVER` names the routes that accept no such body, and why that proves as much.
"""

import time
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import apitokens, breaks, logins, passwords, presence
from accounts.models import ApiToken, User
from agentic.editorforms import VoiceForm
from agentic.models import AgenticCampaign
from campaigns import dispositions
from campaigns.forms import CampaignForm
from campaigns.models import CallingRule, Campaign, ConsentRecord
from tests.access import Cast
from tests.accounts.mailbox import code_in, deliver
from tests.factories import PASSWORD, AgenticFactory, CampaignFactory

type Filled = Callable[[Cast, User], dict[str, Any]]
ANOTHER = "quiet-harbour-lantern-7"


def _break(people: Cast, user: User) -> dict[str, Any]:
    return {"reason": breaks.ensure(people.organization)[0].code}


def _move(people: Cast, user: User) -> dict[str, Any]:
    presence.open_session(people.agent)
    return {"to": "break", **_break(people, user)}


def _ready(people: Cast, user: User) -> dict[str, Any]:
    campaign = CampaignFactory.create(organization=people.organization)
    campaign.agents.add(user)
    return {"campaigns": [campaign.pk]}


def _login(people: Cast, user: User) -> dict[str, Any]:
    return {"email": user.email, "password": PASSWORD}


def _code(people: Cast, user: User) -> dict[str, Any]:
    passwords.send_code(user.email)
    return {"email": user.email, "otp": code_in(deliver()[-1])}


def _reset(people: Cast, user: User) -> dict[str, Any]:
    asked = _code(people, user)
    token = passwords.verify_code(asked["email"], asked["otp"], address="127.0.0.1")
    return {"reset_token": token, "new_password": ANOTHER}


def _token(people: Cast, user: User) -> dict[str, Any]:
    return {"scopes": ["campaigns.add_lead"], "lasts": "90", "password": PASSWORD}


def _own_token(people: Cast, user: User) -> dict[str, Any]:
    made = ApiToken.objects.filter(user=user)
    if not made.exists():
        apitokens.make(user, "CRM", list(apitokens.offered(user))[:1], expires_at=None)
    return {"token": made.get().pk}


def _other_login(people: Cast, user: User) -> dict[str, Any]:
    login = logins.open_login(user, address="127.0.0.1", agent="elsewhere").login
    return {"login": str(login.public_id)}


def _passwords(people: Cast, user: User) -> dict[str, Any]:
    user.set_password(PASSWORD)
    user.save()
    return {"current_password": PASSWORD, "new_password": ANOTHER}


def _campaign(people: Cast, user: User) -> dict[str, Any]:
    form = CampaignForm(user)
    shown = {name: form[name].value() for name in form.fields}
    results = [row.pk for row in dispositions.ensure_defaults(people.organization)]
    chosen = {"dispositions": results[:2], "teams": [people.team.pk], "agents": [people.agent.pk]}
    return {name: value for name, value in shown.items() if value} | {"name": "Spring"} | chosen


def _list(people: Cast, user: User) -> dict[str, Any]:
    campaign = CampaignFactory.create(organization=people.organization, created_by=user)
    file = SimpleUploadedFile("list.csv", b"Name,Phone\nAnn,2125550123\n")
    return {"campaign": campaign.pk, "file": file}


def _lead(people: Cast, user: User) -> dict[str, Any]:
    campaign = CampaignFactory.create(organization=people.organization, created_by=user)
    return {"campaign": campaign.pk}


def _numbers(people: Cast, user: User) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("numbers.csv", b"Number\n2125550123\n")}


def _call(people: Cast, user: User) -> dict[str, Any]:
    return {"id": str(uuid4()), "direction": "outbound", "number": "+12125550177"}


def _events(people: Cast, user: User) -> dict[str, Any]:
    now = time.time() * 1000
    return {"page": "page", "sent_mono_ms": 1000, "sent_wall_ms": now, "events": []}


def _upload(people: Cast, user: User) -> dict[str, Any]:
    ends = {"started_at": "2026-03-02T10:00:00Z", "ended_at": "2026-03-02T10:01:00Z"}
    return {"call_id": uuid4().hex, "destination": "+12125550177", "status": "answered", **ends}


def _consent(people: Cast, user: User) -> dict[str, Any]:
    said = {"kind": ConsentRecord.Kind.WRITTEN, "voice": ConsentRecord.Voice.PERSON}
    return {
        "purpose": Campaign.Purpose.values[0],
        "source": "form",
        "number": "2125550177",
        "given_on": "2026-03-02",
        **said,
    }


def _register(people: Cast, user: User) -> dict[str, Any]:
    return {"code": "US-DNC", "as_of": "2026-03-02", **_numbers(people, user)}


def _hours(people: Cast, user: User) -> dict[str, Any]:
    said = {"title": "Hours", "start": "09:00", "end": "18:00", "days": CallingRule.Days.ANY}
    return said | {"country": "", "region": "", "weekdays": [], "valid_until": ""}


def _new_hours(people: Cast, user: User) -> dict[str, Any]:
    return {**_hours(people, user), "code": "OVERFULL"}


def _voice(people: Cast, user: User) -> AgenticCampaign:
    """A campaign of a voice that may call, and that the user sees."""
    voice = AgenticFactory.create(campaign__organization=people.organization)
    voice.campaign.managers.add(user)
    return voice


def _wording(people: Cast, user: User) -> dict[str, Any]:
    form = VoiceForm(user)
    shown = {name: form[name].value() for name in form.fields}
    results = [row.pk for row in dispositions.ensure_defaults(people.organization)]
    chosen = {"name": "Spring", "purpose": "survey", "dispositions": results[:1], "trunk": ""}
    known = {name: value for name, value in shown.items() if value not in (None, "", False)}
    return known | chosen | {"cost_per_minute": 0, "teams": [people.team.pk]}


def _line(people: Cast, user: User) -> dict[str, Any]:
    return {"name": "Main", "max_calls": 3, "calls_per_second": 1}


def _scenario(people: Cast, user: User) -> dict[str, Any]:
    return {"name": "They agree", "source": "caller: Yes.\nexpect no tool: mark_do_not_call"}


def _csv(people: Cast, user: User) -> dict[str, Any]:
    file = SimpleUploadedFile("list.csv", b"Name,Phone\nAnn,2125550123\n")
    return {"campaign": _voice(people, user).module, "file": file}


FILLED: Final[dict[str, Filled]] = {
    "accounts-api:break": _break,
    "accounts-api:login": _login,
    "accounts-api:ready": _ready,
    "accounts-api:reset_password": _reset,
    "accounts-api:verify_otp": _code,
    "accounts:login": _login,
    "accounts:move_seat": _move,
    "accounts:my_token_revoke": _own_token,
    "accounts:my_tokens": _token,
    "accounts:profile_end_login": _other_login,
    "accounts:profile_password": _passwords,
    "accounts:set_password": lambda people, user: {"new_password": ANOTHER},
    "agentic-api:csv": _csv,
    "agentic:call_say": lambda people, user: {"text": "Ask for the name."},
    "agentic:create": _wording,
    "agentic:edit": _wording,
    "agentic:run_start": lambda people, user: {
        "campaign": _voice(people, user).campaign_id,
        "kind": "list",
    },
    "agentic:scenario": _scenario,
    "agentic:scenario_new": _scenario,
    "agentic:status": lambda people, user: {"status": "paused"},
    "agentic:trunk": _line,
    "agentic:trunk_new": _line,
    "calls-api:calls": _call,
    "calls-api:cdr_upload": _upload,
    "calls-api:events": _events,
    "campaigns-api:leads": _lead,
    "campaigns-api:upload": _list,
    "calls-api:release": lambda people, user: {"reason": "skipped"},
    "campaigns-api:consents": _consent,
    "campaigns:consent_grant": _consent,
    "campaigns:create": _campaign,
    "campaigns:dispositions": lambda people, user: {"new-label": "Perhaps", "new-key": ""},
    "campaigns:national_list_file": _register,
    "campaigns:pattern_add": lambda people, user: {"kind": "prefix", "pattern": "+1 900"},
    "campaigns:rule_new": _new_hours,
    "campaigns:rule_replace": _hours,
    "campaigns:sheet": lambda people, user: {"field_0": "name", "field_1": "phone"},
    "campaigns:edit": _campaign,
    "campaigns:sheet_upload": _list,
    "campaigns:status": lambda people, user: {"status": "paused"},
    "campaigns:suppression_file": _numbers,
}

_FACTOR = "takes a code of an authenticator and the password, nothing else"
_COOKIE = "follows a cookie of the step before it; its twin of the API is accepted"
_STRICT = "refuses a body with any field that it does not know"
NEVER: Final[dict[str, str]] = {
    "accounts-api:login_code": _FACTOR,
    "accounts:login_code": _FACTOR,
    "accounts:second_factor_codes": _FACTOR,
    "accounts:second_factor_confirm": _FACTOR,
    "accounts:second_factor_remove": _FACTOR,
    "accounts:reset_code": _COOKIE,
    "accounts:reset_password": _COOKIE,
    "accounts:setup": "needs the token of the server's console; makes a superadmin on purpose",
    **dict.fromkeys(
        (
            *("agentic-api:voices", "agentic-api:voice", "agentic-api:prompts"),
            *("agentic-api:publish", "agentic-api:start_run", "agentic-api:start_call"),
            *("agentic-api:auto_next", "agentic-api:end_call", "agentic-api:stop_all"),
        ),
        _STRICT,
    ),
    "agentic-api:roll_back": "takes no body, and there is one version only",
    "agentic:call_colleague": "takes no body, and nobody is ready",
    "agentic:offer_decline": "takes no body",
    "agentic:roll_back": "takes no body, and there is one version only",
    "agentic:run_resume": "takes no body, and only what is paused is resumed",
    "agentic:taken_give_back": "takes no body",
    "agentic-api:door": "takes no body",
    "agentic:taken_result": "takes a result and a note, once the call is over",
    "agentic:voice_check": "takes no body",
    "calls-api:dial": "takes no body",
    "calls-api:part": "its body is sound",
    "calls-api:segment": "takes the length of a recording that runs, nothing else",
    "campaigns:recycle": "takes reasons of leads that are finished, and a number of days",
    "campaigns:sheet_undo": "takes the number of a list's leads, nothing else",
}

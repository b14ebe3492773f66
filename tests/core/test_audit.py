"""The audit log: who asked is known, secrets never enter, and what is written stays."""

import json
import threading
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import Field, Model
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import logins
from accounts.models import (
    ApiToken,
    LoginSession,
    Organization,
    PasswordReset,
    RecoveryCode,
    SecondFactor,
    SipAccount,
    Team,
    User,
)
from core import audit
from core.models import AuditEntry, AuditSeal, Letter, WrittenError
from tests.factories import OrganizationFactory, TeamFactory, UserFactory

CANARY = "canary-4711"
# Every field that holds a secret, or what opens something like one. A new field with a name such
# as these has to be listed here or below.
SECRETS: dict[type[Model], set[str]] = {
    User: {"password"},
    LoginSession: {"current_jti", "previous_jti", "successor", "sip_secret"},
    PasswordReset: {"code_hash", "token_hash"},
    SecondFactor: {"secret", "last_step"},
    RecoveryCode: {"code_hash"},
    ApiToken: {"token_hash"},
    SipAccount: {"secret"},
    Letter: {"body"},
}
# Fields that are named like secrets, or commented as encrypted, and are none.
HARMLESS = {
    "accounts.loginsession.second_factor",
    "accounts.loginsession.sip_issued_at",
    "accounts.rolepolicy.needs_second_factor",
}


def in_request(request: HttpRequest, work: Any) -> None:
    """Does some work while the middleware answers a request."""

    def answer(_: HttpRequest) -> HttpResponse:
        work()
        return HttpResponse()

    audit.AuditMiddleware(answer)(request)


def asked(user: User | None = None, agent: str = "", **headers: str) -> HttpRequest:
    """A request of a person from a known address."""
    request = RequestFactory().post(
        "/", REMOTE_ADDR="198.51.100.7", headers={"User-Agent": agent, **headers}
    )
    request.user = user or AnonymousUser()
    return request


def test_an_entry_knows_its_request_and_whose_it_is(db: None) -> None:
    team = TeamFactory.create()
    manager = UserFactory.create(role="manager", organization=team.organization)

    in_request(
        asked(manager, agent="browser/1"),
        lambda: audit.record("team.renamed", team, before={"name": "a"}, after={"name": "b"}),
    )

    entry = AuditEntry.objects.get(action="team.renamed")
    assert (entry.actor_id, entry.actor_name) == (manager.pk, manager.email)
    assert (entry.acting_as, entry.organization_id) == ("manager", team.organization_id)
    assert (entry.address, entry.agent) == ("198.51.100.7", "browser/1")
    assert (entry.target_type, entry.target_id) == ("accounts.team", str(team.pk))
    assert (entry.before, entry.after) == ({"name": "a"}, {"name": "b"})


def test_a_job_without_a_request_acts_as_the_system(db: None) -> None:
    entry = audit.record("team.renamed", TeamFactory.create())

    assert (entry.actor_id, entry.actor_name, entry.acting_as) == (None, "", "")
    assert (entry.address, entry.agent) == (None, "")
    assert str(entry) == "team.renamed by the system"


def test_a_request_is_forgotten_when_it_is_answered_also_after_a_crash(db: None) -> None:
    def crash() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        in_request(asked(UserFactory.create()), crash)

    assert audit.record("team.renamed").actor_id is None


def test_requests_of_other_threads_are_not_mistaken_for_ones_own() -> None:
    meet, seen = threading.Barrier(2), {}

    def answer(who: str) -> None:
        def work() -> None:
            meet.wait(5)
            current = audit._request.get()
            seen[who] = current.headers["User-Agent"] if current else None
            meet.wait(5)

        in_request(asked(agent=who), work)

    threads = [threading.Thread(target=answer, args=(who,)) for who in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == {"one": "one", "two": "two"}
    assert audit._request.get() is None


async def test_an_asynchronous_server_hands_the_request_to_its_threads() -> None:
    seen = []

    def work() -> None:
        current = audit._request.get()
        seen.append(current.headers["User-Agent"] if current else None)

    await sync_to_async(in_request)(asked(agent="async"), work)

    assert seen == ["async"]
    assert audit._request.get() is None


class Probe(APIView):
    """Writes an entry for whoever asks."""

    permissions = ()

    def post(self, request: Request) -> Response:
        """Writes it."""
        audit.record("probe.asked")
        return Response()


def test_the_person_of_a_bearer_token_is_known(db: None) -> None:
    agent = UserFactory.create()
    token = logins.open_login(agent, address=None, agent="").access
    request = asked(agent="crm/2", authorization=f"Bearer {token}")

    in_request(request, lambda: Probe.as_view()(request))

    entry = AuditEntry.objects.get(action="probe.asked")
    assert (entry.actor_id, entry.acting_as) == (agent.pk, "agent")


def test_changes_records_what_a_block_changed_and_nothing_else(db: None) -> None:
    team = TeamFactory.create(name="North")

    with audit.changes("team.changed", team, ("name", "archived_at")):
        team.name = "South"
    with audit.changes("team.changed", team, ("name", "archived_at")):
        team.save()

    [entry] = AuditEntry.objects.filter(action="team.changed")
    assert (entry.before, entry.after) == ({"name": "North"}, {"name": "South"})


def test_changes_sees_lists_and_relations_of_many(db: None) -> None:
    team = TeamFactory.create()
    agent = UserFactory.create(organization=team.organization)
    token = ApiToken(user=agent, name="crm", scopes=["a.b"])

    with audit.changes("team.changed", team, ("members", "organization")):
        team.members.add(agent)
    with audit.changes("token.changed", token, ("scopes",)):
        token.scopes.append("c.d")

    first, second = AuditEntry.objects.filter(action__in=("team.changed", "token.changed"))
    assert (first.before, first.after) == ({"members": []}, {"members": [agent.pk]})
    assert second.after == {"scopes": ["a.b", "c.d"]}


def test_an_entry_vanishes_with_the_change_that_it_tells_of(db: None) -> None:
    @transaction.atomic
    def change_mind() -> None:
        audit.record("team.renamed")
        raise LookupError

    with pytest.raises(LookupError):
        change_mind()

    assert not AuditEntry.objects.filter(action="team.renamed").exists()


def test_values_are_written_as_json_holds_them(db: None) -> None:
    after = {
        "at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "opens": time(9),
        "price": Decimal("1.50"),
        "share": float("nan"),
        "days": {3, 1, 2},
        "role": User.Role.AGENT,
        "text": "x" * 5000,
        "none": None,
    }

    pk = audit.record("thing.changed", after=after).pk

    found = AuditEntry.objects.get(pk=pk).after
    assert found["at"] == "2026-03-01T12:00:00+00:00"
    assert (found["opens"], found["price"], found["share"]) == ("09:00:00", "1.50", "nan")
    assert (found["days"], found["role"], found["none"]) == ([1, 2, 3], "agent", None)
    assert len(found["text"]) == 2001


def secret_fields() -> list[tuple[type[Model], str]]:
    """The listed secrets as pairs."""
    return [(model, name) for model, names in SECRETS.items() for name in sorted(names)]


@pytest.mark.parametrize(("model", "name"), secret_fields(), ids=str)
def test_no_secret_field_of_any_model_enters(db: None, model: type[Model], name: str) -> None:
    row = model(**{name: 4711 if name == "last_step" else CANARY})

    kept = audit.record("thing.changed", row, after=audit.snapshot(row, (name,)))

    found = AuditEntry.objects.get(pk=kept.pk)
    assert found.after == {name: audit.REDACTED}
    assert "4711" not in json.dumps(found.after) + found.target_name


def test_every_field_named_like_a_secret_is_classified() -> None:
    listed = {f"{model._meta.label_lower}.{name}" for model, name in secret_fields()} | HARMLESS
    suspicious = ("secret", "password", "hash", "jti", "token", "code_", "otp", "key_", "cipher")
    named = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, Field)
        and not field.is_relation
        # Django's own session table is never written: the product has logins of its own.
        and model._meta.app_label != "sessions"
        and any(word in field.name for word in suspicious)
        and not audit._SECRET.search(field.name)
    }

    assert named <= listed, "Redact them by name, by `secret_fields`, or say they are harmless."
    assert all(_has(model, name) for model, name in secret_fields())


def _has(model: type[Model], name: str) -> bool:
    try:
        return bool(model._meta.get_field(name))
    except FieldDoesNotExist:
        return False


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password1",
        "sip_secret",
        "ha1",
        "token_hash",
        "otp",
        "one_time_otp",
        "successor",
        "recovery_codes",
        "code_hash",
        "current_jti",
        "refresh_token",
        "api_key",
        "private_key",
        "signing_key",
        "field_keys",
        "csrftoken",
        "Authorization",
        "cookie",
        "digest",
        "sessionid",
        "session_id",
        "credentials",
        "passphrase",
        "SECRET_KEY",
        "pin",
        "bearer",
    ],
)
def test_a_value_under_a_secrets_name_never_enters_however_deep(db: None, name: str) -> None:
    deep = {"outer": [{"inner": {name: CANARY, "fine": "shown"}}], name: {"nested": CANARY}}

    entry = audit.record("thing.changed", before=deep, after=deep)

    written = AuditEntry.objects.values_list("before", "after").get(pk=entry.pk)
    assert CANARY not in str(written)
    assert "shown" in str(written)


@pytest.mark.parametrize(
    "text",
    [
        "gAAAAABm" + "x" * 92,
        "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA",
        "pbkdf2_sha256$870000$salt$aGFzaA=",
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLi4u",
    ],
)
def test_a_text_with_the_shape_of_a_secret_never_enters(db: None, text: str) -> None:
    entry = audit.record("thing.changed", after={"remark": text, "list": [f"it is {text}"]})

    found = AuditEntry.objects.get(pk=entry.pk).after
    assert found == {"remark": audit.REDACTED, "list": [audit.REDACTED]}


def test_what_is_no_secret_is_written_in_full(db: None) -> None:
    after = {"key": "d", "label": "Do not call", "needs_second_factor": True, "monkey": "see"}

    assert audit.record("disposition.changed", after=after).after == after


def test_an_entry_cannot_be_changed_or_deleted(db: None) -> None:
    entry = audit.record("thing.happened")
    entry.action = "nothing.happened"

    for attempt in (entry.save, entry.delete, AuditEntry(action="x").save, AuditSeal().delete):
        with pytest.raises(WrittenError):
            attempt()

    assert AuditEntry.objects.filter(action="thing.happened").exists()


def test_a_query_cannot_change_or_delete_entries(db: None) -> None:
    audit.record("thing.happened")
    rows: Any = AuditEntry.objects.all()

    for attempt in (
        rows.delete,
        rows._raw_delete,
        lambda: rows.update(action="x"),
        lambda: rows.bulk_update([], ["action"]),
        lambda: rows.create(action="x"),
        lambda: rows.bulk_create([]),
        lambda: AuditEntry.objects.get_or_create(action="x"),
        lambda: AuditEntry.objects.update_or_create(action="x"),
        AuditSeal.objects.all().delete,
    ):
        with pytest.raises(WrittenError):
            attempt()

    assert [row.action for row in rows if row.action != "login.opened"] == ["thing.happened"]


def test_an_organizations_entries_are_its_own(db: None) -> None:
    organization: Organization = OrganizationFactory.create()
    team: Team = TeamFactory.create()
    superadmin = UserFactory.create(role="superadmin", organization=None)

    of_itself = audit.record("organization.changed", organization, actor=superadmin)
    of_target = audit.record("team.changed", team, actor=superadmin)
    of_actor = audit.record("thing.changed", actor=UserFactory.create(organization=organization))
    of_nobody = audit.record("flag.changed", actor=superadmin)

    assert of_itself.organization_id == of_actor.organization_id == organization.pk
    assert of_target.organization_id == team.organization_id
    assert of_nobody.organization_id is None

"""Whatever the API's document allows or forbids to be sent, as whichever role: never a 5xx.

Requests are made from the OpenAPI document itself, well-formed ones and broken ones, and sent
into the application in this process. The choice of them is the same in every run.
"""

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance

from accounts import logins
from calls.models import Call
from campaigns.models import Campaign
from tests.access import ANONYMOUS, ROLES, Cast, cast
from tests.factories import AttemptFactory, CallFactory, CampaignFactory

EXAMPLES = 4
QUIET = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer("audio/mp4", "audio/ogg", "audio/webm")
def sound(_: Any, value: Any) -> bytes:
    """A part of a recording, as its bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


@cache
def document() -> Any:
    """The API's document, as it is now, with the application that it is about."""
    generator: Any = SchemaGenerator
    made = generator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(made)
    schema.app = get_wsgi_application()
    return schema


def operations() -> Iterator[Any]:
    """Every operation of the document."""
    for result in document().get_all_operations():
        yield result.ok()


OPERATIONS = [
    pytest.param(operation, id=f"{operation.method.upper()} {operation.path}")
    for operation in operations()
]


@pytest.fixture(autouse=True)
def _the_connection_stays_open() -> Iterator[None]:
    """A request's end would close it, and with it the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def people(db: None) -> Cast:
    """The people of an organization with a running campaign."""
    people = cast()
    campaign: Campaign = CampaignFactory.create(organization=people.organization)
    campaign.teams.add(people.team)
    return people


@pytest.fixture
def call(people: Cast) -> Call:
    """A call that all of them see."""
    campaign = Campaign.objects.get()
    attempt = AttemptFactory.create(campaign=campaign, agent=people.agent)
    return CallFactory.create(attempt=attempt, team=people.team)


def bearers(people: Cast) -> dict[str, dict[str, str]]:
    """What each role shows of itself."""
    shown = {}
    for role in ROLES:
        user = people.of(role)
        entry = logins.open_login(user, address=None, agent="") if user else None
        shown[role] = {"Accept-Encoding": "identity"}
        if entry:
            shown[role]["Authorization"] = f"Bearer {entry.access}"
    return shown


def send(case: Any, headers: dict[str, str]) -> Any:
    """The answer; what the request wrote is undone."""
    with transaction.atomic():
        response = case.call(headers=headers)
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_request_that_can_be_made_of_the_document_breaks_the_server(
    people: Cast, call: Call, operation: Any
) -> None:
    shown = bearers(people)

    def attack(case: Any, known: bool) -> None:  # Hypothesis names it
        if known and "ref" in case.path_parameters:
            case.path_parameters["ref"] = str(call.public_id)
        for role in ROLES:
            answer = send(case, shown[role])
            assert answer.status_code < 500, f"{role} {case.as_curl_command()}"
            if answer.status_code == 200 and role != ANONYMOUS:
                case.validate_response(answer, checks=[response_schema_conformance])

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        cases = operation.as_strategy(generation_mode=mode)
        with suppress(Unsatisfiable):  # of an empty request there is no ill-formed one
            QUIET(given(case=cases, known=st.booleans())(attack))()


def test_the_document_has_operations() -> None:
    assert len(OPERATIONS) > 20

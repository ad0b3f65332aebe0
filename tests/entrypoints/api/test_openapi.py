"""Is what the API says of itself true?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from starlette.applications import Starlette
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from application.ports.dead_letters import DeadLetterQuery
from domain.api_key import Scope
from domain.outcome import Rejected, Unknown
from entrypoints.api.access import token_of
from entrypoints.api.app import OPERATIONS, api
from entrypoints.api.openapi import document
from tests.acceptance.local import MemoryAssembly
from tests.acceptance.world import World
from tests.entrypoints.api.client import SECRET, Client, make_key

CONFIG = {
    "seed": 1,
    "auth": {"openapi": {"key": {"bearer": token_of("key0", SECRET)}}},
    "generation": {"deterministic": True, "max-examples": 25},
    "checks": {
        # An event may stand already, and a dead letter be settled or gone.
        "positive_data_acceptance": {"expected-statuses": ["2xx", 404, 409]},
        # Of several events each that is wrong is refused by itself.
        "negative_data_rejection": {"expected-statuses": [207, 400, 401, 404, 405, 415, 422]},
    },
}


@pytest.fixture(scope="module")
def lived_in() -> Iterator[World]:
    """Where something has been sent, has failed, is uncertain, and could not be read."""
    with asyncio.Runner() as runner:
        world = World(assembly=MemoryAssembly(), runner=runner)
        make_key(world, *Scope)
        world.tell("Ada", "email", event_id="sent", text="Welcome!")
        world.sender("email").will(Rejected(reason="no such mailbox", rule="550"))
        world.tell("Ada", "email", event_id="failed")
        world.sender("SMS").will(Unknown(reason="contact was lost", rule="timeout"))
        world.tell("Grace", "SMS", event_id="uncertain")
        world.publish_raw(b"{")
        world.turn()
        yield world
        world.close()


@pytest.fixture(scope="module")
def ids(lived_in: World) -> dict[str, list[str]]:
    """By the parameter that wants one."""
    letters = lived_in.run(lived_in.tidings.dead_letters.latest(DeadLetterQuery(), limit=9))
    return {
        "id": [str(each.id) for each in letters],
        "event_id": ["sent", "failed", "uncertain"],
        "channel": ["email", "sms"],
    }


class Door:
    """An API that is put together when the tests begin: the cases are made before."""

    app: Starlette

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


door = Door()
schema = schemathesis.openapi.from_dict(
    document(OPERATIONS), config=SchemathesisConfig.from_dict(CONFIG)
)
schema.app = door


@pytest.fixture(scope="module", autouse=True)
def _opened(lived_in: World) -> None:
    door.app = api(lived_in.tidings, needs_keys=True)


@schema.parametrize()
@settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_is_answered_as_described(
    case: Case[Any], ids: dict[str, list[str]]
) -> None:
    if case.meta is not None and case.meta.generation.mode.is_positive:
        ask_about_what_there_is(case, ids)
        assume(can_be_said_in_a_schema(case.body))
    else:  # what an event lacks it may make good
        case.headers.pop("Idempotency-Key", None)
    case.call_and_validate()


def ask_about_what_there_is(case: Case[Any], ids: dict[str, list[str]]) -> None:
    """At random nothing would be found."""
    for name in case.path_parameters:
        case.path_parameters[name] = ids[name][len(repr(case.body)) % len(ids[name])]
    case.query.pop("after", None)


def can_be_said_in_a_schema(body: object) -> bool:
    """Not: that U+0000 or a number of more than 64 bits is nowhere within, or that an instant lies
    after 1970."""
    instants: list[object] = []
    for event in body if isinstance(body, list) else [body]:
        if isinstance(event, dict):
            instants += [event.get(name) for name in ("time", "sendat", "expiresat")]
    are_late = all("1971" <= each[:4] <= "9998" for each in instants if isinstance(each, str))
    return are_late and all(map(is_ordinary, scalars(body)))


def scalars(value: object) -> Iterator[object]:
    match value:
        case dict():
            yield from value
            for held in value.values():
                yield from scalars(held)
        case list():
            for held in value:
                yield from scalars(held)
        case _:
            yield value


def is_ordinary(value: object) -> bool:
    if isinstance(value, int | float):
        return -(2.0**63) <= value < 2.0**63
    return not (isinstance(value, str) and "\0" in value)


class TestTheDocument:
    def test_is_the_one_that_is_served(self, ask: Client) -> None:
        answer = ask.get("/v1/openapi.json")
        assert answer.headers["content-type"] == "application/json"
        assert answer.body == msgspec.json.encode(document(OPERATIONS))

    def test_is_openapi_3_1(self) -> None:
        schema.validate()

    def test_names_each_operation_once(self) -> None:
        assert len({each.id for each in OPERATIONS}) == len(OPERATIONS)

    def test_has_schemas_that_are_json_schemas(self) -> None:
        for schema in document(OPERATIONS)["components"]["schemas"].values():
            jsonschema_rs.meta.validate({**schema})

"""What becomes of events that are published over HTTP?"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.wire.decoder import LARGEST
from domain.api_key import Scope
from domain.audit import Action
from domain.outcome import Unknown
from domain.status import Status
from entrypoints.api.events import MOST_EVENTS
from tests.acceptance.local import MemoryAssembly
from tests.acceptance.world import World
from tests.entrypoints.api.client import Client, with_key

EVENTS = "/v1/events"


def event(event_id: str = "first", message: str = "Welcome!", **more: Any) -> dict[str, Any]:
    return {
        "eventId": event_id,
        "messageType": "USER_SIGNED_UP",
        "timestamp": 1_700_000_000_000,
        "payload": {"email": "ada@example.com", "message": message},
        **more,
    }


def verdicts(told: Any) -> list[tuple[str | None, str]]:
    return [(each["eventId"], each["verdict"]) for each in told["events"]]


def stream_of(world: World) -> list[bytes | None]:
    assert isinstance(world.assembly, MemoryAssembly)
    return [record.value for record in world.assembly._container.stream().records]


class TestAnEvent:
    def test_is_durable_when_answered(self, any_world: World, ask_any: Client) -> None:
        answer = ask_any.publish(event())
        assert answer.status == 202
        assert answer.json == {
            "events": [{"eventId": "first", "verdict": "published", "error": None}],
            "refused": 0,
        }
        any_world.die()
        any_world.turn()
        assert [each.event.text for each in any_world.received("emails", "Ada")] == ["Welcome!"]

    def test_has_its_story_once_it_is_accepted(self, any_world: World, ask_any: Client) -> None:
        ask_any.publish(event())
        absent = ask_any.story("first")
        assert absent.problem == "not-found"
        assert "1 published events wait" in absent.json["detail"]
        any_world.turn()
        story = ask_any.story("first").json
        assert story["eventId"] == "first"
        assert [each["notification"]["status"] for each in story["chapters"]] == ["SENT"]

    def test_keeps_every_byte_of_it(self, world: World, ask: Client) -> None:
        body = (
            b' \n{"eventId" : "a", "data": {"x": 1.0e3, "\xc3\xa4": [1.10]}, "data": null,'
            b'"payload": {"message": "m", "email": "ada@example.com"}}\n'
        )
        assert ask("POST", EVENTS, body).status == 202
        assert stream_of(world) == [body]

    def test_that_is_known_is_not_published_again(self, any_world: World, ask_any: Client) -> None:
        ask_any.publish(event())
        any_world.turn()
        again = ask_any.publish(event(sendAt=None))
        assert (again.status, verdicts(again.json)) == (202, [("first", "known")])
        assert any_world.run(any_world.tidings.lanes.lag()) == 0

    def test_with_the_id_of_another_is_refused(self, any_world: World, ask_any: Client) -> None:
        ask_any.publish(event())
        any_world.turn()
        other = ask_any.publish(event(message="Something else"))
        assert (other.status, other.problem) == (409, "conflict")
        assert any_world.run(any_world.tidings.lanes.lag()) == 0

    def test_with_the_id_of_one_not_yet_accepted_stands_in_its_story(
        self, any_world: World, ask_any: Client
    ) -> None:
        ask_any.publish(event())
        other = ask_any.publish(event(message="Something else"))
        assert (other.status, verdicts(other.json)) == (202, [("first", "published")])
        any_world.turn()
        assert [each.event.text for each in any_world.received("emails", "Ada")] == ["Welcome!"]
        [chapter] = ask_any.story("first").json["chapters"]
        assert [each["kind"] for each in chapter["sightings"]] == ["conflict"]

    def test_may_be_a_cloud_event(self, any_world: World, ask_any: Client) -> None:
        value = {
            "specversion": "1.0",
            "id": "a-cloud-event",
            "source": "/shop",
            "type": "USER_SIGNED_UP",
            "data": {"email": "ada@example.com", "message": "Welcome!"},
        }
        for media_type in ("application/cloudevents+json; charset=utf-8", "application/json"):
            answer = ask_any("POST", EVENTS, value=value, Content_Type=media_type)
            assert verdicts(answer.json) == [("a-cloud-event", "published")]
        any_world.turn()
        assert len(any_world.received("emails", "Ada")) == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b"", "record"),
            (b"{}", "payload"),
            (b"null", "record"),
            (b'"text"', "record"),
            (b"{", "record"),
            (b"\xff\xfe", "record"),
            (b"\xef\xbb\xbf{}", "record"),
            (b'{"eventId": NaN}', "record"),
            (b'{"eventId": 1, "payload": {}}', "eventId"),
            (b'{"eventId": "a", "payload": {"message": "\\ud800"}}', "record"),
            (b'{"eventId": "a\\u0000", "payload": {"message": "m"}}', "record"),
            (b'{"eventId": "a", "x": 1e999, "payload": {}}', "record"),
            (b'{"eventId": "a", "x": ' + b"9" * 5000 + b', "payload": {}}', "record"),
            (b'{"x":' + b"[" * 100_000, "record"),
            (b'{"x":' * 100_000, "record"),
            (b'{"eventId": "a", "payload": {"message": "m", "email": 1}}', "payload.email"),
            (b'{"eventId": "a", "payload": {"message": "m"}}', "payload"),
            (b'{"eventId": "", "payload": {"message": "m"}}', "eventId"),
            (json.dumps(event("x" * 256)).encode(), "eventId"),
            (json.dumps(event(timestamp="soon")).encode(), "timestamp"),
            (json.dumps(event(timestamp=10**18)).encode(), "timestamp"),
            (b" " * LARGEST + b"{}", "record"),
        ],
    )
    def test_that_none_can_be_read_from_is_refused_with_what_is_wrong(
        self, world: World, ask: Client, body: bytes, field: str
    ) -> None:
        answer = ask("POST", EVENTS, body)
        assert (answer.status, answer.problem) == (422, "unreadable-event")
        assert answer.fields == [field]
        assert stream_of(world) == []

    def test_may_have_256_kib_and_no_more(self, world: World, ask: Client) -> None:
        empty = json.dumps(event(message="")).encode()
        for length, verdict in ((LARGEST, 202), (LARGEST + 1, 422)):
            body = json.dumps(event(message="m" * (length - len(empty)))).encode()
            assert len(body) == length
            assert ask("POST", EVENTS, body).status == verdict
        assert len(stream_of(world)) == 1

    def test_whose_fields_stand_twice_is_what_the_last_ones_say(self, ask: Client) -> None:
        body = b'{"eventId": "a",' + json.dumps(event("b")).encode()[1:]
        assert verdicts(ask("POST", EVENTS, body).json) == [("b", "published")]


class TestAnIdempotencyKey:
    @pytest.mark.parametrize(
        ("key", "event_id"),
        [("a-key", "a-key"), ('"quoted"', "quoted"), ('"', '"'), ("x" * 255, "x" * 255)],
    )
    def test_names_an_event_that_has_no_id(
        self, world: World, ask: Client, key: str, event_id: str
    ) -> None:
        body = b' {"n": 1.10, "payload": {"message": "m", "email": "ada@example.com"}}'
        for _ in range(2):
            answer = ask("POST", EVENTS, body, Idempotency_Key=key)
            world.turn()
            assert [name for name, _ in verdicts(answer.json)] == [event_id]
        [value] = stream_of(world)
        assert value is not None
        assert value.endswith(body[2:])
        assert len(world.received("emails", "Ada")) == 1

    def test_yields_to_the_id_that_the_event_has(self, ask: Client) -> None:
        assert verdicts(ask.publish(event("own"), Idempotency_Key="key").json)[0][0] == "own"
        null = ask.publish({**event(), "eventId": None}, Idempotency_Key="key")
        assert null.fields == ["eventId"]

    def test_for_other_content_is_refused(self, world: World, ask: Client) -> None:
        one, other = event(), event(message="Other")
        del one["eventId"], other["eventId"]
        ask.publish(one, Idempotency_Key="key")
        world.turn()
        assert ask.publish(other, Idempotency_Key="key").problem == "conflict"

    @pytest.mark.parametrize("key", ["", "x" * 256, "\x80", "a\tb"])
    def test_that_cannot_name_one_is_refused(self, ask: Client, key: str) -> None:
        assert ask.publish({"payload": {}}, Idempotency_Key=key).fields == ["Idempotency-Key"]

    @pytest.mark.parametrize("body", [b"{}", b"{", b"1", b"", b"[" * 100_000, b"{" * 100_000])
    def test_does_not_make_an_event_of_what_is_none(self, ask: Client, body: bytes) -> None:
        assert ask("POST", EVENTS, body, Idempotency_Key="key").status in (400, 422)


class TestSeveralEvents:
    def test_are_published_in_their_order(self, world: World, ask: Client) -> None:
        many = [event(f"event-{n}", message=f"news {n}") for n in range(MOST_EVENTS)]
        answer = ask.publish(*many)
        assert answer.status == 202
        assert verdicts(answer.json) == [(each["eventId"], "published") for each in many]
        read = [json.loads(value) for value in stream_of(world) if value is not None]
        assert read == many

    @pytest.mark.parametrize("count", [0, MOST_EVENTS + 1])
    def test_are_neither_none_nor_too_many(self, world: World, ask: Client, count: int) -> None:
        body = json.dumps([event(f"event-{n}") for n in range(count)]).encode()
        answer = ask("POST", EVENTS, body)
        assert (answer.problem, answer.fields) == ("bad-request", ["body"])
        assert stream_of(world) == []

    def test_are_read_no_further_than_there_may_be(self, world: World, ask: Client) -> None:
        answer = ask("POST", EVENTS, b"[" + b"{}," * (MOST_EVENTS + 1) + b"what is no JSON")
        assert (answer.problem, answer.fields) == ("bad-request", ["body"])
        assert stream_of(world) == []

    def test_are_each_judged_for_itself(self, any_world: World, ask_any: Client) -> None:
        ask_any.publish(event("old"))
        any_world.turn()
        answer = ask_any.publish(
            event("new"),
            event("old"),
            event("old", message="Other"),
            {"payload": {}},
            event("new"),
            event("new", message="Other"),
            event("last"),
        )
        assert answer.status == 207
        assert answer.json["refused"] == 3
        assert verdicts(answer.json) == [
            ("new", "published"),
            ("old", "known"),
            ("old", "conflict"),
            (None, "unreadable"),
            ("new", "known"),
            ("new", "conflict"),
            ("last", "published"),
        ]
        assert answer.json["events"][3]["error"].startswith("eventId: nothing")
        any_world.turn()
        told = [each.event.id for each in any_world.received("emails", "Ada")]
        assert told == ["old", "new", "last"]

    def test_may_all_be_refused(self, world: World, ask: Client) -> None:
        answer = ask("POST", EVENTS, b"[1, null, [[]], {}]")
        assert (answer.status, answer.json["refused"]) == (207, 4)
        assert stream_of(world) == []

    def test_may_be_cloud_events(self, ask: Client) -> None:
        data = {"email": "ada@example.com", "message": "Welcome!"}
        body = [{"specversion": "1.0", "id": f"{n}", "type": "X", "data": data} for n in range(2)]
        answer = ask("POST", EVENTS, value=body, Content_Type="application/cloudevents-batch+json")
        assert verdicts(answer.json) == [("0", "published"), ("1", "published")]

    @pytest.mark.parametrize(
        "body", [b"[", b"[1,]", b"[{]", b"[" * 100_000, b"[] []", b"[\xff]", b"[NaN]"]
    )
    def test_stand_in_an_array_or_none_is_published(
        self, world: World, ask: Client, body: bytes
    ) -> None:
        answer = ask("POST", EVENTS, body)
        assert answer.problem == "bad-request"
        assert stream_of(world) == []

    def test_may_have_eight_mebibytes_together(self, ask: Client) -> None:
        most = 8 * 1024 * 1024
        assert ask("POST", EVENTS, b" " * most).problem == "unreadable-event"
        assert ask("POST", EVENTS, b" " * (most + 1)).problem == "too-large"
        announced = ask("POST", EVENTS, b"", Content_Length=f"{most + 1}")
        assert announced.problem == "too-large"


class TestWhileSomethingIsAway:
    def test_nothing_is_published_and_all_may_be_submitted_again(
        self, world: World, ask: Client
    ) -> None:
        world.break_store()
        answer = ask.publish(event())
        assert (answer.status, answer.problem) == (503, "unavailable")
        assert "retry-after" in answer.headers
        assert stream_of(world) == []
        world.mend_store()
        assert ask.publish(event()).status == 202

    @pytest.mark.parametrize("any_world", ["embedded"], indirect=True)
    def test_nobody_is_told_in_which_folder_of_this_machine_the_file_lies(
        self, ask_any: Client, tmp_path: Path
    ) -> None:
        assert ask_any.publish(event()).status == 202
        (tmp_path / "data").rename(tmp_path / "elsewhere")
        for answer in (ask_any.publish(event("second")), ask_any.get("/v1/statistics")):
            assert answer.problem == "unavailable"
            assert answer.json["detail"].startswith("tidings.db: it was removed")
        (tmp_path / "elsewhere").rename(tmp_path / "data")

    def test_the_stream_may_have_some_of_it_and_nobody_is_told_twice(
        self, world: World, ask: Client
    ) -> None:
        assert isinstance(world.assembly, MemoryAssembly)
        stream = world.assembly._container.stream()
        stream.go_away()
        answer = ask.publish(event("first"), event("second"))
        assert (answer.status, answer.problem) == (503, "unavailable")
        stream.come_back()
        for _ in range(2):
            assert ask.publish(event("first"), event("second")).status == 202
        world.turn()
        assert len(world.received("emails", "Ada")) == 2

    def test_a_story_that_is_not_there_is_not_there(self, world: World, ask: Client) -> None:
        assert isinstance(world.assembly, MemoryAssembly)
        _ = world.tidings
        world.assembly._container.stream().go_away()
        assert ask.story("first").problem == "not-found"


class TestAnUncertainEvent:
    def test_is_resolved_by_who_knows(self, world: World, ask: Client) -> None:
        ask.publish(event())
        world.turn()
        body = {"resolution": "sent", "why": "Ada has it"}
        refused = ask("POST", f"{EVENTS}/first/resolve", value=body)
        assert (refused.status, refused.problem) == (409, "not-as-it-stands")
        assert world.notification("first", "email").status is Status.SENT
        absent = ask("POST", f"{EVENTS}/never-was/resolve", value=body)
        assert absent.problem == "not-found"

    def test_shows_no_address_to_who_resolves_it(self, world: World) -> None:
        world.sender("SMS").will(Unknown(reason="connection lost"))
        world.tell("Grace", "SMS", event_id="silent")
        world.pass_time(timedelta(minutes=20))
        ask = with_key(world, *Scope)
        body = {"resolution": "sent", "why": "+1 555 123 4567 has it"}
        answer = ask("POST", f"{EVENTS}/silent/resolve", value=body)
        assert answer.status == 200
        assert b"+15551234567" not in answer.body
        entry, *_ = world.audit_log()
        assert (entry.by, entry.action) == ("key0", Action.NOTIFICATION_RESOLVED)
        assert entry.about == f"notification {world.notification('silent', 'SMS').id}"
        assert entry.words == "sent: *** has it"

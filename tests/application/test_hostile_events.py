"""Does every record, however hostile, end as notifications or as one dead letter?"""

from __future__ import annotations

import asyncio
import json
import re
import tracemalloc
from collections.abc import Sequence
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.mail.message import build_message
from adapters.mail.originator import Originator
from domain.errors import UnreadableEvent
from domain.failure import Failure
from domain.notification import Notification
from domain.record import Position, Record
from domain.status import Status
from entrypoints.in_memory import InMemory
from entrypoints.settings import Settings
from tests.builders import NOON
from tests.runner import Run

LARGEST = 256 * 1024
SIZE = LARGEST // 8
CHANNELS = {"email": "email", "phoneNumber": "sms"}
_ALWAYS = ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID"]
_ALWAYS += ["Subject", "To"]
#: Of a message with HTML beside its text, and of one without.
ALLOWED_HEADERS = [_ALWAYS, sorted([*_ALWAYS, "Content-Transfer-Encoding"])]
ORIGINATOR = Originator(address="news@example.com")

#: What ends a header, hides one, ends an SMTP message, or is read as two addresses.
HOSTILE = [
    "\r\nBcc: eve@example.com",
    "\nBcc: eve@example.com\n\n",
    "\u2028Bcc: eve@example.com",
    "\x85Bcc: eve@example.com",
    "\x0bBcc: eve@example.com\x1c",
    "=?utf-8?q?a=0D=0ABcc=3A_eve@example.com?=",
    "=?utf-8?b?DQpCY2M6IGV2ZUBleGFtcGxlLmNvbQ==?=",
    "\r\n.\r\nMAIL FROM:<eve@example.com>\r\n",
    "\n.\nMAIL FROM:<eve@example.com>\n",
    "\r.\rDATA\r",
    "\u202emoc.elpmaxe@eve",
    "\x1b[2J\x07",
    "<script>alert(1)</script>",
    "'; DROP TABLE notifications; --",
    "{{7*7}}${7*7}%s%n",
    "\ufeff",
    "\ufffe\U0010ffff",
    "é🚨" * 40,
    "x" * 2000,
]
ADDRESSES = [
    "ada@example.com)eve@example.com",
    "ada@example.com,eve@example.com",
    "ada@example.com;eve@example.com",
    "ada@example.com eve@example.com",
    "<ada@example.com>eve@example.com",
    "Ada <ada@example.com>",
    '"ada@example.com"@example.org',
    '"ada\r\nRCPT TO:<eve@example.com>"@example.com',
    "ada@example.com\r\nRCPT TO:<eve@example.com>",
    "ada@example.com> ORCPT=rfc822;eve@example.com",
    "ada(eve@example.com)@example.org",
    "@example.com:ada@example.org",
    "ada%eve.example@example.com",
    "ada!eve@example.com",
    "ada@[127.0.0.1]",
    "ada@localhost",
    "ada@@example.com",
    "ada@example..com",
    ".ada@example.com",
    "ada@-example.com",
    "ada@xn--.com",
    "ada@ex\u3002ample.com",
    "a\u0308da@ex\u00e4mple.com",
    "ada@ex\uff0eample.com",
    "\u202eada@example.com",
    "ada\u200b@example.com",
    "=?utf-8?q?ada?=@example.com",
    "=?utf-8?q?\u00e4da?=@example.com",
    "a" * 65 + "@example.com",
    "ada@" + "a." * 130 + "com",
    "ada@\U0001f4a9.com",
]

_TEXT = st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=20)
_HOSTILE_TEXT = st.lists(_TEXT, max_size=3).map("".join)
_ADDRESS = st.sampled_from(ADDRESSES) | st.tuples(
    st.sampled_from(["", "ada", *HOSTILE]), st.sampled_from(["", "@example.com", *HOSTILE])
).map("".join)
_INSTANT = st.sampled_from(
    [None, 0, -1, 1, 1.5, 10**11, 253_402_300_799_999, 253_402_300_800_000, 2**63, 2**70, 1e308]
) | st.integers(-(2**40), 2**48)
_ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, 0, [], {}, "", [[["deep"]]], "\ud800", "\0"]
)
_EVENTS = st.fixed_dictionaries(
    {
        "eventId": _HOSTILE_TEXT | st.sampled_from(["e1", "e2", "x" * 255, "x" * 256]) | _ODD,
        "payload": st.fixed_dictionaries(
            {},
            optional={
                "email": _ADDRESS | st.just("ada@example.com") | _ODD,
                "phoneNumber": st.just("+15551234567") | _HOSTILE_TEXT,
                "message": _HOSTILE_TEXT | st.just("Welcome!") | _ODD,
                "subject": _HOSTILE_TEXT,
                "html": _HOSTILE_TEXT,
            },
        ),
    },
    optional={
        "messageType": _HOSTILE_TEXT,
        "timestamp": _INSTANT,
        "sendAt": _INSTANT,
        "expiresAt": _INSTANT,
        "unheard-of": _ODD,
    },
).map(lambda event: json.dumps(event).encode())
_DAMAGED = st.tuples(_EVENTS, st.integers(0, 400), st.binary(max_size=4)).map(
    lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + 1 :]
)
_RECORDS = st.lists(_EVENTS | _DAMAGED | st.binary(max_size=60), min_size=1, max_size=6)


def an_event(event_id: str = "e1", **payload: object) -> bytes:
    whole = {"email": "ada@example.com", "message": "Welcome!"} | payload
    return json.dumps({"eventId": event_id, "payload": whole}).encode()


class World:
    """Both lanes, on twins of everything."""

    def __init__(self) -> None:
        container = InMemory(settings=Settings(tidings_data=Path("nowhere")))
        self.database = container.database()
        self.decoder = container.decoder()
        self.telemetry = container.telemetry()
        self.tidings = container.tidings()

    async def accept(self, records: Sequence[bytes]) -> None:
        await self.tidings.publish_events(records, as_they_are=True)
        await self.tidings.lanes.turn()
        assert await self.tidings.lanes.lag() == 0

    def named(self, records: Sequence[bytes]) -> tuple[set[tuple[str, str]], list[bytes]]:
        """Each event with each channel that it names, and the records that hold no event."""
        told: set[tuple[str, str]] = set()
        unreadable: list[bytes] = []
        for offset, value in enumerate(records):
            position = Position(topic="notifications", partition=0, offset=offset)
            try:
                event = self.decoder.decode(
                    Record(value=value, position=position, appended_at=NOON)
                )
            except UnreadableEvent:
                unreadable.append(value)
            else:
                told |= {(event.id, CHANNELS[field]) for field in event.addresses}
        return told, unreadable

    def check(self, records: Sequence[bytes]) -> None:
        """Events x channels + unreadable records = rows + dead letters of records."""
        told, unreadable = self.named(records)
        rows = list(self.database.notifications.values())
        letters = [each for each in self.database.dead_letters.values() if not each.notification_id]
        assert {(row.event.id, row.channel) for row in rows} == told
        assert len(rows) == len(told)
        assert sorted(letter.body for letter in letters) == sorted(unreadable)
        assert not self.database.hands


def check_message(notification: Notification) -> None:
    """As a relay and a mailbox would read it: our headers, one recipient, and no other line end."""
    raw = build_message(notification, ORIGINATOR)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = message_from_bytes(raw, policy=policy.SMTP)
    assert sorted(message.keys()) in ALLOWED_HEADERS
    [to] = message["To"].addresses
    assert to.addr_spec.encode(errors="surrogateescape") == notification.recipient.address.encode()
    assert "\n" not in message["Subject"]


class TestAnyRecords:
    @given(records=_RECORDS)
    @example(records=[an_event(email=each) for each in ADDRESSES])
    @example(records=[an_event(each, email=each) for each in ADDRESSES])
    @example(records=[an_event(each, subject=each, message=each, html=each) for each in HOSTILE])
    @settings(deadline=None, max_examples=150, derandomize=True)
    def test_end_as_notifications_or_as_one_dead_letter_each(self, records: list[bytes]) -> None:
        with asyncio.Runner() as runner:
            world = World()
            runner.run(world.accept(records))
            world.check(records)
            for row in world.database.notifications.values():
                if row.channel == "email" and row.status is Status.SENT:
                    check_message(row)

    @given(records=_RECORDS)
    @settings(deadline=None, max_examples=40, derandomize=True)
    def test_end_the_same_if_the_stream_is_read_twice(self, records: list[bytes]) -> None:
        with asyncio.Runner() as runner:
            world = World()
            runner.run(world.accept(records))
            rows, letters = dict(world.database.notifications), dict(world.database.dead_letters)
            runner.run(world.accept(records))
            assert world.database.notifications == rows
            assert len(world.database.dead_letters) == len(letters) + len(world.named(records)[1])


class TestAHostileAddress:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_fails_alone_or_is_the_one_that_was_written(self, address: str, run: Run) -> None:
        world = World()
        run(world.accept([an_event(email=address, phoneNumber="+15551234567")]))
        by_channel = {row.channel: row for row in world.database.notifications.values()}
        assert by_channel["sms"].status is Status.SENT
        email = by_channel["email"]
        if email.status is Status.FAILED:
            assert email.failure is Failure.INVALID
        else:
            assert email.recipient.address not in ("ada@example.com", "eve@example.com")
            assert email.recipient.address.count("@") == 1
            check_message(email)


def filled(pattern: bytes, *, before: bytes, after: bytes) -> bytes:
    times = (SIZE - len(before) - len(after)) // len(pattern)
    return before + pattern * times + after


class TestTheMemoryOfARecord:
    """In multiples of what lies in the stream: a list of empty lists costs the most per byte."""

    @pytest.mark.parametrize(
        "pattern",
        [
            b"[],",
            b"{},",
            b'"ab",',
            b"1.5,",
            b"12345,",
            b'{"a":1},',
            b"[[[[]]]],",
            b'"\\u00e9\\ud83d\\udea8",',
        ],
        ids=lambda pattern: pattern.decode(),
    )
    def test_is_bounded_by_its_size(self, pattern: bytes) -> None:
        whole = filled(pattern, before=an_event()[:-1] + b',"x":[', after=b"0]}")
        assert peak_of(whole) < 40 * SIZE

    def test_is_bounded_for_what_is_refused(self) -> None:
        assert peak_of(b"[" * LARGEST) < 2 * LARGEST
        assert peak_of(b"[" * 100 * LARGEST) < LARGEST


def peak_of(value: bytes) -> int:
    world = World()
    tracemalloc.start()
    try:
        world.named([value])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak

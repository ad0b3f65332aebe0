"""Does the standard parser read back exactly what was meant, and nothing more?"""

from __future__ import annotations

import email
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader, DateHeader
from email.message import EmailMessage, Message
from email.policy import compat32, default
from email.utils import parseaddr, parsedate_to_datetime

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from adapters.mail.address import read_email_address
from adapters.mail.message import build_message, message_id
from adapters.mail.originator import Originator
from adapters.wire.decoder import WireDecoder
from domain.errors import UnreadableEvent
from domain.event import Event
from domain.notification import Notification
from domain.outcome import Accepted, Deferred, Rejected, Unknown
from domain.record import Record
from domain.status import Wait
from tests.builders import (
    EMAIL,
    SMS,
    WORKER,
    a_begun_notification,
    a_position,
    an_event,
    at,
    waiting,
)

OURS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
OF_A_BODY = {"Content-Type", "Content-Transfer-Encoding"}
NOREPLY = Originator(name="Tidings", address="noreply@yourapp.com")
ATTACK = "=?utf-8?q?a=0D=0ABcc=3A_x@y?="

_AWKWARD = st.sampled_from(
    [
        ATTACK,
        "=?utf-8?b?eA==?=",
        "=?",
        "?=",
        "\r\nBcc: eve@evil.example\r\n",
        "\n\n",
        "\r",
        "\n.\n",
        "\n..\n",
        ".",
        "\nFrom ",
        "--",
        "\n--=_\n",
        "   \n",
        "\t",
        " ",
        "=",
        "=20\n",
        "=\n",
        "\x07",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x7f",
        "\x85",
        "\u2028",
        "\u00a0",
        "\u202e",
        "é",
        "🚨",
        "e\u0301",
        "x" * 80,
        "x" * 1200,
        "é" * 300,
        "x " * 600,
        "word, ",
        "\ufeff",
        "\ufffe",
    ]
)
_TEXTS = st.lists(st.text(max_size=12) | _AWKWARD, max_size=8).map("".join)
_NAMES = (
    st.lists(
        st.text(max_size=12)
        | st.sampled_from([ATTACK, "é", "🚨", ",", ".", ";", ":", "(", "\\", "'", "=?", " ", "@"]),
        max_size=6,
    )
    .map("".join)
    .map(lambda name: " ".join(name.split()))
    .filter(lambda name: name.isprintable() and not set(name) & set('<>"'))
)


def as_decoded(**payload: object) -> Event:
    """As the decoder lets it through; what it does not is no matter of ours."""
    told = {"email": "ada@example.com"} | payload
    value = json.dumps({"eventId": "9f0c", "payload": told}).encode()
    decoder = WireDecoder(("email",))
    try:
        return decoder.decode(Record(value=value, position=a_position(), appended_at=at()))
    except UnreadableEvent:
        assume(False)
        raise


def built(event: Event, originator: Originator = NOREPLY) -> bytes:
    return build_message(a_begun_notification(event=event), originator)


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def parsed_as_of_old(raw: bytes) -> Message:
    return email.message_from_bytes(raw, policy=compat32)


def address_header(message: EmailMessage, name: str) -> AddressHeader:
    header = message[name]
    assert isinstance(header, AddressHeader)
    return header


def lines(text: str) -> str:
    """Up to line ends, and one at the end."""
    return re.sub("\r\n?", "\n", text).removesuffix("\n")


def bodies(raw: bytes) -> list[tuple[str, str]]:
    """By both ways to parse, which must agree."""
    new = [
        (part.get_content_type(), lines(part.get_content()))
        for part in parsed(raw).walk()
        if not part.is_multipart()
    ]
    old = []
    for part in parsed_as_of_old(raw).walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            old.append(
                (part.get_content_type(), lines(payload.decode(str(part.get_param("charset")))))
            )
    assert new == old
    return new


def subjects(raw: bytes) -> list[str]:
    old = parsed_as_of_old(raw)["Subject"]
    return [str(parsed(raw)["Subject"]), str(make_header(decode_header(old)))]


class TestTheHeaders:
    @given(subject=_TEXTS, text=_TEXTS, html=st.none() | _TEXTS, name=_NAMES)
    @example(subject=ATTACK, text=ATTACK, html=ATTACK, name=ATTACK)
    @settings(deadline=None)
    def test_are_exactly_ours_once_each(
        self, subject: str, text: str, html: str | None, name: str
    ) -> None:
        event = as_decoded(subject=subject, message=f"Welcome! {text}", html=html)
        raw = built(event, replace(NOREPLY, name=name))
        has_parts = bool(event.html)
        for message in (parsed(raw), parsed_as_of_old(raw)):
            wanted = OURS | ({"Content-Type"} if has_parts else OF_A_BODY)
            assert sorted(message.keys()) == sorted(wanted)
            parts = [part for part in message.walk() if part is not message]
            assert len(parts) == (2 if has_parts else 0)
            assert all(sorted(part.keys()) == sorted(OF_A_BODY) for part in parts)
            assert not any(part.defects for part in message.walk())

    @given(subject=_TEXTS, name=_NAMES)
    @example(subject=ATTACK, name=ATTACK)
    @example(subject="x" * 60, name="x" * 60)
    @example(subject="x" * 61, name="é" * 61)
    @example(subject=f"Hello {ATTACK} =?", name=f"{ATTACK}, Inc.")
    @settings(deadline=None)
    def test_say_what_was_meant(self, subject: str, name: str) -> None:
        event = as_decoded(subject=subject, message="Welcome!")
        raw = built(event, replace(NOREPLY, name=name))
        assert subjects(raw) == [event.subject_line] * 2
        [author] = address_header(parsed(raw), "From").addresses
        assert author.addr_spec == NOREPLY.address
        # The newer parser keeps the space between two encoded words (RFC 2047 6.2 drops it).
        assert author.display_name.replace(" ", "") == name.replace(" ", "")
        old_name, old_address = parseaddr(parsed_as_of_old(raw)["From"])
        assert old_address == NOREPLY.address
        assert str(make_header(decode_header(old_name))) == name

    @pytest.mark.parametrize(
        "raw",
        [
            "ada@example.com",
            "Ada.L@example.com",
            "o'grady+x@example.com",
            "ada@bücher.example",
            "zoë@bücher.example",
        ],
        ids=["plain", "in capitals", "with symbols", "domain with an umlaut", "both with umlauts"],
    )
    def test_name_the_one_recipient(self, raw: str) -> None:
        recipient = read_email_address(raw)
        notification = replace(a_begun_notification(), recipient=recipient)
        to = address_header(parsed(build_message(notification, NOREPLY)), "To")
        [address] = to.addresses
        assert address.addr_spec.encode(errors="surrogateescape").decode() == recipient.address

    @pytest.mark.parametrize("where", ["subject", "message", "html"])
    def test_are_not_added_to_by_an_encoded_word_that_hides_one(self, where: str) -> None:
        event = as_decoded(**{"message": "Welcome!", where: ATTACK})
        raw = built(event)
        for message in (parsed(raw), parsed_as_of_old(raw)):
            assert message["Bcc"] is None
        assert "bcc" not in parsed(parsed(raw).as_bytes())
        if where == "subject":
            assert subjects(raw) == [ATTACK] * 2
            assert b"=?utf-8?q?" not in raw

    def test_are_not_added_to_by_an_encoded_word_in_the_name_of_the_originator(self) -> None:
        raw = built(an_event(), Originator.parse(f"{ATTACK} <noreply@yourapp.com>"))
        assert "Bcc" not in parsed(raw)
        assert "Bcc" not in parsed_as_of_old(raw)
        assert b"=?utf-8?q?" not in raw

    @pytest.mark.parametrize(
        "control",
        ["\r\n", "\n", "\r", "\0", "\x0b", "\x1c", "\x7f", "\x85", "\u2028", "\u2029"],
        ids=ascii,
    )
    def test_have_no_line_of_their_own_whatever_reaches_the_subject(self, control: str) -> None:
        """A second line of defence: the decoder strips these before."""
        raw = built(an_event(subject=f"Hello{control}Bcc: eve@evil.example"))
        for message in (parsed(raw), parsed_as_of_old(raw)):
            assert "Bcc" not in message
        assert all(subject.isprintable() for subject in subjects(raw))

    @pytest.mark.parametrize(
        "text", ["é" * 200, "🚨" * 100, "aé🚨" * 50, "e\u0301" * 90], ids=ascii
    )
    def test_have_only_encoded_words_that_can_be_read_alone(self, text: str) -> None:
        """RFC 2047 5: a character is never split between two; and 2: none is over 75 long."""
        raw = built(an_event(subject=text), replace(NOREPLY, name=text))
        words = re.findall(r"=\?\S+\?=", raw.decode())
        assert len(words) > 2
        assert max(map(len, words)) <= 75
        alone = [word for each in words for word, charset in decode_header(each) if charset]
        assert b"".join(alone).decode() == text * 2
        assert all(word.decode() for word in alone)

    def test_have_no_line_over_998_bytes_however_long_the_name_of_the_originator(self) -> None:
        raw = built(an_event(), Originator(name="x" * 998, address="noreply@yourapp.com"))
        assert max(map(len, raw.split(b"\r\n"))) <= 998


class TestTheDate:
    def test_is_when_the_notification_was_accepted(self) -> None:
        accepted_at = datetime(2026, 3, 2, 23, 59, 58, 999_999, tzinfo=UTC)
        raw = build_message(a_begun_notification(now=accepted_at), NOREPLY)
        date = parsed(raw)["Date"]
        assert isinstance(date, DateHeader)
        assert date.datetime == accepted_at.replace(microsecond=0)
        assert parsedate_to_datetime(parsed_as_of_old(raw)["Date"]) == date.datetime


class TestTheBody:
    @given(text=_TEXTS, html=st.none() | _TEXTS)
    @example(text="\n.\nMAIL FROM:<eve@evil.example>\n.\n", html="\r\n.\r\nMAIL FROM\r\n.\r\n")
    @example(text="x" * 997, html="x" * 998)
    @example(text="x" * 999, html="é" * 999)
    @example(text="trailing \n\t\n", html=" \n\n\n")
    @settings(deadline=None)
    def test_is_unchanged_but_for_line_ends(self, text: str, html: str | None) -> None:
        event = as_decoded(message=f"Welcome! {text}", html=html)
        wanted = [("text/plain", lines(event.text))]
        if event.html is not None:
            wanted.append(("text/html", lines(event.html)))
        assert bodies(built(event)) == wanted

    @pytest.mark.parametrize(
        "smuggled",
        [
            "Hi\n.\nMAIL FROM:<eve@evil.example>\nRCPT TO:<bob@example.com>\nDATA\nx\n.\n",
            "Hi\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n",
            "Hi\n.\r\nMAIL FROM:<eve@evil.example>",
            "Hi\r.\rMAIL FROM:<eve@evil.example>",
            "Hi\r\n.\nMAIL FROM:<eve@evil.example>",
            "é\n.\nMAIL FROM:<eve@evil.example>",
        ],
        ids=["newlines", "both", "the other way round", "returns", "by turns", "not ASCII"],
    )
    @pytest.mark.parametrize("field", ["message", "html"])
    def test_stays_one_message_with_a_command_in_it(self, field: str, smuggled: str) -> None:
        event = as_decoded(**{"message": "Hi", field: smuggled})
        raw = built(event)
        assert lines(smuggled) in [body for _, body in bodies(raw)]
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)

    def test_is_the_text_alone_where_there_is_no_html(self) -> None:
        assert parsed(built(an_event())).get_content_type() == "text/plain"

    def test_is_the_text_and_then_the_html_as_alternatives(self) -> None:
        message = parsed(built(an_event(text="Welcome!", html="<p>Welcome!</p>")))
        assert message.get_content_type() == "multipart/alternative"
        kinds = [part.get_content_type() for part in message.iter_parts()]
        assert kinds == ["text/plain", "text/html"]

    @pytest.mark.parametrize("field", ["message", "html"])
    def test_cannot_end_its_own_part(self, field: str) -> None:
        """Ids can be guessed; what a producer passes on from others must stay text."""
        boundary = parsed(built(an_event(html="<p>"))).get_boundary()
        forged = f"Hi\n--{boundary}\nContent-Type: text/html\n\n<a href='https://evil.example'>"
        raw = built(as_decoded(**{"message": "Hi", "html": "<p>", field: forged}))
        assert len(list(parsed(raw).iter_parts())) == 2
        assert forged in [body for _, body in bodies(raw)]


class TestTheBytes:
    @given(subject=_TEXTS, text=_TEXTS, html=st.none() | _TEXTS, name=_NAMES)
    @example(subject="é" * 1000, text="x" * 999, html="é" * 999, name="é" * 500)
    @example(subject="x" * 1000, text="x" * 998, html="x" * 5000, name="x" * 60)
    @example(subject="", text="", html="x" * 998 + "\n" + "x" * 999, name="")
    @settings(deadline=None)
    def test_have_only_crlf_and_no_line_over_998(
        self, subject: str, text: str, html: str | None, name: str
    ) -> None:
        event = as_decoded(subject=subject, message=f"Welcome! {text}", html=html)
        raw = built(event, replace(NOREPLY, name=name))
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)
        assert raw.endswith(b"\r\n")
        assert max(map(len, raw.split(b"\r\n"))) <= 998


class TestEveryAttemptOfAGeneration:
    @staticmethod
    def attempts() -> list[Notification]:
        """Deferred, released, uncertain and sent again, by several workers."""
        begun = a_begun_notification(event=an_event(text="é", html="<p>é</p>"))
        deferred = begun.settle(
            Deferred(reason="busy"), channel=EMAIL, now=at(1), by=WORKER, wake_at=at(2)
        )
        second = deferred.begin(now=at(5.5), by="worker-2")
        released = second.release(waiting(Wait.CIRCUIT, until=at(30)), now=at(6), by="worker-2")
        again = released.begin(now=at(40), by="worker-3")
        doubtful = again.settle(
            Unknown(reason="lost"), channel=EMAIL, now=at(41), by="worker-3", wake_at=at(42)
        )
        third = doubtful.begin(now=at(hours=30), by="worker-4")
        sent = third.settle(
            Accepted(reason="250", provider_id="q1"),
            channel=EMAIL,
            now=at(hours=31),
            by="worker-4",
            wake_at=at(hours=32),
        )
        return [begun, deferred, second, released, again, doubtful, third, sent]

    def test_has_one_message_id(self) -> None:
        assert len({message_id(each, NOREPLY) for each in self.attempts()}) == 1

    def test_has_the_same_bytes(self) -> None:
        attempts = self.attempts()
        assert max(each.attempt for each in attempts) == 3
        assert len({build_message(each, NOREPLY) for each in attempts}) == 1


class TestAMessageId:
    @staticmethod
    def of_generation(generation: int, notification: Notification) -> Notification:
        move = replace(notification.last_move, generation=generation)
        return replace(notification, last_move=move)

    def test_is_another_in_the_next_generation(self) -> None:
        failed = a_begun_notification().settle(
            Rejected(reason="no"), channel=EMAIL, now=at(1), by=WORKER, wake_at=at(2)
        )
        ids = {message_id(self.of_generation(each, failed), NOREPLY) for each in range(1, 13)}
        assert len(ids) == 12

    @given(ids=st.sets(st.text(min_size=1, max_size=20), min_size=2, max_size=6))
    @settings(deadline=None)
    def test_is_of_one_notification_and_generation(self, ids: set[str]) -> None:
        notifications = [
            self.of_generation(generation, a_begun_notification(channel=channel, event=event))
            for event in (an_event(event_id=id_) for id_ in ids)
            for channel in (EMAIL, SMS)
            for generation in (1, 2, 11, 12, 21)
        ]
        assert len({message_id(each, NOREPLY) for each in notifications}) == len(notifications)

    def test_is_at_our_domain_and_is_what_the_message_says(self) -> None:
        notification = a_begun_notification(event=an_event(event_id="<evil>@\r\nBcc: x@y"))
        id_ = message_id(notification, NOREPLY)
        assert re.fullmatch(r"<[\w.]+@yourapp\.com>", id_, re.ASCII)
        assert parsed(build_message(notification, NOREPLY))["Message-ID"] == id_

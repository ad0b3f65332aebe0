"""Is what we write read back as it was meant, and written as others write it?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wire.encoder import encode_event, milliseconds
from tests.adapters.wire.producer import NOON_MS, read
from tests.builders import ADA, GRACE, NOON

_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), min_size=1, max_size=300
)
_INSTANTS = st.integers(0, 253_402_300_799_999).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)


class TestAnEventThatIsWritten:
    @given(
        event_id=_TEXTS.filter(lambda text: len(text) <= 255),
        message_type=_TEXTS,
        occurred_at=_INSTANTS,
        text=_TEXTS.filter(str.strip),
        email=_TEXTS,
        number=st.none() | _TEXTS,
        subject=st.none() | _TEXTS.map(lambda text: " ".join(text.split())).filter(bool),
        send_at=st.none() | _INSTANTS,
        expires_at=st.none() | _INSTANTS,
    )
    @settings(deadline=None)
    def test_is_read_back_as_it_was_meant(
        self,
        event_id: str,
        message_type: str,
        occurred_at: datetime,
        text: str,
        email: str,
        number: str | None,
        subject: str | None,
        send_at: datetime | None,
        expires_at: datetime | None,
    ) -> None:
        addresses = {"email": email, "phoneNumber": number}
        event = read(
            encode_event(
                event_id=event_id,
                message_type=message_type,
                occurred_at=occurred_at,
                text=text,
                addresses=addresses,
                subject=subject,
                send_at=send_at,
                expires_at=expires_at,
            )
        )
        assert event.id == event_id
        assert event.message_type == message_type
        assert event.occurred_at == occurred_at
        assert event.text == text
        assert event.addresses == {name: raw for name, raw in addresses.items() if raw is not None}
        assert event.subject == subject
        assert event.send_at == send_at
        assert event.expires_at == expires_at

    def test_is_written_as_existing_producers_write_it(self) -> None:
        value = encode_event(
            event_id="9f0c",
            message_type="USER_SIGNED_UP",
            occurred_at=NOON,
            text="Welcome, Zoë!",
            addresses={"email": ADA, "phoneNumber": GRACE},
        )
        assert json.loads(value) == {
            "eventId": "9f0c",
            "messageType": "USER_SIGNED_UP",
            "timestamp": NOON_MS,
            "payload": {"email": ADA, "phoneNumber": GRACE, "message": "Welcome, Zoë!"},
        }

    def test_has_its_markup_beside_its_text(self) -> None:
        value = encode_event(
            event_id="9f0c",
            message_type="USER_SIGNED_UP",
            occurred_at=NOON,
            text="Welcome!",
            addresses={"email": ADA},
            html="<p>Welcome!</p>",
        )
        payload = json.loads(value)["payload"]
        assert (payload["message"], payload["html"]) == ("Welcome!", "<p>Welcome!</p>")

    def test_leaves_out_what_is_not_given(self) -> None:
        value = encode_event(
            event_id="9f0c",
            message_type="USER_SIGNED_UP",
            occurred_at=NOON,
            text="Welcome!",
            addresses={"email": None, "phoneNumber": GRACE},
        )
        assert json.loads(value)["payload"] == {"phoneNumber": GRACE, "message": "Welcome!"}
        assert b"null" not in value

    def test_has_whole_milliseconds_for_its_instants(self) -> None:
        value = encode_event(
            event_id="9f0c",
            message_type="USER_SIGNED_UP",
            occurred_at=NOON + timedelta(microseconds=1999),
            text="Welcome!",
            addresses={"email": ADA},
            send_at=NOON,
            expires_at=NOON + timedelta(days=1),
        )
        written = json.loads(value)
        assert written["timestamp"] == NOON_MS + 1
        assert written["sendAt"] == NOON_MS
        assert written["expiresAt"] == NOON_MS + 86_400_000

    def test_means_the_same_instant_in_any_time_zone(self) -> None:
        assert milliseconds(NOON.astimezone(timezone(timedelta(hours=-9, minutes=-30)))) == NOON_MS

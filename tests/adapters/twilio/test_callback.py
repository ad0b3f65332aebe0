"""Whose receipt is it?"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.twilio.callback import CallbackUrl, HandOverRef
from tests.adapters.twilio.api import sms_for

CALLBACK = CallbackUrl("https://tidings.example.com/receipts/twilio", b"a key")


class TestTheCallbackUrl:
    def test_names_the_notification_and_the_attempt(self) -> None:
        notification = sms_for()
        move = replace(notification.last_move, generation=3, attempt=2)
        url = CALLBACK.of(replace(notification, last_move=move))
        assert CALLBACK.read(url) == HandOverRef(
            notification_id=notification.id, generation=3, attempt=2
        )

    @pytest.mark.parametrize(
        "base", ["https://example.com/r", "https://example.com/r?tenant=1&a=b"]
    )
    def test_keeps_what_the_base_has(self, base: str) -> None:
        url = CallbackUrl(base, b"a key").of(sms_for())
        assert url.startswith(base)
        assert CallbackUrl(base, b"a key").read(url) is not None
        assert urlsplit(url).query.count("?") == 0

    def test_names_no_person(self) -> None:
        notification = sms_for()
        assert notification.recipient.address.lstrip("+") not in CALLBACK.of(notification)

    def test_of_another_key_is_not_read(self) -> None:
        assert CALLBACK.read(CallbackUrl(CALLBACK.base, b"another").of(sms_for())) is None

    @pytest.mark.parametrize("field", ["notification", "generation", "attempt", "signature"])
    def test_is_not_read_once_it_was_changed(self, field: str) -> None:
        url = CALLBACK.of(sms_for())
        [value] = parse_qs(urlsplit(url).query)[field]
        changed = "2" if value == "1" else f"{value[1:]}{value[0]}"
        assert CALLBACK.read(url.replace(f"{field}={value}", f"{field}={changed}")) is None
        assert CALLBACK.read(url.replace(f"{field}=", "other=")) is None
        assert CALLBACK.read(f"{url}&{field}={value}") is None

    @pytest.mark.parametrize("url", ["", "https://example.com/", "?signature=ü&notification=%00"])
    def test_that_is_none_is_not_read(self, url: str) -> None:
        assert CALLBACK.read(url) is None

    def test_shows_no_key(self) -> None:
        assert "a key" not in repr(CALLBACK)

    def test_keeps_what_twilio_reads_behind_its_hash(self) -> None:
        callback = CallbackUrl("https://example.com/r?tenant=1#rc=3&rp=5xx", b"a key")
        url = callback.of(sms_for())
        assert urlsplit(url).fragment == "rc=3&rp=5xx"
        assert callback.read(url) is not None
        assert callback.read(url.partition("#")[0]) is not None

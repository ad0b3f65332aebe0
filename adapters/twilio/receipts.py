"""What does a status callback say, and is it Twilio who says it?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urldefrag

from adapters.twilio.answers import CodeTable
from adapters.twilio.callback import CallbackUrl, HandOverRef
from adapters.twilio.statuses import StatusTable
from domain.receipt import Receipt, ReceiptVerdict

_MOST_FIELDS = 100
_STATUS = re.compile(r"[A-Za-z_-]{1,40}", re.ASCII)
_SID = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)
_CODE = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCallback:
    """`status` is that of HTTP; nothing in `words` was said by who called."""

    status: int
    words: str


_NOT_OURS = RefusedCallback(status=403, words="this is no callback URL that was given to Twilio")
_NOT_TWILIO = RefusedCallback(status=403, words="the signature in X-Twilio-Signature is not right")
_NO_FORM = RefusedCallback(status=400, words="this is not a form")
_NO_RECEIPT = RefusedCallback(status=400, words="MessageSid and MessageStatus are wanted, once")


class _Form(dict[str, list[str]]):
    """In the way in which the validator asks for fields that come several times."""

    def getlist(self, name: str) -> list[str]:
        return self[name]

    def only(self, name: str, like: re.Pattern[str]) -> str | None:
        values = self.get(name, [])
        return values[0] if len(values) == 1 and like.fullmatch(values[0]) else None


class TwilioCallbacks:
    """Which hand-over it is about stands in the URL, under a signature of ours. What became of it
    stands in the form, under Twilio's, made with the account's token; who works with an API key
    has none, and then the URL, which only Twilio was told, has to do.

    The URL that Twilio signed is the one that it was given, however a proxy has changed it since.
    """

    def __init__(
        self,
        callback: CallbackUrl,
        *,
        auth_token: str | None,
        statuses: StatusTable,
        codes: CodeTable,
    ) -> None:
        self._callback = callback
        self._validator = None if auth_token is None else _validator(auth_token)
        self._statuses = statuses
        self._codes = codes

    def receive(
        self, query: str, form: bytes, signature: str | None, *, now: datetime
    ) -> Receipt | RefusedCallback:
        """`query` is the URL's, as it came; `signature` is the header X-Twilio-Signature."""
        hand_over = self._callback.read(f"?{query}")
        if hand_over is None:
            return _NOT_OURS
        fields = _read(form)
        if fields is None:
            return _NO_FORM
        if not self._is_signed(hand_over, fields, signature):
            return _NOT_TWILIO
        status, sid = fields.only("MessageStatus", _STATUS), fields.only("MessageSid", _SID)
        if status is None or sid is None:
            return _NO_RECEIPT
        code = fields.only("ErrorCode", _CODE)
        return self._receipt(hand_over, status.lower(), sid, int(code) if code else None, now)

    def _is_signed(self, hand_over: HandOverRef, form: _Form, signature: str | None) -> bool:
        """Under the URL with or without what stands behind its #: that is not sent."""
        validator, url = self._validator, self._callback.to(hand_over)
        return validator is None or (
            signature is not None
            and any(validator.validate(each, form, signature) for each in {url, urldefrag(url).url})
        )

    def _receipt(
        self, hand_over: HandOverRef, status: str, sid: str, code: int | None, now: datetime
    ) -> Receipt:
        row = self._statuses.row_of(status)
        has_failed = row.verdict is ReceiptVerdict.UNDELIVERED and code is not None
        rule = (self._codes.name_of(code) if has_failed else None) or row.name
        return Receipt(
            notification_id=hand_over.notification_id,
            generation=hand_over.generation,
            attempt=hand_over.attempt,
            verdict=row.verdict,
            provider_id=sid,
            words=f"{status}, error {code}" if has_failed else status,
            rule=f"twilio:{rule}",
            received_at=now,
        )


def _read(form: bytes) -> _Form | None:
    try:
        pairs = parse_qsl(
            form.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return None
    fields = _Form()
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _validator(auth_token: str) -> Any:
    # Here, so that settings can be judged where the library is not installed.
    from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

    return RequestValidator(auth_token)

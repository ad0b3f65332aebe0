"""How is a notification handed over to a URL?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import aiohttp

from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import (
    LONGEST_RETRY_AFTER,
    Accepted,
    Deferred,
    Finding,
    NotFound,
    Outcome,
    ProviderDown,
    Rejected,
    Unknown,
)

Reading = Callable[[str, str, timedelta | None], Outcome]


def _accepted(words: str, rule: str, _: timedelta | None) -> Outcome:
    return Accepted(reason=words, rule=rule)


def _deferred(words: str, rule: str, retry_after: timedelta | None) -> Outcome:
    return Deferred(reason=words, rule=rule, retry_after=retry_after)


def _rejected(words: str, rule: str, _: timedelta | None) -> Outcome:
    return Rejected(reason=words, rule=rule)


#: By status, else by its first digit (RFC 9110). Redirections are not followed.
_ANSWERS: Mapping[int, Reading] = {
    2: _accepted,
    3: _rejected,
    4: _rejected,
    408: _deferred,
    425: _deferred,
    429: _deferred,
    5: _deferred,
}


class WebhookSender(Sender):
    """The receiver knows a repeated one by its Idempotency-Key."""

    takes = 1

    def __init__(self, *, patience: timedelta) -> None:
        self._patience = aiohttp.ClientTimeout(total=patience.total_seconds())
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=self._patience)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]:
        return [await self._hand_over(each) for each in notifications]

    async def find(self, notifications: Sequence[Notification]) -> Sequence[Finding]:
        return [NotFound(reason="a webhook cannot be asked")] * len(notifications)

    async def _hand_over(self, notification: Notification) -> Outcome:
        assert self._session is not None, "open it first"
        try:
            async with self._session.post(
                notification.recipient.address,
                data=_body(notification),
                headers={
                    "Content-Type": "application/json",
                    "Idempotency-Key": f"{notification.id}-{notification.generation}",
                },
                allow_redirects=False,
            ) as response:
                return _outcome(response)
        except aiohttp.ClientConnectorError:
            return ProviderDown(reason="no connection", rule="connection")
        except aiohttp.InvalidURL:
            return Rejected(reason="not a URL", rule="url")
        except (aiohttp.ClientError, TimeoutError) as error:
            return Unknown(reason=f"contact was lost ({type(error).__name__})", rule="lost")


def _body(notification: Notification) -> bytes:
    event = notification.event
    return json.dumps({"eventId": event.id, "message": event.text}).encode()


def _outcome(response: aiohttp.ClientResponse) -> Outcome:
    status = response.status
    read = _ANSWERS.get(status) or _ANSWERS.get(status // 100, _rejected)
    wait = response.headers.get("Retry-After", "")
    retry_after = timedelta(seconds=int(wait)) if wait.isdecimal() and len(wait) < 9 else None
    bounded = min(retry_after, LONGEST_RETRY_AFTER) if retry_after is not None else None
    return read(f"{status} {response.reason}", str(status), bounded)

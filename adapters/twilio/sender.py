"""How does an SMS reach Twilio, and what became of one whose answer was lost?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from adapters.twilio.answers import CodeTable, Refusal
from adapters.twilio.client import Asked, SentMessage, TwilioApi
from adapters.twilio.options import TwilioOptions
from adapters.twilio.segments import segments, sendable
from application.ports.sender import Sender
from domain.notification import Notification
from domain.outcome import Accepted, Finding, Found, NotFound, Outcome, Rejected

#: How far apart Twilio's clock, which counts in seconds, and ours may be.
_CLOCKS_APART = timedelta(seconds=2)
#: From the beginning of an attempt to its request at the longest.
_LONGEST_HAND_OVER = timedelta(minutes=2)


class TwilioSender(Sender):
    takes = 1

    def __init__(self, options: TwilioOptions) -> None:
        self._options = options
        self._table = CodeTable.load(options.own_codes)
        self._api = TwilioApi(options)

    async def open(self) -> None:
        await self._api.open()

    async def close(self) -> None:
        await self._api.close()

    async def send(self, notifications: Sequence[Notification]) -> Sequence[Outcome]:
        return [await self._hand_over(notification) for notification in notifications]

    async def find(self, notifications: Sequence[Notification]) -> Sequence[Finding]:
        """Found, if Twilio has exactly one message that this attempt can have made."""
        return [
            await self._ask(notification, alike=_alike(notification, notifications))
            for notification in notifications
        ]

    async def _hand_over(self, notification: Notification) -> Outcome:
        number = notification.recipient.address
        body = sendable(notification.event.text)
        refused = self._refused(number, body)
        if refused is not None:
            return refused
        callback = self._options.callback
        answer = await self._api.create(
            to=number,
            body=body,
            status_callback=None if callback is None else callback.of(notification),
        )
        if isinstance(answer, Refusal):
            return self._table.decide(replace(answer, words=answer.words.replace(body, "***")))
        words = f"taken, {segments(body)} segment(s)"
        return Accepted(reason=words, rule="twilio:taken", provider_id=answer)

    def _refused(self, number: str, body: str) -> Rejected | None:
        """What is not even asked: it costs money, or it cannot be meant."""
        allowed = self._options.allowed_prefixes
        if allowed and not number.startswith(allowed):
            return Rejected(
                reason="numbers of this country are not told", rule="twilio:prefix not allowed"
            )
        count = segments(body)
        if count > self._options.most_segments:
            return Rejected(
                reason=f"{count} segments (at most {self._options.most_segments})",
                rule="twilio:too many segments",
            )
        if not body:
            return Rejected(reason="nothing to say", rule="twilio:no text")
        return None

    async def _ask(self, notification: Notification, *, alike: int) -> Finding:
        begun_at = notification.begun_at
        if begun_at is None or alike > 1:
            return NotFound(reason="several attempts say the same to this number")
        since = begun_at.replace(microsecond=0) - _CLOCKS_APART
        try:
            messages = await self._api.messages(to=notification.recipient.address, since=since)
        except Asked as error:
            return NotFound(reason=f"Twilio could not be asked: {error}")
        until = begun_at + _LONGEST_HAND_OVER
        body = sendable(notification.event.text)
        matching = [
            one for one in messages if _is_ours(one, body) and since <= one.created_at <= until
        ]
        if len(matching) != 1:
            return NotFound(reason=f"Twilio knows {len(matching)} such messages")
        return Found(provider_id=matching[0].sid, reason=f"Twilio has it: {matching[0].status}")


def _is_ours(message: SentMessage, body: str) -> bool:
    return message.body == body and message.direction.startswith("outbound")


def _alike(notification: Notification, others: Sequence[Notification]) -> int:
    """How many of these could have made the same message."""
    return sum(
        other.recipient.key == notification.recipient.key
        and other.event.text == notification.event.text
        for other in others
    )

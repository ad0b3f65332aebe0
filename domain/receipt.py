"""What has the provider said later of a hand-over, and where does that lead?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.status import Status


class ReceiptVerdict(StrEnum):
    TAKEN = "taken"  #: the provider has it, and says no more yet
    DELIVERED = "delivered"  #: it has arrived
    UNDELIVERED = "undelivered"  #: it has not arrived, and will not


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Of one hand-over. `words` and `rule` are as in an outcome, without personal data."""

    notification_id: UUID
    generation: int
    attempt: int
    verdict: ReceiptVerdict
    received_at: datetime
    provider_id: str | None = None
    words: str = ""
    rule: str = ""

    @property
    def key(self) -> tuple[UUID, int, int, ReceiptVerdict]:
        """Equal for two that say the same of the same hand-over."""
        return self.notification_id, self.generation, self.attempt, self.verdict


#: The outcome of a hand-over is still to come, or the next one: the receipt waits for that.
TOO_EARLY = frozenset({Status.PENDING, Status.SENDING, Status.RETRYING})

_NOTHING: Mapping[ReceiptVerdict, Status | None] = dict.fromkeys(ReceiptVerdict)

#: The whole table: where each verdict leads next from where a notification is; from there it
#: may lead on. Only forward, so that what comes late, twice or out of order changes nothing.
RECEIPT_WAYS: Mapping[Status, Mapping[ReceiptVerdict, Status | None]] = {
    **dict.fromkeys(TOO_EARLY, _NOTHING),
    Status.UNCERTAIN: dict.fromkeys(ReceiptVerdict, Status.SENT),
    Status.SENT: {
        ReceiptVerdict.TAKEN: None,
        ReceiptVerdict.DELIVERED: Status.DELIVERED,
        ReceiptVerdict.UNDELIVERED: Status.FAILED,
    },
    Status.DELIVERED: _NOTHING,
    Status.FAILED: _NOTHING,
}

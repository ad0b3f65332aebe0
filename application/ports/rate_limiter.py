"""May a hand-over to this recipient begin now?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.rate import Ask, RateRule, RateVerdict
from domain.recipient import Recipient


@dataclass(frozen=True, slots=True)
class RateAsk:
    """`key` names the recipient within its channel: one ledger each."""

    key: str
    ask: Ask


def rate_ask(channel: str, recipient: Recipient, ask: Ask) -> RateAsk:
    return RateAsk(f"{channel}:{recipient.key}", ask)


def grouped(asks: Sequence[RateAsk]) -> dict[str, list[RateAsk]]:
    """By recipient, each group in the order given."""
    groups: dict[str, list[RateAsk]] = {}
    for ask in asks:
        groups.setdefault(ask.key, []).append(ask)
    return groups


def in_order(
    asks: Sequence[RateAsk], verdicts: Mapping[str, Sequence[RateVerdict]]
) -> list[RateVerdict]:
    """One for each ask, where those of each group stand in its order."""
    of_key = {key: iter(each) for key, each in verdicts.items()}
    return [next(of_key[ask.key]) for ask in asks]


class RateLimiter(Protocol):
    """Keeps the rate rule for all workers together.

    - A grant counts for the rule's `span`; never do more of them count than its limit.
    - Asking again for a grant that is fresh changes nothing and gives the same grant.
    - Newcomers queue behind who was told to come back; within a call, the order given.
    - A grant from the future, as after a clock was set back, counts as if it was given now.
    - Grants are remembered as long as they count, also when the worker dies.
    - Atomic for each key; concurrent callers are safe. Raises StoreUnavailable.
    """

    @abstractmethod
    async def take(
        self, asks: Sequence[RateAsk], *, rule: RateRule, now: datetime
    ) -> Sequence[RateVerdict]:
        """One answer for each ask, in order."""

    @abstractmethod
    async def give_back(self, asks: Sequence[RateAsk], *, rule: RateRule) -> None:
        """These grants will not be used: they do not count any more. Never raises: what could
        not be given back costs a delay."""

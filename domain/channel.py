"""What makes one way of telling people different from another?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.circuit import CircuitPolicy
from domain.rate import RateRule
from domain.recipient import Recipient
from domain.retry import RetryPolicy
from domain.uncertainty import UncertaintyPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A value, registered where the program is put together.

    `address_field` is the field of an event's payload that names its recipient, and
    `read_recipient` reads it or raises InvalidRecipient. `in_flight` bounds how many
    notifications one worker has in hand, `concurrency` how many hand-overs run at once.
    """

    name: str
    address_field: str
    read_recipient: Callable[[str], Recipient]
    rate_rule: RateRule
    retry_policy: RetryPolicy
    uncertainty_policy: UncertaintyPolicy
    circuit_policy: CircuitPolicy
    in_flight: int = 1000
    concurrency: int = 32

"""What did a provider answer to an attempt?

Every outcome carries `reason`, the provider's own words, and `rule`, the row of that
provider's table which decided; both stand in the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

#: A provider that wants to be left alone for longer is not believed.
LONGEST_RETRY_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took it; it is theirs now."""

    reason: str = ""
    rule: str = ""
    provider_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Not now, but perhaps later, and not before `retry_after` from now."""

    reason: str
    rule: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Never: this recipient or this content is refused for good."""

    reason: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Contact was lost after the whole message was handed over: the provider may have it."""

    reason: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDown:
    """The provider's own fault or ours towards it, whoever the recipient is; spends no attempt.

    `needs_operator`: waiting alone will not mend it (bad credentials, account closed).
    """

    reason: str
    rule: str = ""
    retry_after: timedelta | None = None
    needs_operator: bool = False


class OutcomeKind(StrEnum):
    """Which of them it was, for who only counts."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    PROVIDER_DOWN = "provider_down"


Outcome = Accepted | Deferred | Rejected | Unknown | ProviderDown


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Asked about an unknown hand-over, the provider knows it."""

    provider_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """Asked about an unknown hand-over, the provider knows none, several, or cannot be asked."""

    reason: str = ""


Finding = Found | NotFound

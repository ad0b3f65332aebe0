"""Is the provider there, and if not, when do we look again?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.masking import masked
from domain.outcome import LONGEST_RETRY_AFTER, Outcome, ProviderDown
from domain.retry import doubled


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitPolicy:
    opens_after: int = 5  #: provider-down outcomes in a row
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(minutes=5)
    probe_patience: timedelta = timedelta(minutes=2)  #: then a probe without an answer is given up
    wake_apart: timedelta = timedelta(milliseconds=10)  #: between two held ones, behind the probe
    retry_while_closed: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """Closed: all may pass. Open: nobody, until `probe_at`; then one probe, which decides.

    While it is open: since when, and what the provider said last, with addresses masked.
    """

    policy: CircuitPolicy = CircuitPolicy()
    failures: int = 0
    openings: int = 0
    probe_at: datetime | None = None
    probe: UUID | None = None
    probe_given_up_at: datetime | None = None
    open_since: datetime | None = None
    words: str = ""

    @property
    def is_open(self) -> bool:
        return self.probe_at is not None

    def may_probe(self, now: datetime) -> bool:
        if self.probe_at is None or now < self.probe_at:
            return False
        return self.probe_given_up_at is None or now >= self.probe_given_up_at

    def begin_probe(self, notification_id: UUID, *, now: datetime) -> Circuit:
        return replace(
            self, probe=notification_id, probe_given_up_at=now + self.policy.probe_patience
        )

    def release_probe(self, notification_id: UUID) -> Circuit:
        """The probe never began: another may go in its place at once."""
        if notification_id != self.probe:
            return self
        return replace(self, probe=None, probe_given_up_at=None)

    def after(self, outcome: Outcome, *, of: UUID, now: datetime) -> Circuit:
        """What an outcome teaches. While open only the probe's counts: others began before."""
        if self.is_open and of != self.probe:
            return self
        if not isinstance(outcome, ProviderDown):
            return Circuit(policy=self.policy) if self.failures or self.is_open else self
        if self.is_open:
            return self._opened(outcome, now)
        failures = self.failures + 1
        if failures >= self.policy.opens_after or outcome.needs_operator:
            return self._opened(outcome, now)
        return replace(self, failures=failures)

    def wake_at(self, now: datetime, *, place: int = 0) -> datetime:
        """When one held at this place (from 0) is due again: spread out, behind the next probe."""
        if self.probe_at is None:
            return now + self.policy.retry_while_closed
        next_look = max(self.probe_at, now + self.policy.retry_while_closed * bool(self.probe))
        return next_look + min(place * self.policy.wake_apart, self.policy.longest_wait)

    def _opened(self, outcome: ProviderDown, now: datetime) -> Circuit:
        wait = doubled(
            self.policy.first_wait, times=self.openings, longest=self.policy.longest_wait
        )
        if outcome.retry_after is not None:
            wait = min(outcome.retry_after, LONGEST_RETRY_AFTER)
        return Circuit(
            policy=self.policy,
            openings=self.openings + 1,
            probe_at=now + wait,
            open_since=self.open_since or now,
            words=masked(outcome.reason, recipient=""),
        )

"""Does the process live, and can it do its work now?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from application.errors import StoreUnavailable, StreamUnavailable
from application.lane import Lane
from application.lookout import Lookout
from application.ports.neighbour import Neighbour, Sight

#: What nobody has looked at for so long is not known any more.
STALE_AFTER = timedelta(minutes=2)


class State(StrEnum):
    WELL = "well"
    DEGRADED = "degraded"  #: the work goes on, only worse; or something ought to be done soon
    FAILING = "failing"  #: the work stands still


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `age`: how long ago what is said of it was seen."""

    name: str
    state: State
    is_away: bool = False  #: what was looked at is not there, needed or not
    words: str
    fix: str | None = None
    age: timedelta | None = None
    patience: timedelta
    last_error: str | None = None
    last_error_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    findings: Sequence[Finding]

    @property
    def state(self) -> State:
        """As the worst of them."""
        found = {each.state for each in self.findings}
        return next((each for each in (State.FAILING, State.DEGRADED) if each in found), State.WELL)


def liveness_of(lane: Lane, now: datetime) -> Finding:
    """Failing only if a loop stands still, never because a neighbour is away."""
    beats = lane.pulse.beats
    stuck = {loop: now - beat.at for loop, beat in beats.items() if now - beat.at > beat.patience}
    name = f"{lane.channel.name} lane"
    ages = [now - beat.at for beat in beats.values()]
    age = max(ages, default=None)
    patience = max([beat.patience for beat in beats.values()], default=timedelta())
    if not stuck:
        words = "its loops turn" if lane.is_at_work else "it does not run here"
        return Finding(name=name, state=State.WELL, words=words, age=age, patience=patience)
    words = ", ".join(
        f"{loop}: not for {since.total_seconds():.0f} s" for loop, since in stuck.items()
    )
    return Finding(
        name=name,
        state=State.FAILING,
        words=words,
        fix="start the process anew, and report its log",
        age=age,
        patience=patience,
    )


def provider_of(lane: Lane, now: datetime) -> Finding | None:
    """None while it is up, and where the lane does not work. What is held goes on by itself, so
    that the process stays ready."""
    circuit = lane.circuit
    if not (lane.is_at_work and circuit.is_open):
        return None
    return Finding(
        name=f"{lane.channel.name} provider",
        state=State.DEGRADED,
        words=f"it is down: {circuit.words}",
        fix="see what it says; it is tried again by itself, and nothing is lost",
        age=None if circuit.open_since is None else now - circuit.open_since,
        patience=timedelta(),
    )


def finding_of(neighbour: Neighbour, lookout: Lookout[Sight], now: datetime) -> Finding:
    glimpse = lookout.glimpse
    at_worst = State.FAILING if neighbour.is_needed else State.DEGRADED
    sight, error = glimpse.seen, glimpse.error
    state, words, fix = at_worst, "nobody has looked yet", None
    is_away = True
    age = glimpse.age(now)
    if glimpse.has_failed and error is not None:
        words, fix = _explained(error)
        age = None if glimpse.failed_at is None else now - glimpse.failed_at
    elif sight is not None and age is not None and age <= STALE_AFTER:
        state = State.DEGRADED if sight.fix else State.WELL
        words, fix, is_away = sight.words, sight.fix, False
    elif sight is not None:
        words = "nobody looks any more"
    return Finding(
        name=neighbour.name,
        state=state,
        is_away=is_away,
        words=words,
        fix=fix,
        age=age,
        patience=lookout.patience,
        last_error=None if error is None else str(error),
        last_error_at=glimpse.failed_at,
    )


def _explained(error: Exception | str) -> tuple[str, str | None]:
    if isinstance(error, StoreUnavailable | StreamUnavailable):
        return error.problem, error.fix
    return str(error), None

"""How is a person forgotten, once somebody has seen what that would erase?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import typer
from rich.console import Console

from adapters.mail.address import read_email_address
from application.errors import StreamUnavailable
from application.forget_person import ForgetOrder, Trace, Traces
from domain.errors import InvalidRecipient
from domain.person import Person
from domain.recipient import Recipient, phone_number
from entrypoints import shaping
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.errors import CannotBeDone
from entrypoints.installed import installed
from entrypoints.machine import tell
from entrypoints.production_settings import ProductionSettings
from entrypoints.running import run, settings_for
from entrypoints.settings import Settings
from entrypoints.terminal.words import duration, plain

_WORDS = {
    Trace.NOTIFICATION: "notifications to them",
    Trace.SIBLING: "notifications of the same events, to another address",
    Trace.LOOSE: "records that nobody could read, or that were never told",
    Trace.COPY: "files of the outbox",
    Trace.WAITING: "notifications still to be told",
    Trace.BEING_TOLD: "notifications being told at this moment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom to forget, who wants it and why, and whether it is meant."""

    emails: Sequence[str]
    phones: Sequence[str]
    cancel_waiting: bool
    by: str
    why: str
    is_meant: bool

    @property
    def person(self) -> Person:
        by_email = [_read(raw, read_email_address) for raw in self.emails]
        by_phone = [_read(raw, phone_number) for raw in self.phones]
        try:
            return Person(recipients=(*by_email, *by_phone))
        except InvalidRecipient as error:
            raise typer.BadParameter(str(error), param_hint="--email, --phone") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """`traces` were erased by the act, or would be; `elsewhere` are topics, and for how long."""

    act: UUID | None
    traces: Traces
    left: Traces
    unread: int | None
    elsewhere: Sequence[tuple[str, timedelta | None]]


def _read(raw: str, read: Callable[[str], Recipient]) -> Recipient:
    """However it is spelled; what is neither an address nor a number was kept as it came."""
    try:
        return read(raw)
    except InvalidRecipient:
        return Recipient(address=raw, key=raw)


def forget(wish: Wish, *, data: Path | None, as_json: bool) -> None:
    erasure = run(_forget(settings_for(data), wish, wish.person))
    if as_json:
        tell(
            shaping.forgotten(
                erasure.traces,
                erasure.left,
                act=erasure.act,
                is_done=wish.is_meant,
                by=wish.by,
                why=wish.why,
                unread=erasure.unread,
                elsewhere=erasure.elsewhere,
            )
        )
    else:
        _print(wish, erasure)


async def _forget(settings: Settings, wish: Wish, person: Person) -> Erasure:
    purpose = Purpose.DECIDE if wish.is_meant else Purpose.ASK
    async with open_tidings(settings, purpose) as tidings:
        act, erased, left = None, Traces(), Traces()
        unread = await _unread(tidings)
        if wish.is_meant:
            act = uuid4()
            order = ForgetOrder(act=act, by=wish.by, why=wish.why, withdraw=wish.cancel_waiting)
            erased, left = await tidings.forget_person(person, order)
            _refuse_what_is_left(left)
        else:
            erased = await tidings.forget_person.look(person)
        return Erasure(
            act=act if erased else None,
            traces=erased,
            left=left,
            unread=unread,
            elsewhere=await _elsewhere(settings),
        )


async def _unread(tidings: Tidings) -> int | None:
    """None where the stream cannot be asked: what is ours is erased all the same."""
    with suppress(StreamUnavailable):
        return await tidings.lanes.lag()
    return None


def _refuse_what_is_left(left: Traces) -> None:
    if left[Trace.BEING_TOLD]:
        count = left[Trace.BEING_TOLD]
        raise CannotBeDone(f"{count} being told at this moment; try again in a minute")
    if left[Trace.WAITING]:
        count = left[Trace.WAITING]
        raise CannotBeDone(
            f"{count} still to be told; add --cancel-waiting, so that they are not, or wait"
        )
    if left:
        raise CannotBeDone(f"{left.total()} have moved on meanwhile; run it again")


async def _elsewhere(settings: Settings) -> Sequence[tuple[str, timedelta | None]]:
    if not isinstance(settings, ProductionSettings):
        return []
    with installed():
        from adapters.kafka.retention import retention
        from entrypoints.servers import kafka_options
    topics = [settings.kafka_topic, settings.kafka_dlq_topic]
    try:
        kept_for = await retention(kafka_options(settings), topics)
    except StreamUnavailable:
        kept_for = {}
    return [(topic, kept_for.get(topic)) for topic in topics]


def _print(wish: Wish, erasure: Erasure) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if not erasure.traces:
        console.print("Nothing is kept of them.")
    for trace, count in erasure.traces.items():
        console.print(f"{count:>7}  {_WORDS[trace]}{_becomes(trace, is_done=wish.is_meant)}")
    if erasure.unread is None:
        console.print("Kafka cannot be asked what is still to be read; run it again afterwards.")
    elif erasure.unread:
        console.print(f"{erasure.unread} events in the stream are still to be read; run it again.")
    for topic, kept_for in erasure.elsewhere:
        how_long = "as long as its settings say" if kept_for is None else duration(kept_for)
        console.print(f"Kafka's topic {plain(topic)} keeps what was published: {how_long}.")
    if erasure.traces or erasure.elsewhere:
        console.print("Backups, providers and producers keep what they have.")
    if not wish.is_meant and erasure.traces:
        console.print("Nothing was changed. Say --yes to do it, and --why: the reason is kept.")
    if erasure.act is not None:
        console.print(f"`tidings audit` tells of it as act {erasure.act}.")


def _becomes(trace: Trace, *, is_done: bool) -> str:
    if trace in (Trace.WAITING, Trace.BEING_TOLD):
        return ": in the way, see --cancel-waiting" * (trace is Trace.WAITING)
    return " were erased" if is_done else " would be erased"

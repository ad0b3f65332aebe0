"""How do asks, ledgers and verdicts lie in bytes that the scripts understand?"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.rate import Ask, Granted, Ledger, NotBefore, RateVerdict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
#: Notification, generation, attempt. The numbers may wrap: a grant is forgotten long before.
_ASK = struct.Struct(">16sHH")
_ENTRY = struct.Struct(">20sd")
_COUNT = struct.Struct(">I")


def microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def packed_ask(ask: Ask) -> bytes:
    notification_id, generation, attempt = ask
    return _ASK.pack(notification_id.bytes, generation & 0xFFFF, attempt & 0xFFFF)


def packed_ledger(ledger: Ledger) -> bytes:
    entries = (*ledger.grants, *ledger.queue)
    return _COUNT.pack(len(ledger.grants)) + b"".join(
        _ENTRY.pack(packed_ask(ask), microseconds(at)) for ask, at in entries
    )


def unpacked_ledger(data: bytes) -> Ledger:
    [count] = _COUNT.unpack_from(data)
    entries = tuple(_entries(data[_COUNT.size :]))
    return Ledger(grants=entries[:count], queue=entries[count:])


def unpacked_verdicts(data: bytes, *, now: datetime) -> Iterator[RateVerdict]:
    """Most are granted now; they share one verdict."""
    granted, this_instant = Granted(now), microseconds(now)
    for at in struct.unpack(f">{len(data) // 8}d", data):
        if at == this_instant:
            yield granted
        elif at > 0:
            yield Granted(instant(at))
        else:
            yield NotBefore(instant(-at))


def packed_asks(asks: Sequence[Ask]) -> bytes:
    if len(asks) == 1:
        return packed_ask(asks[0])
    return b"".join(map(packed_ask, asks))


def _entries(data: bytes) -> Iterator[tuple[Ask, datetime]]:
    for packed, at in _ENTRY.iter_unpack(data):
        id_, generation, attempt = _ASK.unpack(packed)
        yield (UUID(bytes=id_), generation, attempt), instant(at)


def instant(at: float) -> datetime:
    return _EPOCH + timedelta(microseconds=min(int(at), _LATEST))

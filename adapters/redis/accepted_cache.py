"""Is this one known to be accepted already, as Redis remembers?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import msgspec

from adapters.redis.ledger import instant, microseconds
from adapters.redis.scripts import REMEMBER
from adapters.redis.server import RedisAway, RedisServer
from application.ports.accepted_cache import AcceptedCache
from domain.record import Position
from domain.repeat import Standing
from domain.status import Status

#: What comes again later than this is found in the store.
_FOR_MS = timedelta(hours=24) // timedelta(milliseconds=1)
#: Topic, partition, offset, digest, accepted at, status, begun at.
_Mark = tuple[str, int, int, bytes, int, Status, int | None]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Mark).decode


class RedisAcceptedCache(AcceptedCache):
    """One round trip for a batch, and one for each tag of a cluster."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server

    async def known(self, notification_ids: Sequence[UUID]) -> Mapping[UUID, Standing]:
        by_key = {self._server.keys.mark(id_): id_ for id_ in notification_ids}
        parts = [part for _, part in self._server.keys.parts(by_key)]
        if not parts:
            return {}

        async def ask() -> list[list[bytes | None]]:
            return await asyncio.gather(*(self._server.values(list(part)) for part in parts))

        try:
            answers = await self._server.ask(ask, writes=False)
        except RedisAway:
            return {}
        return {
            id_: standing
            for part, marks in zip(parts, answers, strict=True)
            for id_, mark in zip(part.values(), marks, strict=True)
            if mark is not None and (standing := _standing(id_, mark))
        }

    async def remember(self, standings: Sequence[Standing]) -> None:
        by_key = {self._server.keys.mark(each.notification_id): _mark(each) for each in standings}
        if not by_key:
            return

        async def ask() -> None:
            await asyncio.gather(
                *(
                    self._server.run(REMEMBER, list(part), [_FOR_MS, *part.values()])
                    for _, part in self._server.keys.parts(by_key)
                )
            )

        with suppress(RedisAway):
            await self._server.ask(ask, writes=True)


def _mark(standing: Standing) -> bytes:
    origin, begun_at = standing.origin, standing.begun_at
    return _encode(
        (
            origin.topic,
            origin.partition,
            origin.offset,
            standing.digest,
            microseconds(standing.accepted_at),
            standing.status,
            None if begun_at is None else microseconds(begun_at),
        )
    )


def _standing(notification_id: UUID, mark: bytes) -> Standing | None:
    """None for what somebody else wrote."""
    try:
        topic, partition, offset, digest, accepted_at, status, begun_at = _decode(mark)
    except msgspec.MsgspecError:
        return None
    return Standing(
        notification_id=notification_id,
        origin=Position(topic=topic, partition=partition, offset=offset),
        digest=digest,
        accepted_at=instant(accepted_at),
        status=status,
        begun_at=None if begun_at is None else instant(begun_at),
    )

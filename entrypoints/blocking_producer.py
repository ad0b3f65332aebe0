"""How does an application without asyncio publish events?

By the promises of `entrypoints.producer`, from any thread.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any, Self, TypeVar, Unpack

from entrypoints.producer import Details, NewEvent, Producer

T = TypeVar("T")

_NOT_OPEN = "the producer is not open in this process; open one with a `with` block, after a fork"


class BlockingProducer:
    """The same as a plain context manager, for Django, Flask and scripts.

    Threads may share one. A process that forks opens one of its own afterwards.
    """

    def __init__(self, data: Path | str | None = None) -> None:
        self._producer = Producer(data)
        self._changing = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process: int | None = None  #: in which it is open

    def __enter__(self) -> Self:
        loop = self._begin()
        try:
            self._run(self._producer.__aenter__())
        except BaseException:
            self._loop = self._process = None
            self._stop(loop)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Calls that have begun are finished first."""
        if self._is_inherited():
            return
        with self._changing:
            loop, self._loop, self._process = self._loop, None, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._close(), loop).result()
            self._stop(loop)

    def signup_event(
        self,
        message: str,
        email: str | None = None,
        phone: str | None = None,
        **details: Unpack[Details],
    ) -> str:
        """As that of Producer."""
        return self._run(self._producer.signup_event(message, email, phone, **details))

    def payment_event(
        self,
        message: str,
        email: str | None = None,
        phone: str | None = None,
        **details: Unpack[Details],
    ) -> str:
        """As that of Producer."""
        return self._run(self._producer.payment_event(message, email, phone, **details))

    def alert_event(
        self,
        message: str,
        email: str | None = None,
        phone: str | None = None,
        **details: Unpack[Details],
    ) -> str:
        """As that of Producer."""
        return self._run(self._producer.alert_event(message, email, phone, **details))

    def publish(self, events: Iterable[NewEvent], *, traceparent: str | None = None) -> list[str]:
        """As that of Producer."""
        return self._run(self._producer.publish(list(events), traceparent=traceparent))

    def _begin(self) -> asyncio.AbstractEventLoop:
        if self._is_inherited():
            raise RuntimeError(_NOT_OPEN)
        with self._changing:
            if self._loop is not None:
                raise RuntimeError("the producer is open already")
            loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=loop.run_forever, name="tidings-producer", daemon=True
            )
            self._thread.start()
            self._loop, self._process = loop, os.getpid()
        return loop

    def _is_inherited(self) -> bool:
        """Open when this process was forked. Its lock may be held by a thread that is not here."""
        return self._process not in (None, os.getpid())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """On the loop that lies beside, from any thread."""
        if self._is_inherited():
            work.close()
            raise RuntimeError(_NOT_OPEN)
        with self._changing:
            if self._loop is None:
                work.close()
                raise RuntimeError(_NOT_OPEN)
            answer = asyncio.run_coroutine_threadsafe(work, self._loop)
        return answer.result()

    async def _close(self) -> None:
        begun = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*begun, return_exceptions=True)
        await self._producer.__aexit__()

    def _stop(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

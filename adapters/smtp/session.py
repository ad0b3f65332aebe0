"""How is one mail handed over on an open connection, and how far had it come when it failed?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from adapters.smtp.heard import Heard, Reply, Stage
from adapters.smtp.mail import Mail
from adapters.smtp.options import Patience
from adapters.smtp.reply_stream import Nonsense, ReplyStream

_ENVELOPE = (Stage.MAIL, Stage.RCPT, Stage.DATA)
_GO_ON = 354


class Session(asyncio.Protocol):
    """Takes over the transport of a connection on which EHLO, TLS and AUTH are done.

    One hand-over at a time. Whatever is not as it should be makes it unusable, and closes
    it at once, so that no reply is ever taken for another's.
    """

    def __init__(
        self, transport: asyncio.Transport, extensions: Mapping[str, str], patience: Patience
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._extensions = extensions
        self._patience = patience
        self._stream = ReplyStream()
        self._awaited = 0
        self._replies: list[Reply] = []
        self._answered: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._seconds_after_flush = 0.0
        self._is_flushed = True
        self._trouble = ""
        self.is_usable = True
        self.needs_reset = False
        self.mails = 0
        self.closed: asyncio.Future[None] = self._loop.create_future()
        transport.set_protocol(self)
        # So that "flushed" means: the kernel has it all, and no more than a byte is still with
        # us. (With 0, TLS transports pause when there is nothing left.)
        transport.set_write_buffer_limits(high=1, low=0)

    async def hand_over(self, mail: Mail) -> Heard:
        """Raises nothing but cancellation, which closes the connection."""
        self.mails += 1
        try:
            return await self._envelope(mail) or await self._message(mail.data)
        except BaseException:
            self.abort("cut off")
            raise

    async def reset(self) -> bool:
        """Is it still there? If so, nothing is left of an earlier mail."""
        try:
            replies = await self._ask(b"RSET\r\n", 1, self._patience.command.total_seconds())
        except BaseException:
            self.abort("cut off")
            raise
        if not replies or replies[0].digit != 2:
            self.abort("no longer there")
        self.needs_reset = False
        return self.is_usable

    def quit(self) -> None:
        """Part in peace; nobody waits for the goodbye."""
        if self._awaited:
            self.abort("closed")
            return
        if self.is_usable:
            self._transport.write(b"QUIT\r\n")
        self.is_usable = False
        self._transport.close()

    def abort(self, trouble: str) -> None:
        """Nothing that is not out yet goes out any more."""
        self._end(trouble)
        self._transport.abort()

    async def _envelope(self, mail: Mail) -> Heard | None:
        """None if the relay now waits for the message."""
        if not mail.recipient.isascii() and "smtputf8" not in self._extensions:
            words = "5.6.7 the relay offers no SMTPUTF8, which this address needs"
            return Heard(Stage.RCPT, Reply(553, words))
        commands = self._commands(mail)
        pipelines = "pipelining" in self._extensions
        groups = [_ENVELOPE] if pipelines else [(stage,) for stage in _ENVELOPE]
        for stages in groups:
            segment = b"".join(commands[stage] for stage in stages)
            replies = await self._ask(segment, len(stages), self._patience.command.total_seconds())
            heard = self._judged(stages, replies)
            if heard is not None:
                return heard
        return None

    def _commands(self, mail: Mail) -> Mapping[Stage, bytes]:
        parameters = ""
        if "size" in self._extensions:
            parameters = f" SIZE={mail.size}"
        if not mail.recipient.isascii():
            parameters += " BODY=8BITMIME SMTPUTF8"
        return {
            Stage.MAIL: f"MAIL FROM:<{mail.originator}>{parameters}\r\n".encode(),
            Stage.RCPT: f"RCPT TO:<{mail.recipient}>\r\n".encode(),
            Stage.DATA: b"DATA\r\n",
        }

    def _judged(self, stages: Sequence[Stage], replies: Sequence[Reply]) -> Heard | None:
        """The first of these that is not as it should be; a missing one never hides it."""
        for stage, reply in zip(stages, replies, strict=False):
            if reply.code == _GO_ON if stage is Stage.DATA else reply.digit == 2:
                continue
            return self._refused(stage, reply, replies)
        if len(replies) < len(stages):
            is_first = not replies and stages[0] is Stage.MAIL
            stale = is_first and self.mails > 1 and self.closed.done()
            return Heard(stages[len(replies)], None, self._trouble, went_stale=stale)
        return None

    def _refused(self, stage: Stage, reply: Reply, replies: Sequence[Reply]) -> Heard:
        if reply.digit not in (4, 5):
            self.abort("an answer out of place")
            return Heard(stage, None, f"{self._trouble}: {reply}")
        heard = Heard(stage, reply)
        self.needs_reset = True
        if heard.is_crowding:
            self.quit()
        elif stage is not Stage.DATA and replies[-1].code == _GO_ON:
            self.abort("a message was wanted for nobody")
        return heard

    async def _message(self, data: bytes) -> Heard:
        if not self.is_usable:
            return Heard(Stage.DATA, None, self._trouble)
        try:
            replies = await self._ask(
                data,
                1,
                self._patience.data_block.total_seconds(),
                seconds_after_flush=self._patience.final_dot.total_seconds(),
            )
        except Exception as error:  # noqa: BLE001 - whatever it was, the relay may have it
            self.abort(type(error).__name__)
            return Heard(Stage.DOT, None, self._trouble)
        stage = Stage.DOT if self._is_flushed else Stage.DATA
        if not replies:
            return Heard(stage, None, self._trouble)
        [reply] = replies
        if not self._is_flushed:
            self.abort("answered before the message was all there")
        elif reply.digit == 2:
            return Heard(stage, reply)
        return self._refused(stage, reply, replies)

    async def _ask(
        self, data: bytes, awaited: int, seconds: float, *, seconds_after_flush: float | None = None
    ) -> Sequence[Reply]:
        """So many replies, or fewer: then the connection is closed, and `trouble` says why."""
        if not self.is_usable:
            return ()
        self._replies, self._awaited = [], awaited
        self._answered = self._loop.create_future()
        self._seconds_after_flush = seconds if seconds_after_flush is None else seconds_after_flush
        self._transport.write(data)
        self._wait_for(self._seconds_after_flush if self._is_flushed else seconds)
        try:
            await self._answered
        finally:
            self._awaited = 0
            if self._timer is not None:
                self._timer.cancel()
        return self._replies

    def _wait_for(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self.abort, "no answer in time")

    def _end(self, trouble: str) -> None:
        self.is_usable = False
        self._trouble = self._trouble or trouble
        self._wake()

    def _wake(self) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(None)

    def data_received(self, data: bytes) -> None:
        try:
            for reply in self._stream.feed(data):
                if len(self._replies) >= self._awaited:
                    self._end(f"said unasked: {reply}")  # most often 421: it is about to go
                    return
                self._replies.append(reply)
        except Nonsense as error:
            self.abort(str(error))
            return
        if self._awaited and len(self._replies) == self._awaited:
            self._wake()

    def pause_writing(self) -> None:
        self._is_flushed = False

    def resume_writing(self) -> None:
        self._is_flushed = True
        if self._answered is not None and not self._answered.done():
            self._wait_for(self._seconds_after_flush)

    def connection_lost(self, error: Exception | None) -> None:
        self._end("the relay closed the connection" if error is None else type(error).__name__)
        if not self.closed.done():
            self.closed.set_result(None)

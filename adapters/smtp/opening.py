"""How does a connection come to the point where mails can be handed over on it?"""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

import aiosmtplib

from adapters.smtp.heard import Heard, Reply, Stage
from adapters.smtp.options import SmtpOptions, Tls
from adapters.smtp.session import Session

_CANCELLED_WITHIN = 0.05  # seconds; then it is told again


class NotOpened(Exception):
    def __init__(self, heard: Heard) -> None:
        super().__init__(heard.words or str(heard.reply))
        self.heard = heard


class Opening:
    """One connection: greeting, EHLO, TLS with a verified certificate, AUTH within it."""

    def __init__(self, options: SmtpOptions) -> None:
        self._options = options
        self._stage = Stage.CONNECT
        self._smtp = aiosmtplib.SMTP(
            hostname=options.host,
            port=options.port,
            use_tls=options.tls is Tls.IMPLICIT,
            start_tls=False,  # asked for below; never "if offered", which a stranger can undo
            tls_context=options.tls_context,
            local_hostname=options.originator.domain,
            timeout=options.patience.opening.total_seconds(),
        )

    async def __call__(self) -> Session:
        """Raises NotOpened."""
        opening = asyncio.ensure_future(self._open())
        try:
            # Not `wait_for` or `timeout`: on Python 3.11 the library's own `wait_for`
            # can swallow the cancellation that both work by (CPython issue 81839).
            seconds = self._options.patience.opening.total_seconds()
            await asyncio.wait({opening}, timeout=seconds)
            if not opening.done():
                raise TimeoutError("no answer in time")
            return opening.result()
        except aiosmtplib.SMTPResponseException as error:
            await self._close(opening)
            raise NotOpened(self._refused(error)) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no connection
            await self._close(opening)
            raise NotOpened(self._silent(error)) from None
        except BaseException:
            await self._close(opening)
            raise

    async def _open(self) -> Session:
        await self._smtp.connect()
        await self._greet()
        if self._options.tls is Tls.STARTTLS:
            self._stage = Stage.TLS
            await self._smtp.starttls()
            await self._greet()
        if self._options.user is not None and self._options.password is not None:
            self._stage = Stage.AUTH
            await self._smtp.login(self._options.user, self._options.password)
        transport = cast(asyncio.Transport, self._smtp.transport)  # uvloop's are no subclasses
        return Session(transport, self._smtp.esmtp_extensions, self._options.patience)

    async def _greet(self) -> None:
        try:
            await self._smtp.ehlo()
        except aiosmtplib.SMTPHeloError as error:
            if error.code // 100 != 5:
                raise
            await self._smtp.helo()

    def _refused(self, error: aiosmtplib.SMTPResponseException) -> Heard:
        words = self._without_secrets(" ".join(error.message.split()))
        if error.code // 100 in (4, 5):
            return Heard(self._stage, Reply(error.code, words))
        return Heard(self._stage, None, f"an answer out of place: {words}")

    def _silent(self, error: Exception) -> Heard:
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            self._stage = Stage.TLS
        said = str(error) if isinstance(error, aiosmtplib.SMTPException | ssl.SSLError) else ""
        return Heard(self._stage, None, self._without_secrets(said or type(error).__name__))

    def _without_secrets(self, words: str) -> str:
        """A relay may say again what it was told."""
        for secret in (self._options.password, self._options.user):
            words = words.replace(secret, "***") if secret else words
        return words

    async def _close(self, opening: asyncio.Future[Session]) -> None:
        while not opening.done():
            opening.cancel()
            await asyncio.wait({opening}, timeout=_CANCELLED_WITHIN)
        transport = self._smtp.transport
        self._smtp.close()
        if transport is not None:
            cast(asyncio.Transport, transport).abort()

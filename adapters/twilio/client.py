"""How is Twilio's own client, which has no types, no time-outs and many errors, kept in hand?"""

from __future__ import annotations

import asyncio
import logging
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioRestException,
    TwilioServiceException,
)
from twilio.http.async_http_client import (  # type: ignore[import-untyped]
    AsyncTwilioHttpClient,
)
from twilio.rest import Client  # type: ignore[import-untyped]

from adapters.twilio.answers import Refusal
from adapters.twilio.options import TwilioOptions
from domain.outcome import LONGEST_RETRY_AFTER

_MOST_MESSAGES = 200
_PREFIX_OF_WORDS = "Unable to create record: "


@dataclass(slots=True)
class Progress:
    """How far one request came, as its trace and its answer tell."""

    was_written: bool = False
    status: int | None = None
    retry_after: timedelta | None = None


_PROGRESS: ContextVar[Progress] = ContextVar("progress")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    sid: str
    body: str
    direction: str
    status: str
    created_at: datetime


class Asked(Exception):
    """Twilio did not say; the words tell why."""


class TwilioApi:
    """The two requests that we make, each within `patience`, and neither ever repeated."""

    def __init__(self, options: TwilioOptions) -> None:
        self._options = options
        self._client: Any = None

    async def open(self) -> None:
        logging.getLogger("twilio").setLevel(logging.WARNING)  # else it logs who is told what
        user, password = self._options.credentials
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(_note_written)
        trace.on_connection_reuseconn.append(_note_written)
        self._client = Client(
            user,
            password,
            self._options.account_sid,
            http_client=_HttpClient(trace_configs=[trace]),
            environment={"": ""},  # none of ours: a region there would change the base URL
        )
        self._client.api.base_url = self._options.base_url

    async def close(self) -> None:
        if self._client is not None:
            await self._client.http_client.close()

    async def create(self, *, to: str, body: str, status_callback: str | None) -> str | Refusal:
        """The message's SID, or why there is none. Raises nothing but cancellation."""
        progress = Progress()
        _PROGRESS.set(progress)
        extra = {} if status_callback is None else {"status_callback": status_callback}
        try:
            async with asyncio.timeout(self._options.patience.total_seconds()):
                message = await self._client.messages.create_async(
                    to=to, body=body, **self._options.originator, **extra
                )
        except TwilioRestException as error:
            return _refused(progress, error.code, str(error.msg).removeprefix(_PREFIX_OF_WORDS))
        except TwilioServiceException as error:
            return _refused(progress, error.code, f"{error.title} {error.detail or ''}".strip())
        except Exception as error:  # noqa: BLE001 - whatever it is, no answer can be read
            return Refusal(words=type(error).__name__, was_written=progress.was_written)
        if not isinstance(message.sid, str) or not message.sid:
            return Refusal(words="an answer without a SID")
        return message.sid

    async def messages(self, *, to: str, since: datetime) -> list[SentMessage]:
        """Raises Asked."""
        _PROGRESS.set(Progress())
        try:
            async with asyncio.timeout(self._options.patience.total_seconds()):
                listed = await self._client.messages.list_async(
                    to=to, date_sent_after=since, limit=_MOST_MESSAGES
                )
            return [
                SentMessage(
                    sid=one.sid,
                    body=one.body or "",
                    direction=one.direction or "",
                    status=one.status or "",
                    created_at=one.date_created,
                )
                for one in listed
                if one.sid and one.date_created
            ]
        except Exception as error:  # noqa: BLE001 - whatever it is, it does not say
            raise Asked(type(error).__name__) from None


class _HttpClient(AsyncTwilioHttpClient):  # type: ignore[misc]
    """Sets the header itself, as `auth` is deprecated, and notes what the errors leave out."""

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        allow_redirects: bool = False,
    ) -> Any:
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        response = await super().request(
            method, url, params, data, headers, None, timeout, allow_redirects
        )
        progress = _PROGRESS.get()
        progress.status = response.status_code
        progress.retry_after = _seconds(response.headers.get("Retry-After", ""))
        return response


async def _note_written(*_: object) -> None:
    """With a connection in hand the request is as good as written."""
    _PROGRESS.get().was_written = True


def _refused(progress: Progress, code: object, words: str) -> Refusal:
    number = int(code) if isinstance(code, int | str) and str(code).isdecimal() else None
    said = f"{progress.status} {words}" if number == progress.status else f"{code} {words}"
    return Refusal(
        status=progress.status, code=number, words=said, retry_after=progress.retry_after
    )


def _seconds(text: str) -> timedelta | None:
    if not (text.isascii() and text.isdecimal()):
        return None
    longest = int(LONGEST_RETRY_AFTER.total_seconds())
    return timedelta(seconds=min(int(text[:12]), longest))

"""How is the API served: beside the lanes, or by a process of its own?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from starlette.routing import BaseRoute

from entrypoints.api.app import api
from entrypoints.api.asyncapi import USUAL, Topics
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.installed import installed
from entrypoints.production_settings import ProductionSettings
from entrypoints.sending import missing
from entrypoints.serving import listen, serve
from entrypoints.settings import Settings, SmsProvider


def listen_for_api(settings: Settings) -> socket.socket | None:
    """None if there is to be none. Raises CannotBeDone."""
    if settings.api_port == 0:
        return None
    return listen(settings.api_host, settings.api_port, setting="API_PORT")


async def serve_api(
    settings: Settings, tidings: Tidings, listening: socket.socket, stopping: asyncio.Event
) -> None:
    topics = USUAL
    if isinstance(settings, ProductionSettings):
        topics = Topics(settings.kafka_topic, settings.kafka_dlq_topic)
    beside = _callbacks(settings, tidings)
    app = api(tidings, needs_keys=settings.needs_keys, topics=topics, beside=beside)
    await serve(app, listening, stopping)


def _callbacks(settings: Settings, tidings: Tidings) -> Sequence[BaseRoute]:
    """Where Twilio was told to send its later word to."""
    if settings.sms_provider is not SmsProvider.TWILIO or missing(settings, "sms"):
        return ()
    with installed():
        from entrypoints.api.callbacks import twilio_route
        from entrypoints.providers import twilio_callbacks
    callbacks = twilio_callbacks(settings)
    return () if callbacks is None else (twilio_route(callbacks, tidings),)


async def serve_api_alone(
    settings: Settings, listening: socket.socket, stopping: asyncio.Event
) -> None:
    """Over connections of its own."""
    async with open_tidings(settings, Purpose.SERVE) as tidings:
        await serve_api(settings, tidings, listening, stopping)


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

"""How is the API served: beside the lanes, or by a process of its own?"""

from __future__ import annotations

import asyncio
import socket

from entrypoints.api.app import api
from entrypoints.api.asyncapi import USUAL, Topics
from entrypoints.container import Purpose, Tidings, open_tidings
from entrypoints.production_settings import ProductionSettings
from entrypoints.serving import listen, serve
from entrypoints.settings import Settings


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
    app = api(tidings, needs_keys=settings.needs_keys, topics=topics)
    await serve(app, listening, stopping)


async def serve_api_alone(
    settings: Settings, listening: socket.socket, stopping: asyncio.Event
) -> None:
    """Over connections of its own."""
    async with open_tidings(settings, Purpose.SERVE) as tidings:
        await serve_api(settings, tidings, listening, stopping)


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

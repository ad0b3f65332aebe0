"""How is a server without TLS reached by TLS? Through a door that ends it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trustme


@asynccontextmanager
async def tls_door(port: int, certificate: trustme.LeafCert) -> AsyncIterator[int]:
    """The port at which whoever speaks TLS is led on to this one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        beyond, to_beyond = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pour(reader, to_beyond), _pour(beyond, writer))

    door = await asyncio.start_server(lead, "127.0.0.1", ssl=context)
    async with door:
        yield int(door.sockets[0].getsockname()[1])


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()

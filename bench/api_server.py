"""The API over one file with nothing beside it: what its stream alone can take.

python -m bench.api_server FOLDER PORT
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from entrypoints.api.running import listen_for_api, serve_api
from entrypoints.container import Purpose, open_tidings
from entrypoints.load_settings import load_settings
from entrypoints.running import run


async def _serve(folder: Path, port: int) -> None:
    settings = load_settings(tidings_env="embedded", tidings_data=folder, api_port=port)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    listening = listen_for_api(settings)
    assert listening is not None
    async with open_tidings(settings, Purpose.WORK, channels=()) as tidings:
        await serve_api(settings, tidings, listening, stopping)


if __name__ == "__main__":
    run(_serve(Path(sys.argv[1]), int(sys.argv[2])))

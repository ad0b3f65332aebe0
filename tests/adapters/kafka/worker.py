"""What does a worker of a group do, as a process that can be killed?

Reads, writes down, then commits; each line is `read <value>`, on standard output.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from adapters.kafka.event_source import KafkaEventSource
from adapters.kafka.membership import Reader
from adapters.kafka.options import KafkaOptions
from adapters.kafka.start import Earliest
from application.errors import StreamUnavailable
from tests.adapters.kafka.rooms import IMPATIENT


async def work(brokers: str, topic: str, group: str) -> None:
    reader = Reader(topic=topic, group=group, start=Earliest(), patience=IMPATIENT)
    source = KafkaEventSource(KafkaOptions(brokers=brokers), reader)
    await source.open()
    while True:
        try:
            records = await source.poll(limit=5, wait_for=timedelta(milliseconds=200))
            for record in records:
                sys.stdout.write(f"read {(record.value or b'').decode()}\n")
            sys.stdout.flush()
            await source.commit([record.position for record in records])
        except StreamUnavailable as error:
            sys.stderr.write(f"{error}\n")


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))

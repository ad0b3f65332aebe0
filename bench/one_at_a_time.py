"""How fast is the loop that a worker replaces: one event at a time, every step awaited?

    python -m bench.one_at_a_time COUNT [--keeps-connection]

Run as a process of its own, on the settings of its environment. It is what is most often
written first, with the same libraries as the worker, on the same kind of loop and without any
layer between: poll a record, know a repeated one by SET NX, insert its row, count it against
its recipient's rate, build the mail, send it, update the row, commit the offset. As with
nodemailer's plain transport, each mail opens a connection; with the option one is kept.

Prints one JSON object: seconds, CPU seconds, mails sent, and the peak memory in MB.
"""

from __future__ import annotations

import json
import sys
import time
from email.message import EmailMessage
from os import environ
from uuid import uuid4

import aiosmtplib
import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from redis.asyncio import Redis

from bench.machine import peak_megabytes
from entrypoints.running import run

_TABLE = """
    CREATE TABLE IF NOT EXISTS replaced (
        id text PRIMARY KEY, event_id text NOT NULL, channel text NOT NULL,
        recipient text NOT NULL, status text NOT NULL, retries integer NOT NULL DEFAULT 0,
        error text, message text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(), UNIQUE (event_id, channel)
    )"""
_INSERT = """
    INSERT INTO replaced (id, event_id, channel, recipient, status, message)
    VALUES ($1, $2, 'EMAIL', $3, 'PENDING', $4)"""
_UPDATE = "UPDATE replaced SET status = 'SENT', updated_at = now() WHERE id = $1"
_WINDOW, _LIMIT = 60, 10
_DAY = 86_400


async def _loop(count: int, *, keeps_connection: bool) -> dict[str, float]:
    database = await asyncpg.connect(environ["DATABASE_URL"])
    await database.execute(_TABLE)
    redis = Redis(host=environ["REDIS_HOST"], port=int(environ["REDIS_PORT"]))
    host, port = environ["SMTP_HOST"], int(environ["SMTP_PORT"])
    kept = aiosmtplib.SMTP(hostname=host, port=port, start_tls=False)
    if keeps_connection:
        await kept.connect()
    consumer = AIOKafkaConsumer(
        environ["KAFKA_TOPIC"],
        bootstrap_servers=environ["KAFKA_BROKERS"],
        group_id=environ["KAFKA_GROUP_ID"],
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    sent = 0
    began_at, cpu_before = time.perf_counter(), time.process_time()
    while sent < count:
        record = await consumer.getone()
        event = json.loads(record.value)
        event_id, to = event["eventId"], event["payload"]["email"]
        if not await redis.set(f"replaced:seen:{event_id}", 1, nx=True, ex=_DAY):
            continue
        id_ = str(uuid4())
        await database.execute(_INSERT, id_, event_id, to, event["payload"]["message"])
        begun = await redis.incr(f"replaced:rate:{to}")
        if begun == 1:
            await redis.expire(f"replaced:rate:{to}", _WINDOW)
        if begun > _LIMIT:
            continue
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "no-reply@tidings.test", to, "Welcome"
        mail.set_content(event["payload"]["message"])
        if keeps_connection:
            await kept.send_message(mail)
        else:
            await aiosmtplib.send(mail, hostname=host, port=port, start_tls=False)
        await database.execute(_UPDATE, id_)
        await consumer.commit({TopicPartition(record.topic, record.partition): record.offset + 1})
        sent += 1
    seconds, cpu = time.perf_counter() - began_at, time.process_time() - cpu_before
    await consumer.stop()
    await redis.aclose()
    await database.close()
    kept.close()
    peak = peak_megabytes()
    return {"seconds": seconds, "cpu": cpu, "sent": sent, "megabytes": peak}


if __name__ == "__main__":
    print(json.dumps(run(_loop(int(sys.argv[1]), keeps_connection=len(sys.argv) > 2))))

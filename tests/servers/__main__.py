"""How does somebody without Docker get the servers that the production assembly needs?

`python -m tests.servers` starts them from packages, prints their settings as lines of an `.env`,
says which mails come, and ends them on Ctrl-C. Nothing is kept.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes, policy

from tests.servers.kafka import KafkaServer
from tests.servers.kafka_program import CannotStart
from tests.servers.postgres import PostgresServer, ServerMissing
from tests.servers.smtp import Received, SmtpServer
from tests.servers.valkey import ValkeyMissing, ValkeyServer

_STOPS = (signal.SIGINT, signal.SIGTERM)
_NEXT = """
With these lines in .env, or in the environment:
    tidings topics && tidings migrate
    tidings worker --channel email      and in another terminal:  tidings worker --channel sms
    tidings publish signup --email ada@example.com --message "Welcome!"
Ctrl-C ends the servers, and what they hold is gone."""


def main() -> int:
    try:
        with ExitStack() as running:
            with _undisturbed():
                lines = list(_start(running))
            asyncio.run(_serve_mail(lines))
    except (CannotStart, ServerMissing, ValkeyMissing) as reason:
        _say(f"Not started: {reason}")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits until all is started; a server begun in here never hears of it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


def _start(running: ExitStack) -> Iterator[str]:
    yield "TIDINGS_ENV=production"
    _say("PostgreSQL ...")
    postgres = PostgresServer.start()
    running.callback(postgres.stop)
    yield f"DATABASE_URL={postgres.url}"
    _say("Valkey ...")
    valkey = ValkeyServer.start()
    running.callback(valkey.stop)
    yield from ("REDIS_HOST=127.0.0.1", f"REDIS_PORT={valkey.port}")
    _say("Kafka ... (fetched the first time)")
    kafka = KafkaServer.start()
    running.callback(kafka.stop)
    yield f"KAFKA_BROKERS={kafka.brokers}"


async def _serve_mail(lines: list[str]) -> None:
    stopped = asyncio.Event()
    for each in _STOPS:
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    relay = await SmtpServer(tell=_tell_of).start()
    own = ("EMAIL_PROVIDER=smtp", f"SMTP_HOST={relay.host}", f"SMTP_PORT={relay.port}")
    print("\n".join([*lines, *own, "SMS_PROVIDER=outbox"]), flush=True)  # noqa: T201
    _say(_NEXT)
    await stopped.wait()
    await relay.stop()


def _tell_of(mail: Received) -> None:
    message = message_from_bytes(mail.message, policy=policy.default)
    _say(f"mail for {mail.rcpt}: {message['Subject']}")


def _say(words: str) -> None:
    """Beside the settings, so that those alone can be written to a file."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())

"""What do the library's errors mean, and what can a person do about each?"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka import errors as kafka

from application.errors import StreamUnavailable

#: Those that say that the group has moved on meanwhile: normal around a rebalance.
MOVED_ON = (
    kafka.CommitFailedError,
    kafka.IllegalStateError,
    kafka.IllegalGenerationError,
    kafka.UnknownMemberIdError,
    kafka.RebalanceInProgressError,
)

#: Kafka itself is away, and may come. One that has just come back may name no broker at all.
_AWAY = (
    kafka.KafkaConnectionError,
    kafka.NodeNotReadyError,
    kafka.StaleMetadata,
    kafka.RequestTimedOutError,
    TimeoutError,
    kafka.KafkaTimeoutError,
    OSError,
)

#: The first row that fits stands.
_FIXES: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    (
        (kafka.UnknownTopicOrPartitionError,),
        "the topic does not exist",
        "make it with `tidings topics`, or name another",
    ),
    (
        (kafka.TopicAuthorizationFailedError,),
        "Kafka does not let this user at the topic",
        "grant it there, or name another user",
    ),
    (
        (kafka.GroupAuthorizationFailedError,),
        "Kafka does not let this user into the group",
        "grant it there, or name another user or group",
    ),
    (
        (
            kafka.AuthenticationFailedError,
            kafka.SaslAuthenticationFailed,
            kafka.UnsupportedSaslMechanismError,
            kafka.IllegalSaslStateError,
        ),
        "Kafka refuses the user, the password or the SASL mechanism",
        "give those that the broker knows",
    ),
    (
        (kafka.MessageSizeTooLargeError, kafka.RecordTooLargeError),
        "a value is larger than Kafka takes",
        "make it smaller, or raise max.message.bytes of the topic",
    ),
    (
        (ssl.SSLError,),
        "there is no TLS with Kafka",
        "name the authority that signed the broker's certificate, and the broker as it does",
    ),
    (
        _AWAY,
        "Kafka does not answer",
        "start it, or name brokers that can be reached, with the protocol that they speak",
    ),
)


def unavailable(error: BaseException) -> StreamUnavailable:
    """With the library's words, which hold no event."""
    words = str(error) or type(error).__name__
    for kinds, problem, fix in _FIXES:
        if isinstance(error, kinds):
            return StreamUnavailable(f"{problem} ({words})", fix=fix, may_pass=kinds is _AWAY)
    return StreamUnavailable(
        f"Kafka: {words}",
        fix="see Kafka's documentation and its log",
        may_pass=bool(getattr(error, "retriable", False)),
    )


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except (kafka.KafkaError, OSError, TimeoutError) as error:
        raise unavailable(error) from error

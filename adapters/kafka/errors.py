"""What do the library's errors mean, and what can a person do about each?"""

from __future__ import annotations

import re
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

#: As the library shows its own object.
_CONNECTION = re.compile(r"<AIOKafkaConnection [^>]*>")

#: The first row that fits stands.
_FIXES: tuple[tuple[tuple[type[BaseException], ...], str, str], ...] = (
    (
        (kafka.UnknownTopicOrPartitionError,),
        "the topic does not exist",
        "make it with `tidings topics`, or name another in KAFKA_TOPIC or KAFKA_DLQ_TOPIC",
    ),
    (
        (kafka.TopicAuthorizationFailedError,),
        "Kafka does not let this user at the topic",
        "grant it there, or name another KAFKA_SASL_USERNAME",
    ),
    (
        (kafka.GroupAuthorizationFailedError,),
        "Kafka does not let this user into the group",
        "grant it there, or name another KAFKA_SASL_USERNAME or KAFKA_GROUP_ID",
    ),
    (
        (
            kafka.AuthenticationFailedError,
            kafka.SaslAuthenticationFailed,
            kafka.UnsupportedSaslMechanismError,
            kafka.IllegalSaslStateError,
        ),
        "Kafka refuses the user, the password or the SASL mechanism",
        "set KAFKA_SASL_USERNAME, …_PASSWORD and …_MECHANISM to those that the broker knows",
    ),
    (
        (kafka.MessageSizeTooLargeError, kafka.RecordTooLargeError),
        "a value is larger than Kafka takes",
        "make it smaller, or raise max.message.bytes of the topic",
    ),
    (
        (ssl.SSLError,),
        "there is no TLS with Kafka",
        "set KAFKA_SSL_CA to its authority, and KAFKA_BROKERS to the names in its certificate",
    ),
    (
        _AWAY,
        "Kafka does not answer",
        "start it, or set the right KAFKA_BROKERS and KAFKA_SECURITY_PROTOCOL",
    ),
)


def unavailable(error: BaseException) -> StreamUnavailable:
    """With the library's words, which hold no event."""
    words = _CONNECTION.sub("", str(error)).rstrip(": ") or type(error).__name__
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

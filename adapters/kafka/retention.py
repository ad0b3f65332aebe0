"""How long does a topic keep what was published?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from adapters.kafka.options import KafkaOptions
from adapters.kafka.topics import administration

_RETENTION = "retention.ms"


async def retention(options: KafkaOptions, topics: Sequence[str]) -> Mapping[str, timedelta | None]:
    """None: for ever. What Kafka will not tell is not named. Raises StreamUnavailable."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
    found: dict[str, timedelta | None] = {}
    async with administration(options) as admin:
        for answer in await admin.describe_configs(asked):
            for code, _, _, topic, entries in (resource[:5] for resource in answer.resources):
                settings = {entry[0]: entry[1] for entry in entries}
                if not code and _RETENTION in settings:
                    found[topic] = _span(int(settings[_RETENTION]))
    return found


def _span(milliseconds: int) -> timedelta | None:
    return None if milliseconds < 0 else timedelta(milliseconds=milliseconds)

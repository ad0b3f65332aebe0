"""At which offset does a group begin, in each partition that it has not read yet?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from adapters.kafka.options import KafkaOptions
from adapters.kafka.start import Earliest, Latest, Since, Start, Successor
from adapters.kafka.topics import administration


async def starting_points(
    start: Start,
    consumer: AIOKafkaConsumer,
    partitions: Collection[TopicPartition],
    options: KafkaOptions,
) -> Mapping[TopicPartition, int]:
    """An offset for each of them."""
    if not partitions:
        return {}
    match start:
        case Earliest():
            found: Mapping[TopicPartition, int] = {}
        case Latest():
            return dict(await consumer.end_offsets(partitions))
        case Since(instant=instant):
            at = round(instant.timestamp() * 1000)
            answers = await consumer.offsets_for_times(dict.fromkeys(partitions, at))
            ends = await consumer.end_offsets(partitions)
            return {tp: answers[tp].offset if answers.get(tp) else ends[tp] for tp in partitions}
        case Successor(group=group):
            async with administration(options) as admin:
                answers = await admin.list_consumer_group_offsets(group)
            found = {tp: place.offset for tp, place in answers.items() if place.offset >= 0}
    beginnings = await consumer.beginning_offsets(partitions)
    return {tp: max(found.get(tp, 0), beginnings[tp]) for tp in partitions}

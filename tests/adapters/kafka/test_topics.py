"""Are the topics made once, and is it said when there is none, or another one than is wanted?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.kafka.options import KafkaOptions
from adapters.kafka.retention import retention
from adapters.kafka.topics import Topic, make_topics
from application.errors import StreamUnavailable
from tests.adapters.kafka.rooms import Room, a_name
from tests.runner import Run, together


@pytest.fixture
def options(kafka_brokers: str) -> KafkaOptions:
    return Room(kafka_brokers).options


class TestTopics:
    def test_are_made_with_the_partitions_that_are_wanted(
        self, options: KafkaOptions, run: Run
    ) -> None:
        events, letters = Topic(name=a_name(), partitions=3), Topic(name=a_name(), partitions=1)
        made = run(make_topics(options, [events, letters]))
        assert [(each.is_new, each.partitions) for each in made] == [(True, 3), (True, 1)]
        assert [each.words for each in made] == [
            f"{events.name}: made, partitions: 3",
            f"{letters.name}: made, partitions: 1",
        ]

    def test_that_are_there_stay_as_they_are_and_it_is_said(
        self, options: KafkaOptions, run: Run
    ) -> None:
        name = a_name()
        run(make_topics(options, [Topic(name=name, partitions=2)]))
        [same] = run(make_topics(options, [Topic(name=name, partitions=2)]))
        assert same.words == f"{name}: was there, partitions: 2"
        [other] = run(make_topics(options, [Topic(name=name, partitions=3)]))
        assert (other.is_new, other.partitions) == (False, 2)
        assert "where 3 are wanted" in other.words

    def test_may_be_made_by_two_at_once(self, options: KafkaOptions, run: Run) -> None:
        topic = Topic(name=a_name(), partitions=3)
        made = run(together(*(make_topics(options, [topic]) for _ in range(2))))
        assert sorted(each.is_new for [each] in made) == [False, True]
        assert {each.partitions for [each] in made} == {3}

    def test_of_an_impossible_name_are_refused(self, options: KafkaOptions, run: Run) -> None:
        with pytest.raises(StreamUnavailable, match="no name/"):
            run(make_topics(options, [Topic(name="no name/", partitions=1)]))


class TestRetention:
    def test_is_what_kafka_says_and_none_of_a_topic_that_is_not_there(
        self, options: KafkaOptions, run: Run
    ) -> None:
        name = a_name()
        run(make_topics(options, [Topic(name=name, partitions=1)]))
        assert run(retention(options, [name, a_name()])) == {name: timedelta(days=7)}


class TestWhoeverFindsNoTopic:
    @pytest.mark.parametrize("who", ["source", "publisher", "dead_letter_topic"])
    def test_is_told_at_once_what_to_do(self, kafka_brokers: str, run: Run, who: str) -> None:
        room = Room(kafka_brokers)
        room.is_made = True
        with pytest.raises(StreamUnavailable, match="tidings topics"):
            run(getattr(room, who)())
        run(room.close())

"""Is Kafka reached in every way that it offers, and is it said what is wrong with a way?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import trustme

from adapters.kafka.event_publisher import KafkaEventPublisher
from adapters.kafka.options import KafkaOptions, Mechanism, Protocol, Security
from application.errors import StreamUnavailable
from tests.adapters.kafka.rooms import Room
from tests.contracts.stream import values
from tests.runner import Run
from tests.servers.kafka import PASSWORD, USER, KafkaServer

PLAIN, SCRAM_256, SCRAM_512 = Mechanism


def security(server: KafkaServer, protocol: Protocol, mechanism: Mechanism = PLAIN) -> Security:
    return Security(
        protocol=protocol,
        mechanism=mechanism,
        user=USER if protocol.uses_sasl else None,
        password=PASSWORD if protocol.uses_sasl else None,
        ca_file=server.authority if protocol.uses_tls else None,
        cert_file=server.client_certificate if protocol is Protocol.SSL else None,
    )


def options(server: KafkaServer, by: Security) -> KafkaOptions:
    return KafkaOptions(
        brokers=server.listener(by.protocol), security=by, answer_within=timedelta(seconds=5)
    )


@pytest.mark.parametrize(
    ("protocol", "mechanism"),
    [
        (Protocol.SSL, PLAIN),
        (Protocol.SASL_PLAINTEXT, SCRAM_256),
        (Protocol.SASL_SSL, PLAIN),
        (Protocol.SASL_SSL, SCRAM_512),
    ],
)
def test_events_go_there_and_come_back(
    kafka_server: KafkaServer, run: Run, protocol: Protocol, mechanism: Mechanism
) -> None:
    room = Room(kafka_server.brokers)
    run(room.make())
    room.options = options(kafka_server, security(kafka_server, protocol, mechanism))
    publisher, source = run(room.publisher()), run(room.source())
    run(publisher.publish([b"a", b"b"]))
    polled = run(source.poll(limit=9, wait_for=timedelta()))
    run(source.commit([record.position for record in polled]))
    assert values(list(polled)) == [b"a", b"b"]
    assert run(source.lag()) == 0
    run(room.close())


class TestWhatIsWrong:
    @staticmethod
    def words(by: KafkaOptions, run: Run) -> str:
        publisher = KafkaEventPublisher(by, "notifications")
        with pytest.raises(StreamUnavailable) as refused:
            run(publisher.open())
        run(publisher.close())
        return str(refused.value)

    @pytest.mark.parametrize("mechanism", [PLAIN, SCRAM_256])
    def test_a_password(self, kafka_server: KafkaServer, run: Run, mechanism: Mechanism) -> None:
        right = security(kafka_server, Protocol.SASL_SSL, mechanism)
        words = self.words(options(kafka_server, replace(right, password="wrong-one")), run)
        assert "password" in words
        assert "wrong-one" not in words

    def test_an_authority_that_did_not_sign(
        self, kafka_server: KafkaServer, run: Run, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        other = tmp_path_factory.mktemp("authority") / "other.pem"
        trustme.CA().cert_pem.write_to_path(other)
        right = security(kafka_server, Protocol.SASL_SSL)
        words = self.words(options(kafka_server, replace(right, ca_file=other)), run)
        assert "CERTIFICATE_VERIFY_FAILED" in words

    def test_another_host_than_the_certificate_names(
        self, kafka_server: KafkaServer, run: Run
    ) -> None:
        right = options(kafka_server, security(kafka_server, Protocol.SASL_SSL))
        elsewhere = right.brokers.replace("localhost", "127.0.0.1")
        assert "CERTIFICATE_VERIFY_FAILED" in self.words(replace(right, brokers=elsewhere), run)

    def test_a_file_that_is_not_there(self, kafka_server: KafkaServer, run: Run) -> None:
        right = security(kafka_server, Protocol.SASL_SSL)
        missing = kafka_server.authority.with_name("none.pem")
        words = self.words(options(kafka_server, replace(right, ca_file=missing)), run)
        assert str(missing) in words

    def test_brokers_that_do_not_answer(self, run: Run) -> None:
        words = self.words(KafkaOptions(brokers="localhost:1"), run)
        assert "Kafka does not answer" in words


class TestSecurity:
    def test_never_prints_the_password(self) -> None:
        security = Security(protocol=Protocol.SASL_SSL, user="ada", password="not-a-secret")
        assert "not-a-secret" not in repr(KafkaOptions(brokers="x:9092", security=security))

    @pytest.mark.parametrize("protocol", [Protocol.SASL_PLAINTEXT, Protocol.SASL_SSL])
    def test_wants_a_user_where_one_is_asked_for(self, protocol: Protocol) -> None:
        with pytest.raises(ValueError, match="wants a user and a password"):
            Security(protocol=protocol)

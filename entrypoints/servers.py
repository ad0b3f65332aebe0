"""Where are the servers of the production assembly, as its settings say?"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.kafka.options import KafkaOptions, Security
from adapters.kafka.start import Start, parse_start
from adapters.postgres.options import PostgresOptions
from adapters.redis.options import RedisOptions
from application.errors import StreamUnavailable
from entrypoints.production_settings import ProductionSettings


def kafka_options(settings: ProductionSettings) -> KafkaOptions:
    """Raises ValueError."""
    security = Security(
        protocol=settings.kafka_security_protocol,
        mechanism=settings.kafka_sasl_mechanism,
        user=settings.kafka_sasl_username or None,
        password=settings.kafka_sasl_password.get_secret_value() or None,
        ca_file=settings.kafka_ssl_ca,
        cert_file=settings.kafka_ssl_cert,
        key_file=settings.kafka_ssl_key,
    )
    return KafkaOptions(brokers=settings.kafka_brokers, security=security)


def group_of(settings: ProductionSettings, channel: str) -> str:
    return f"{settings.kafka_group_id}-{channel}"


def start_of(settings: ProductionSettings, channel: str) -> Start:
    return parse_start(settings.kafka_start.replace("{channel}", channel))


def postgres_options(settings: ProductionSettings) -> PostgresOptions:
    return PostgresOptions(
        url=settings.database_url.get_secret_value(),
        connections=settings.database_connections,
        pgbouncer=settings.database_pgbouncer,
    )


def redis_options(settings: ProductionSettings) -> RedisOptions:
    """Raises ValueError."""
    return RedisOptions(
        host=settings.redis_host,
        port=settings.redis_port,
        db=settings.redis_db,
        username=settings.redis_username or None,
        password=settings.redis_password.get_secret_value() or None,
        tls=settings.redis_tls,
        ca_file=settings.redis_ca,
        cluster=settings.redis_cluster,
        prefix=settings.redis_prefix,
    )


def contradictions_about_servers(settings: ProductionSettings) -> Iterator[tuple[str, str]]:
    try:
        kafka_options(settings).security.check_files()
    except ValueError as error:
        yield "KAFKA_SASL_…", str(error)
    except StreamUnavailable as error:
        yield "KAFKA_SSL_…", str(error)
    if settings.kafka_dlq_topic == settings.kafka_topic:
        yield "KAFKA_DLQ_TOPIC", "the same as KAFKA_TOPIC; name another"
    try:
        redis_options(settings).check_files()
    except ValueError as error:
        yield "REDIS_CLUSTER", str(error)
    except OSError as error:
        yield "REDIS_CA", f"a PEM file of certificates is wanted ({error.strerror or 'it is none'})"

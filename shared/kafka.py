"""How do we speak to Kafka? The only place for client settings."""

from __future__ import annotations

import ssl
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.helpers import create_ssl_context

from shared.header_names import read_any_header_name
from shared.settings import KafkaSettings
from shared.topics import LARGEST_DEAD_LETTER, LARGEST_RECORD

SESSION_MS = 10_000
"""A killed member's partitions move on after this; a frozen one is put out."""
REBALANCE_MS = 20_000
METADATA_MS = 10_000
"""A topic that was not there yet, or has more partitions now, is noticed after this; the 5 minutes
of aiokafka would be a member that stands idle before waiting tickets."""
REQUEST_MS = REBALANCE_MS + 20_000
"""Also bounds JoinGroup: shorter than a rebalance, members would re-send it for ever."""


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """Address and credentials, as every aiokafka client takes them."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_security_protocol.endswith("SSL"):
        options["ssl_context"] = _ssl_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        if settings.kafka_sasl_username is None or settings.kafka_sasl_password_file is None:
            message = "SASL needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD_FILE"
            raise ValueError(message)
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_sasl_username,
            "sasl_plain_password": settings.kafka_sasl_password_file.read_text().strip(),
        }
    return options


def _ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    context: ssl.SSLContext = create_ssl_context(
        cafile=str(settings.kafka_ca_file) if settings.kafka_ca_file else None,
    )
    return context


def make_producer(settings: KafkaSettings, client_id: str) -> AIOKafkaProducer:
    """A producer that acknowledges only what all replicas have, and keeps order."""
    return AIOKafkaProducer(
        **connection(settings),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        max_request_size=LARGEST_DEAD_LETTER,
        max_batch_size=256 * 1024,
        linger_ms=0,
        request_timeout_ms=REQUEST_MS,
    )


def make_consumer(
    settings: KafkaSettings,
    client_id: str,
    group_id: str | None,
) -> AIOKafkaConsumer:
    """A consumer that commits only when told to, and starts at the beginning."""
    read_any_header_name()
    return AIOKafkaConsumer(
        **connection(settings),
        client_id=client_id,
        group_id=group_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=SESSION_MS // 5,
        rebalance_timeout_ms=REBALANCE_MS,
        request_timeout_ms=REQUEST_MS,
        metadata_max_age_ms=METADATA_MS,
        max_poll_interval_ms=300_000,
        max_partition_fetch_bytes=LARGEST_RECORD,
    )


def make_admin(settings: KafkaSettings) -> AIOKafkaAdminClient:
    return AIOKafkaAdminClient(**connection(settings), client_id="triage-admin")

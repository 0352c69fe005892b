"""How do we speak to Kafka? The only place for client settings."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any, TypeAlias

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import create_conn
from aiokafka.errors import (
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.helpers import create_ssl_context

from shared.failures import Refused
from shared.header_names import read_any_header_name
from shared.settings import KafkaSettings, read_secret
from shared.topics import LARGEST_DEAD_LETTER, LARGEST_RECORD

Client: TypeAlias = AIOKafkaConsumer | AIOKafkaProducer | AIOKafkaAdminClient
SESSION_MS = 10_000
"""A killed member's partitions move on after this; a frozen one is put out."""
REBALANCE_MS = 20_000
METADATA_MS = 10_000
"""A topic that was not there yet, or has more partitions now, is noticed after this; the 5 minutes
of aiokafka would be a member that stands idle before waiting tickets."""
REQUEST_MS = REBALANCE_MS + 20_000
"""Also bounds JoinGroup: shorter than a rebalance, members would re-send it for ever."""
WAIT_MS = 500
"""How long the broker may keep a fetch open while there is nothing."""
MOST_FETCHED = 16 * 1024 * 1024
ASK_MS = 5_000
"""How long a server may take to say why it does not take us."""


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """Address and credentials, as every aiokafka client takes them; raises Refused."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap_servers,
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_security_protocol.endswith("SSL"):
        options["ssl_context"] = _ssl_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        assert settings.kafka_sasl_password_file is not None  # the settings see to it
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_sasl_username,
            "sasl_plain_password": read_secret(settings.kafka_sasl_password_file),
        }
    return options


def _ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    try:
        context: ssl.SSLContext = create_ssl_context(cafile=_path(settings.kafka_ca_file))
    except ssl.SSLError:
        raise Refused(f"KAFKA_CA_FILE: {settings.kafka_ca_file} holds no certificate") from None
    certificate, key = settings.kafka_certificate_file, settings.kafka_key_file
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key)
        except ssl.SSLError:
            raise Refused(
                f"KAFKA_CERTIFICATE_FILE, KAFKA_KEY_FILE: {certificate} and {key}"
                " are no certificate and its key"
            ) from None
    return context


def _path(file: Path | None) -> str | None:
    return str(file) if file is not None else None


async def why_refused(client: Client) -> str | None:
    """Which setting Kafka refuses a client for that could not start; None where it is away."""
    network = _network(client)
    protocol = network._security_protocol  # noqa: SLF001
    if not protocol.endswith("SSL"):
        why = await _why_not_in_plain_text(network)
        if why or protocol == "PLAINTEXT":
            return why
    for host, port, _family in network.hosts:
        try:
            connection = await create_conn(
                host,
                port,
                request_timeout_ms=ASK_MS,
                ssl_context=network._ssl_context,  # noqa: SLF001
                security_protocol=network._security_protocol,  # noqa: SLF001
                sasl_mechanism=network._sasl_mechanism,  # noqa: SLF001
                sasl_plain_username=network._sasl_plain_username,  # noqa: SLF001
                sasl_plain_password=network._sasl_plain_password,  # noqa: SLF001
            )
        except (TimeoutError, KafkaError, OSError) as error:
            if why := _wrong_setting(error, f"{host}:{port}", network):
                return why
        else:
            connection.close()
            return None
    return None


async def _why_not_in_plain_text(network: AIOKafkaClient) -> str | None:
    """A server that speaks TLS says nothing to who does not: so we ask it whether it does."""
    asks = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asks.check_hostname, asks.verify_mode = False, ssl.CERT_NONE
    for host, port, _family in network.hosts:
        try:
            async with asyncio.timeout(ASK_MS / 1000):
                _, writer = await asyncio.open_connection(host, port, ssl=asks)
        except (TimeoutError, OSError):  # away, or no TLS; ssl.SSLError is an OSError
            continue
        writer.transport.abort()
        return f"KAFKA_SECURITY_PROTOCOL: {host}:{port} speaks TLS, and we do not"
    return None


def _network(client: Client) -> AIOKafkaClient:
    return client.client if isinstance(client, AIOKafkaProducer) else client._client  # noqa: SLF001


def _wrong_setting(error: BaseException, server: str, network: AIOKafkaClient) -> str | None:
    match error:
        case SaslAuthenticationFailed():
            user = network._sasl_plain_username  # noqa: SLF001
            return (
                f"KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD_FILE: {server} knows no {user}"
                " with this password"
            )
        case UnsupportedSaslMechanismError():
            mechanism = network._sasl_mechanism  # noqa: SLF001
            return f"KAFKA_SASL_MECHANISM: {server} does not speak {mechanism}"
        case ssl.SSLCertVerificationError():
            return f"KAFKA_CA_FILE: the certificate of {server} is not good: {error.verify_message}"
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER" | "RECORD_LAYER_FAILURE"):
            return f"KAFKA_SECURITY_PROTOCOL: {server} does not speak TLS"
        case _:
            return None


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
    *,
    gather_ms: int = 0,
    most_bytes: int = MOST_FETCHED,
) -> AIOKafkaConsumer:
    """A consumer that commits only when told to, and starts at the beginning.

    `gather_ms`: how long the broker gathers records for an answer, for readers of many topics
    to whom each costs much. `most_bytes`: of one answer, though at least one record.
    """
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
        max_partition_fetch_bytes=min(LARGEST_RECORD, most_bytes),
        fetch_max_bytes=most_bytes,
        fetch_min_bytes=most_bytes if gather_ms else 1,
        fetch_max_wait_ms=gather_ms or WAIT_MS,
    )


def make_admin(settings: KafkaSettings) -> AIOKafkaAdminClient:
    return AIOKafkaAdminClient(**connection(settings), client_id="triage-admin")

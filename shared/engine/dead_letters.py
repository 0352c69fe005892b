"""What is kept of a record that can't be accepted? Its bytes, redacted, with origin and reason."""

from __future__ import annotations

from shared.envelope import Outgoing, Record
from shared.failures import Permanent
from shared.redaction import redact_bytes
from shared.topics import Reader, Topic

KEPT_BYTES = 256 * 1024
"""More than any acceptable submission; what is larger can't be replayed, only looked at."""
ORIGIN_HEADERS = frozenset(
    {
        "dlq-topic",
        "dlq-partition",
        "dlq-offset",
        "dlq-timestamp",
        "dlq-reason",
        "dlq-detail",
        "dlq-attempts",
        "dlq-stage",
        "dlq-truncated",
        "kafka_dlt-original-topic",
    }
)


def parked(
    record: Record,
    failure: Permanent,
    *,
    source: Topic,
    reader: Reader,
    namespace: str,
    attempts: int = 1,
) -> Outgoing:
    """The dead letter of a record: key, redacted value and headers kept, origin and reason added.

    Headers whose value is not text are kept as they came, so that the record can be examined.
    """
    value = record.value
    headers = [
        (name, redact_bytes(bytes(kept)))
        for name, kept in record.headers
        if name not in ORIGIN_HEADERS and kept is not None
    ]
    if value is not None and len(value) > KEPT_BYTES:
        headers.append(("dlq-truncated", str(len(value)).encode()))
        value = value[:KEPT_BYTES]
    origin = {
        "dlq-topic": record.topic,
        "dlq-partition": str(record.partition),
        "dlq-offset": str(record.offset),
        "dlq-timestamp": str(record.timestamp),
        "dlq-reason": failure.reason,
        "dlq-detail": failure.detail,
        "dlq-attempts": str(attempts + _earlier_attempts(record)),
        "dlq-stage": reader.value,
        "kafka_dlt-original-topic": record.topic,
    }
    headers += [(name, text.encode()) for name, text in origin.items()]
    return Outgoing(
        source.dead_letters(namespace, reader),
        record.key,
        None if value is None else redact_bytes(value),
        tuple(headers),
        id=f"{record.topic}/{record.partition}/{record.offset}",
    )


def _earlier_attempts(record: Record) -> int:
    """How often a replayed dead letter had been tried before it came back."""
    for name, value in record.headers:
        if name == "dlq-attempts" and value is not None and bytes(value).isdigit():
            return int(value)
    return 0

"""How is one ticket one trace, over every hop and every batch?

The trace's id is the ticket's, so that no stage has to remember one: `encode` puts it into the
headers, whichever way the ticket came (`shared.ids.traceparent_of`). Where a collector is named,
each record gets a span of its own, batched or not, and what it causes carries that span on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry import context, trace
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.envelope import Outgoing, Record

HEADER = "traceparent"
FLUSH_MS = 2000
_PROPAGATOR = TraceContextTextMapPropagator()
_wanted: ContextVar[int | None] = ContextVar("wanted_trace_id", default=None)


def configure_tracing(service: str) -> None:
    """Send spans to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names, if it does.

    The SDK's own settings hold (`OTEL_*`). Without a collector nothing of it is even loaded.
    """
    if not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    from shared.trace_ids import TicketIds  # noqa: PLC0415

    provider = TracerProvider(
        resource=Resource.create({"service.name": f"triage-{service}"}),
        id_generator=TicketIds(wanted_trace_id),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def end_tracing() -> None:
    """Let go of what is still to be sent, within bounds: an end is never held up for it."""
    flush = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush is not None:
        flush(FLUSH_MS)


def is_collected() -> bool:
    """Whether anybody collects spans."""
    return not isinstance(trace.get_tracer("triage"), trace.ProxyTracer)


@dataclass(frozen=True, slots=True)
class Hop:
    """The span around a record, or a request, and what it causes; empty where nobody collects."""

    span: Span

    @classmethod
    def begin(
        cls,
        name: str,
        arrived: str | None,
        causes: Sequence[Outgoing],
        *,
        kind: SpanKind = SpanKind.CONSUMER,
        began_ns: int | None = None,
        attributes: dict[str, str | int] | None = None,
    ) -> Hop:
        """`arrived`: the traceparent that came with it; `causes`: what it makes us write.

        Within the ticket's trace what arrived is the parent; of a stranger's trace it is a link,
        so that no sender decides which trace a ticket belongs to.
        """
        if not is_collected():
            return cls(trace.INVALID_SPAN)
        came = context_of(arrived)
        own = next((c for c in (_carried_by(record) for record in causes) if c.is_valid), came)
        same = came.is_valid and came.trace_id == own.trace_id
        asked = _wanted.set(own.trace_id if own.is_valid else None)
        try:
            span = trace.get_tracer("triage").start_span(
                name,
                context=trace.set_span_in_context(NonRecordingSpan(came), context.Context())
                if same
                else context.Context(),
                kind=kind,
                links=[Link(came)] if came.is_valid and not same else None,
                start_time=began_ns,
                attributes=attributes,
            )
        finally:
            _wanted.reset(asked)
        return cls(span)

    def carry(self, records: Iterable[Outgoing]) -> tuple[Outgoing, ...]:
        """The records with this span as their parent; as they were where nobody collects."""
        if not self.span.is_recording():
            return tuple(records)
        own = self.span.get_span_context()
        value = f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}".encode()
        return tuple(
            record._replace(
                headers=(*((k, v) for k, v in record.headers if k != HEADER), (HEADER, value)),
            )
            for record in records
        )

    def end(self) -> None:
        """What was caused is written."""
        self.span.end()


def wanted_trace_id() -> int | None:
    """The trace that the span being started must belong to, where there is a ticket."""
    return _wanted.get()


def where(record: Record, group: str) -> dict[str, str | int]:
    """A record's place, in the words of OpenTelemetry's conventions for messaging."""
    return {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": record.topic,
        "messaging.destination.partition.id": str(record.partition),
        "messaging.kafka.offset": record.offset,
        "messaging.consumer.group.name": group,
    }


def now_ns() -> int:
    return time.time_ns()


def context_of(traceparent: str | None) -> SpanContext:
    """A W3C traceparent as a context; an invalid one where it is none."""
    if not traceparent:
        return SpanContext(0, 0, is_remote=True, trace_flags=TraceFlags(0))
    found = _PROPAGATOR.extract({HEADER: traceparent}, context.Context())
    return trace.get_current_span(found).get_span_context()


def _carried_by(record: Outgoing) -> SpanContext:
    value = next((value for name, value in record.headers if name == HEADER), b"")
    return context_of(value.decode("ascii", "ignore"))

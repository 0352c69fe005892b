"""One ticket is one trace: over hops, in batches, and whatever a stranger's headers say."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.envelope import Outgoing, encode
from shared.trace_ids import TicketIds
from shared.tracing import HEADER, Hop, context_of, wanted_trace_id
from tests.support import builders as some

TRACE = some.TICKET.int
STRANGER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def an_outgoing(ticket: object = some.TICKET, traceparent: str | None = None) -> Outgoing:
    return encode(
        "support.tickets.submitted.v1",
        some.a_submitted(),
        event_id=str(uuid4()),
        source="/test",
        time=some.NOW,
        subject=str(ticket),
        traceparent=traceparent,
    )


def header(record: Outgoing) -> str:
    (value,) = [value.decode() for name, value in record.headers if name == HEADER]
    return value


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Spans of this test, as a collector would get them."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(id_generator=TicketIds(wanted_trace_id))
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield exporter
    provider.shutdown()


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in exporter.get_finished_spans()}


def test_an_event_about_a_ticket_carries_the_tickets_trace() -> None:
    assert context_of(header(an_outgoing())).trace_id == TRACE
    assert HEADER not in dict(an_outgoing(ticket="LIC-1001").headers)
    given = an_outgoing(traceparent=STRANGER)
    assert header(given) == STRANGER


def test_where_nobody_collects_nothing_changes() -> None:
    record = an_outgoing()
    hop = Hop.begin("stage", header(record), [record])
    assert hop.carry([record]) == (record,)
    hop.end()


def test_hops_hang_together_and_the_tickets_id_is_the_traces(
    collected: InMemorySpanExporter,
) -> None:
    first = Hop.begin("intake", None, [an_outgoing()])
    (carried,) = first.carry([an_outgoing()])
    first.end()
    second = Hop.begin("classifier", header(carried), [an_outgoing()])
    (passed_on,) = second.carry([an_outgoing()])
    second.end()
    spans = by_name(collected)
    assert {span.context.trace_id for span in spans.values() if span.context} == {TRACE}
    assert spans["intake"].parent is None
    parent, context = spans["classifier"].parent, spans["intake"].context
    assert parent is not None
    assert context is not None
    assert parent.span_id == context.span_id
    assert context_of(header(passed_on)).span_id != context_of(header(carried)).span_id


def test_tickets_of_one_batch_keep_their_own_traces(collected: InMemorySpanExporter) -> None:
    tickets = [uuid4() for _ in range(3)]
    hops = [Hop.begin(f"stage {t}", header(an_outgoing(t)), [an_outgoing(t)]) for t in tickets]
    carried = [hop.carry([an_outgoing(t)])[0] for hop, t in zip(hops, tickets, strict=True)]
    for hop in hops:
        hop.end()
    assert [context_of(header(record)).trace_id for record in carried] == [t.int for t in tickets]
    found = {span.context.trace_id for span in collected.get_finished_spans() if span.context}
    assert found == {t.int for t in tickets}


def test_a_strangers_trace_is_linked_and_never_taken_over(
    collected: InMemorySpanExporter,
) -> None:
    hop = Hop.begin("intake", STRANGER, [an_outgoing()])
    (carried,) = hop.carry([an_outgoing()])
    hop.end()
    (span,) = collected.get_finished_spans()
    assert context_of(header(carried)).trace_id == TRACE
    assert span.parent is None
    assert [link.context.trace_id for link in span.links] == [context_of(STRANGER).trace_id]


@pytest.mark.parametrize("broken", ["", "00-zz-00-01", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_a_broken_context_is_none(collected: InMemorySpanExporter, broken: str) -> None:
    Hop.begin("intake", broken, [an_outgoing()]).end()
    (span,) = collected.get_finished_spans()
    assert span.parent is None
    assert list(span.links) == []


def test_what_causes_nothing_is_still_a_hop_of_its_trace(collected: InMemorySpanExporter) -> None:
    Hop.begin("second look", header(an_outgoing()), []).end()
    (span,) = collected.get_finished_spans()
    assert span.context is not None
    assert span.context.trace_id == TRACE

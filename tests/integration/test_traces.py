"""One ticket is one trace, from intake's answer to its queue, as a collector receives it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from uuid import UUID

import httpx
import pytest
from aiokafka import TopicPartition
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from typing_extensions import override

from deploy.local.server import Server
from deploy.local.stack import RunningStack
from services.watch.reader import bystander, partitions_of, read_to_the_end
from services.watch.reading import places
from shared.settings import KafkaSettings
from shared.tracing import context_of
from tests.support.processes import stack_on
from tests.support.waiting import eventually

CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Collector:
    """Takes spans over OTLP as a collector does, and keeps them."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    for scope in resource.scope_spans:
                        collector.spans += scope.spans
                self.send_response(200)
                self.end_headers()

            @override
            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, ticket: str) -> dict[str, Span]:
        trace = UUID(ticket).bytes
        return {span.name: span for span in self.spans if span.trace_id == trace}

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with closing(Collector()) as collector:
        yield collector


@pytest.fixture
def traced(
    embedded_kafka: Server,
    postgres: Server,
    work: Path,
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[RunningStack]:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
    with stack_on(embedded_kafka, postgres, work) as stack:
        yield stack


async def send(stack: RunningStack, body: str, name: str) -> str:
    async with httpx.AsyncClient(timeout=20.0) as client:
        reply = await client.post(
            f"{stack.intake}/v1/tickets",
            headers={
                "authorization": f"Bearer {stack.keys['help-desk']}",
                "traceparent": CALLER,
            },
            json={"body": body, "external_id": name},
        )
    ticket: str = reply.json()["ticket_id"]
    return ticket


async def contexts_on_the_topics(stack: RunningStack) -> dict[str, set[str]]:
    """The traces that stand in the headers of each topic's records, by ticket key."""
    settings = KafkaSettings(
        kafka_bootstrap_servers=stack.kafka,
        triage_namespace=stack.environment["TRIAGE_NAMESPACE"],
        triage_partitions=4,
    )
    found: dict[str, set[str]] = {}
    async with bystander(settings) as (admin, consumer):
        numbers = await partitions_of(admin, places(settings.triage_namespace))
        partitions = [TopicPartition(name, n) for name, ns in numbers.items() for n in ns]
        async for record in read_to_the_end(consumer, partitions):
            value = dict(record.headers).get("traceparent")
            key = (record.key or b"").decode()
            if value is not None:
                found.setdefault(key, set()).add(f"{context_of(value.decode()).trace_id:032x}")
    return found


@pytest.mark.embedded
@pytest.mark.timeout(240)
async def test_a_ticket_is_one_trace_over_every_hop(
    traced: RunningStack, collector: Collector
) -> None:
    ordinary = await send(traced, "Where do I set the logo on my invoices?", "traced-1")
    others = [await send(traced, f"How do I add field {n}?", f"traced-{n}") for n in range(2, 12)]
    report = await send(traced, "I found a SQL injection in the client portal.", "traced-r")
    way = ["intake accept", "classifier process", "entitlements process", "router process"]
    tickets = (ordinary, *others)
    await eventually(lambda: all(set(way) <= set(collector.of(each)) for each in tickets), 90)
    spans = collector.of(ordinary)
    for before, after in pairwise(way):
        assert spans[after].parent_span_id == spans[before].span_id, (before, after)
    assert spans["intake accept"].parent_span_id == b""
    assert [link.trace_id.hex() for link in spans["intake accept"].links] == [CALLER[3:35]]
    second_look = spans["classifier-security process"]
    assert second_look.parent_span_id == spans["intake accept"].span_id

    lane = ["intake accept", "router-fast-lane process", "router-security process"]
    await eventually(lambda: set(lane) <= set(collector.of(report)), 90)
    for name in lane[1:]:
        spans = collector.of(report)
        assert spans[name].parent_span_id == spans["intake accept"].span_id

    topics = await contexts_on_the_topics(traced)
    for ticket in (ordinary, report, *others):
        assert topics[ticket] == {UUID(ticket).hex}

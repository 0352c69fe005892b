"""Which ids do spans get? The trace's is the ticket's; all others are random."""

from __future__ import annotations

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from typing_extensions import override

from shared.tracing import wanted_trace_id


class TicketIds(RandomIdGenerator):
    """Asked for a trace's id where a span has no parent: at intake, and for a stranger's event."""

    @override
    def generate_trace_id(self) -> int:
        return wanted_trace_id() or super().generate_trace_id()

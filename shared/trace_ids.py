"""Which ids do spans get? The trace's is the ticket's; all others are random."""

from __future__ import annotations

from collections.abc import Callable

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from typing_extensions import override


class TicketIds(RandomIdGenerator):
    """Asked for a trace's id where a span has no parent: at intake, and for a stranger's event.

    `wanted`: the id that the span being started should have, None for any.
    """

    def __init__(self, wanted: Callable[[], int | None]) -> None:
        self._wanted = wanted

    @override
    def generate_trace_id(self) -> int:
        return self._wanted() or super().generate_trace_id()

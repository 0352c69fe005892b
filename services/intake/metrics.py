"""Which figures does intake show besides those of every process?"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

ANSWERS = Counter("triage_intake_answers", "Requests by source and status.", ("source", "status"))
FLAGGED = Counter("triage_intake_flagged", "Tickets that the screen flagged.", ("source",))
OVER_RATE = Counter(
    "triage_intake_over_rate",
    "Flagged tickets taken past their source's rate: alert on any.",
    ("source",),
)
GAVE_WAY = Counter(
    "triage_intake_gave_way",
    "Connections closed because too many, or too many bytes, were waiting for their peer.",
)
ACCEPT_SECONDS = Histogram(
    "triage_intake_seconds",
    "Time from the whole body to the acknowledgement.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

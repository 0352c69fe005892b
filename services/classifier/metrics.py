"""Which figures does the classifier show besides those of every process? Those that tell of drift.

A rising share of undecided verdicts, or another mix of scopes, says that the tickets are no longer
those that the model learned from.
"""

from __future__ import annotations

from prometheus_client import Counter

from services.classifier.verdict import Judgement

VERDICTS = Counter(
    "triage_classifier_verdicts",
    "Verdicts by the best scope and whether the model decided: alert on a changed mix.",
    ("scope", "decided"),
)
REPORTS = Counter("triage_classifier_reports", "Tickets that the model takes for reports.")


def count(judgement: Judgement) -> None:
    verdict = judgement.verdict
    decided = "yes" if verdict.decided else "no"
    VERDICTS.labels(verdict.findings[0].scope.value, decided).inc()
    if judgement.security.found:
        REPORTS.inc()

"""Which facts travel between the services, and under which CloudEvents type?"""

from __future__ import annotations

from shared.contracts.coverage import Coverage
from shared.contracts.decision import Corrected, Routed, StatusChanged, Withdrawn
from shared.contracts.licence import FeedAdvanced, LicenceFact
from shared.contracts.ticket import Accepted, Security
from shared.contracts.values import Cause, Frozen, Moment
from shared.contracts.verdict import StageFailure, Verdict


class Submitted(Frozen):
    """Intake accepted a ticket."""

    accepted: Accepted
    security: Security = Security()


class SecuritySuspected(Frozen):
    """Somebody or something takes a ticket for a security report.

    `finding` tells findings of one ticket apart that must reach people apart: `machine` for
    screen and model together, else the id of the correction that raised the flag.
    """

    accepted: Accepted
    security: Security
    finding: str = "machine"
    found_at: Moment


class Classified(Frozen):
    """The classifier judged a ticket, or could not (`failure`)."""

    accepted: Accepted
    security: Security
    verdict: Verdict
    failure: StageFailure | None = None


class Entitled(Frozen):
    """Entitlements judged what the customer is owed, or could not (`failure`).

    `cause` is `first`, or `facts_learned` where a provisional answer was judged once more.
    """

    accepted: Accepted
    security: Security
    verdict: Verdict
    coverage: Coverage | None = None
    failure: StageFailure | None = None
    cause: Cause = Cause.FIRST


EVENT_TYPES: dict[str, type[Frozen]] = {
    "support.ticket.submitted.v1": Submitted,
    "support.ticket.security-suspected.v1": SecuritySuspected,
    "support.ticket.classified.v1": Classified,
    "support.ticket.entitled.v1": Entitled,
    "support.ticket.routed.v1": Routed,
    "support.ticket.withdrawn.v1": Withdrawn,
    "support.decision.corrected.v1": Corrected,
    "support.ticket.status-changed.v1": StatusChanged,
    "support.licence.recorded.v1": LicenceFact,
    "support.licence-feed.advanced.v1": FeedAdvanced,
}
"""CloudEvents type of every event that we write or read, with the model of its data.

`support.ticket.reported.v1` is not here: what comes from outside is intake's to read.
"""

TYPE_OF: dict[type[Frozen], str] = {model: name for name, model in EVENT_TYPES.items()}

"""How is a decision told to a support lead? What was asked, what is owed, why this queue."""

from __future__ import annotations

from collections.abc import Iterator

from services.router.case import Case, Decision
from services.router.explanation import Explanation, in_words
from services.router.inputs import known_by
from shared.contracts import Corrected, Coverage, Finding


def told(case: Case, decision: Decision, explanation: Explanation) -> str:
    """The whole explanation in words, one fact a line; control characters of a ticket are shown."""
    text = "\n".join(
        [
            *_head(case, decision),
            *_asked(decision.record.findings, decided=decision.record.decided),
            *_owed(decision.record.coverage),
            *_said(case, decision),
            "",
            in_words(explanation),
            *_reply(decision),
        ]
    )
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _head(case: Case, decision: Decision) -> Iterator[str]:
    record = decision.record
    standing = "stands now" if decision.live else "stands no longer"
    yield f"Ticket {case.ticket_id}, revision {decision.revision} ({_plain(decision.cause)})"
    yield f"  decided {record.decided_at:%Y-%m-%d %H:%M:%S.%f}Z, {standing}"
    if record.policy:
        yield f"  by policy {record.policy.version} ({record.policy.hash[:12]})"
    if record.model:
        yield f"  read by model {record.model.name} ({record.model.hash[:19]})"
    if case.conflicts_with:
        yield f"  another text under the key of ticket {case.conflicts_with}"
    if record.security.found_by:
        yield (
            f"  found to be a security report by {', '.join(record.security.found_by)}:"
            f" {', '.join(map(_plain, record.security.reasons)) or 'no reason given'}"
        )


def _asked(findings: tuple[Finding, ...], *, decided: bool) -> Iterator[str]:
    if not findings:
        yield "Asked: not known yet"
    for finding in findings:
        about = finding.extension or f"{finding.product_area} area"
        standing = "covered by the policy" if finding.in_scope else "not covered"
        sure = f"{finding.confidence:.0%} sure" + ("" if decided else ", too little to decide")
        yield f"Asked: {_plain(finding.scope)} about {about}, {standing} ({sure})"
        yield from (f"  in the text: {evidence}" for evidence in finding.evidence)


def _owed(coverage: Coverage | None) -> Iterator[str]:
    if coverage is None:
        yield "Owed: not reached"
        return
    reasons = ", ".join(map(_plain, coverage.reasons)) or "no reason given"
    yield f"Owed: {_plain(coverage.status)} ({reasons})"
    yield f"  who asks: {coverage.identity}; the site: {_plain(coverage.site)}"
    yield f"  judged as of {coverage.as_of:%Y-%m-%d %H:%M:%S}Z, {_feed(coverage)}"
    if coverage.licence_id:
        learned = f", learned {coverage.learned_at:%Y-%m-%d %H:%M:%S}Z"
        yield (
            f"  by licence {coverage.licence_id}, version {coverage.fact_version}"
            f"{learned if coverage.learned_at else ''}"
        )
    if coverage.provisional:
        yield "  provisional: judged once more when the feed has passed that moment"


def _feed(coverage: Coverage) -> str:
    if coverage.complete_until is None:
        return "with no word yet on how far the licence facts reach"
    return f"with licence facts up to {coverage.complete_until:%Y-%m-%d %H:%M:%S}Z"


def _said(case: Case, decision: Decision) -> Iterator[str]:
    known = known_by(case, decision.basis).corrections if decision.basis else ()
    for correction in known:
        said = correction.corrected
        yield f"Corrected by {said.by}: {_correction(said)}. {said.reason}"


def _correction(said: Corrected) -> str:
    match said.security:
        case True:
            return "it is a security report"
        case False:
            return "it is no security report"
        case None:
            return f"it is {_plain(said.scope)}"


def _reply(decision: Decision) -> Iterator[str]:
    reply = decision.record.reply
    if reply:
        yield ""
        yield f"To the customer ({_plain(reply.key)}):"
        yield from (f"  {line}" for line in reply.text.splitlines())


def _plain(word: object) -> str:
    return str(word).replace("_", " ")

"""Why does a ticket stand where it stands? Told from its queue record, without its text."""

from __future__ import annotations

from collections.abc import Mapping

from services.watch.reading import Json

_PLAIN = (
    "queue",
    "rank",
    "revision",
    "cause",
    "review_reason",
    "decided",
    "conflicts_with",
    "canary",
    "received_at",
    "decided_at",
    "policy",
    "model",
    "origin",
)
_SECURITY = ("flag", "reasons", "found_by", "over_rate")
_FINDING = ("scope", "in_scope", "product_area", "extension", "clauses", "confidence")
_COVERAGE = ("status", "reasons", "identity", "site", "provisional", "as_of", "complete_until")
_TEXT = ("subject", "body")


def explanation(record: Mapping[str, Json], *, with_text: bool = False) -> dict[str, Json]:
    """What decided: clauses, coverage reasons, how much evidence. Only what is named here is told.

    `with_text` adds subject, body and evidence, which are the customer's words.
    """
    told: dict[str, Json] = {name: record.get(name) for name in _PLAIN}
    told["security"] = _security(record.get("security"), with_text=with_text)
    told["coverage"] = _of(record.get("coverage"), _COVERAGE)
    told["reply"] = _within(record.get("reply")).get("key")
    told["findings"] = [
        _finding(_within(each), with_text=with_text) for each in _list(record.get("findings"))
    ]
    if with_text:
        told["text"] = _of(record.get("ticket"), _TEXT)
    return told


def _security(found: Json, *, with_text: bool) -> dict[str, Json] | None:
    """A reason is a rule's name and, behind a colon, the words that it fired on."""
    told = _of(found, _SECURITY)
    if told is None or with_text:
        return told
    reasons = _list(told["reasons"])
    return told | {"reasons": [str(reason).partition(":")[0] for reason in reasons]}


def _finding(finding: dict[str, Json], *, with_text: bool) -> dict[str, Json]:
    evidence = _list(finding.get("evidence"))
    told: dict[str, Json] = {name: finding.get(name) for name in _FINDING}
    told["evidence_count"] = len(evidence)
    return told | {"evidence": evidence} if with_text else told


def _of(found: Json, names: tuple[str, ...]) -> dict[str, Json] | None:
    return {name: found.get(name) for name in names} if isinstance(found, dict) else None


def _within(found: Json) -> dict[str, Json]:
    return found if isinstance(found, dict) else {}


def _list(found: Json) -> list[Json]:
    return found if isinstance(found, list) else []

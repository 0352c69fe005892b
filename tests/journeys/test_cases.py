"""Do the worked cases end where people decided, through the real services?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from deploy.local.server import Server
from services.router.document import document, to_bytes
from services.router.policy import find_policy
from services.router.replay import differences, replay
from shared.contracts import Classified, Queue, Security, Verdict
from tests.journeys.cases import Case, cases_together
from tests.support.builders import a_finding
from tests.support.router import RULES, replica
from tests.support.world import Live, a_world, misplaced

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


async def test_the_worked_cases_end_where_people_decided(
    work: Path, kafka: Server, database_url: str, namespace: str
) -> None:
    reach = datetime.now(UTC) - timedelta(days=3)
    cases = cases_together(reach)
    expected = {case.accepted.fingerprint: case.expected.queue for case in cases}
    async with a_world(work, kafka, database_url, namespace) as world:
        known = await world.facts([fact for case in cases for fact in case.facts])

        # Before the feed was ever heard; and the first of two texts under one key.
        early = [case for case in cases if case.complete_until is None]
        first_texts = [_another_text(case) for case in cases if case.other_words]
        await world.tickets([ticket_of(case) for case in [*early, *first_texts]])
        of_early = {
            case.accepted.fingerprint: expected[case.accepted.fingerprint] for case in early
        }
        await world.standing(
            of_early | {text.accepted.fingerprint: text.expected.queue for text in first_texts}
        )

        known = await world.heartbeat(reach, known)
        await world.tickets(ticket_of(case) for case in cases if case.complete_until is not None)
        live = await world.standing(expected)
        assert _unlike(cases, live) == {}

        # What is learned later, and what people say.
        learned = [f for case in cases for f in case.learned if f not in case.facts]
        known = await world.facts(learned, known)
        await world.heartbeat(reach + timedelta(days=2), known)
        await world.correct(said for case in cases for said in case.corrections)
        finally_ = {case.accepted.fingerprint: case.then.queue for case in cases if case.then}
        await world.standing(expected | finally_)
    assert await _revisions(database_url) == {
        case.accepted.fingerprint: case.then.revisions if case.then else 1 for case in cases
    } | {text.accepted.fingerprint: 1 for text in first_texts}
    assert await _not_reproduced(database_url) == []


def test_a_case_that_ends_elsewhere_nowhere_or_twice_is_named() -> None:
    renewal, core = {"queue": "renewal"}, {"queue": "core"}
    wanted = dict.fromkeys(("right", "elsewhere", "nowhere", "twice"), Queue.RENEWAL)
    live: Live = {"right": [renewal], "elsewhere": [core], "twice": [renewal, core]}
    assert set(misplaced(wanted, live)) == {"elsewhere", "nowhere", "twice"}


def ticket_of(case: Case) -> Classified:
    """The case's ticket as the classifier passes it on."""
    return Classified(accepted=case.accepted, security=case.security, verdict=case.verdict)


def _another_text(case: Case) -> Case:
    """What came under the case's key before: the same customer's extension question."""
    other = case.accepted.fingerprint[::-1]
    accepted = case.accepted.model_copy(update={"fingerprint": other})
    expected = case.expected.model_copy(update={"queue": Queue.EXTENSIONS})
    asks = Verdict(findings=(a_finding(extension="WooSync"),), decided=True)
    return replace(case, accepted=accepted, expected=expected, verdict=asks, security=Security())


def _unlike(cases: Iterable[Case], live: Live) -> dict[str, object]:
    """By case, what differs from what people wrote down; reports carry no coverage."""
    found: dict[str, object] = {}
    for case in cases:
        (record,) = live[case.accepted.fingerprint]
        wanted, has = _as_expected(case, record)
        if wanted != has:
            found[case.name] = (wanted, has)
    return found


def _as_expected(case: Case, record: Mapping[str, Any]) -> tuple[object, object]:
    expected, coverage, reply = case.expected, record["coverage"], record["reply"]
    if record["queue"] == Queue.SECURITY:
        return None, coverage
    text = reply["text"] if reply else ""
    return (
        (
            expected.status,
            expected.identity,
            expected.site,
            list(expected.reasons),
            expected.provisional,
            expected.review or record["review_reason"],
            expected.reply or (reply and reply["key"]),
            list(expected.says),
            record["ticket_id"] != str(case.accepted.ticket_id),
        ),
        (
            coverage["status"],
            coverage["identity"],
            coverage["site"],
            coverage["reasons"],
            coverage["provisional"],
            record["review_reason"],
            reply and reply["key"],
            [words for words in expected.says if words in text],
            case.other_words,
        ),
    )


async def _revisions(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "select fingerprint, max(revision) as last from router.cases"
            " join router.decisions using (ticket_id) group by fingerprint"
        )
    finally:
        await connection.close()
    return {row["fingerprint"]: row["last"] for row in rows}


async def _not_reproduced(dsn: str) -> list[object]:
    """Every revision in the ledger that does not come out again from its record."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("select ticket_id, revision from ledger")
    finally:
        await connection.close()
    wrong: list[object] = []
    async with replica(dsn) as router:
        for row in rows:
            found = await router.ledger.find(row["ticket_id"])
            assert found is not None
            decision = found.case.decisions[row["revision"] - 1]
            stored = found.records[decision.revision]
            record = document(found.case, decision, stored, RULES)
            again = replay(orjson.loads(to_bytes(record)), find_policy)
            wrong += [(row, field) for field in differences(record, again)]
    assert len(rows) > 100
    return wrong

"""Do the rules give what the worked cases of tests/journeys/cases.yaml say?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services.entitlements.coverage import Moment, coverage
from services.entitlements.facts import check_fact
from services.entitlements.handlers import asker_of
from services.entitlements.lookup import keys_of_asker, keys_of_fact
from services.entitlements.products import ask_of
from services.entitlements.reasons import Reason
from shared.catalogue import load_catalogue
from shared.contracts import Coverage, Status
from tests.journeys.cases import Case, read_cases
from tests.unit.entitlements.worlds import T, learned

CASES = read_cases(T)


def answer(case: Case) -> Coverage:
    """As the service finds it: the licences that share a key with the ticket."""
    who = asker_of(case.accepted)
    keys = keys_of_asker(who)
    ids = sorted({fact.licence_id for fact in case.facts if keys & keys_of_fact(fact)})
    licences = [learned(*(f for f in case.facts if f.licence_id == each)) for each in ids]
    moment = Moment(case.accepted.as_of, case.complete_until, timedelta(minutes=15))
    return coverage(ask_of(case.verdict), who, licences, moment, load_catalogue())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_worked_case(case: Case) -> None:
    for fact in case.facts:
        check_fact(fact, sent_at=T, appended_at=T)
    found = answer(case)
    expected = case.expected
    assert (found.status, found.identity, found.site, found.reasons, found.provisional) == (
        expected.status,
        expected.identity,
        expected.site,
        expected.reasons,
        expected.provisional,
    )


def test_the_cases_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 80
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_cases_show_every_status_and_every_reason() -> None:
    assert {case.expected.status for case in CASES} == set(Status)
    reasons = {reason for case in CASES for reason in case.expected.reasons}
    assert set(Reason) <= reasons


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{name: x, ticket: {acount: a}, expect: {}}", "case 'x'"),
        ("{name: x, licences: {A: [{colour: red}]}, ticket: {}, expect: {}}", "'colour'"),
        ("{name: x, feed: soon, ticket: {}, expect: {}}", "case 'x'"),
    ],
)
def test_a_slip_in_the_file_is_named(line: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "cases.yaml"
    file.write_text(f"cases:\n  - {line}\n")
    with pytest.raises(ValueError, match=says):
        read_cases(T, file)

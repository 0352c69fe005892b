"""Are the limits tried as said, and is what was logged heard?"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

from deploy.local.processes import Part, Process
from tests.chaos.limits.__main__ import QUESTIONS, main
from tests.chaos.limits.backlog import ONE_REPORT_IN, tickets
from tests.chaos.limits.copies import copies
from tests.chaos.limits.facts import VERSIONS, a_year
from tests.chaos.limits.ground import size_rows
from tests.chaos.limits.said import Ears
from tests.chaos.memory import MB
from tests.chaos.three_brokers import Loss, false_202s

TRACE = b"00-9272fc9360715048854ab114789fd382-0fa67dbb53cf5a07-01"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def a_process(folder: Path) -> Process:
    return Process(Part("router", "services.router"), {}, folder, note=lambda _text: None)


def test_a_backlog_has_a_report_now_and_then_and_every_ticket_its_own_key() -> None:
    sent = [submission for submission, _ in tickets(2 * ONE_REPORT_IN)]
    assert sum(submission.report for submission in sent) == 2
    assert len({submission.external_id for submission in sent}) == len(sent)


def test_a_copy_has_ids_of_its_own_wherever_they_stand() -> None:
    old = "9272fc93-6071-5048-854a-b114789fd382"
    value = {"accepted": {"ticket_id": old, "ticket": {"external_id": "a-1", "subject": "Logo"}}}
    headers = (("ce_id", b"x"), ("ce_subject", old.encode()), ("traceparent", TRACE))
    record = SimpleNamespace(value=json.dumps(value).encode(), headers=headers)
    (first, told), (second, _) = copies([record], 2)
    assert (first.external_id, second.external_id) == ("copy-0", "copy-1")
    key, copied, own = told
    accepted = json.loads(copied)["accepted"]
    assert accepted["ticket_id"] == key != old
    assert accepted["ticket"] == {"external_id": "copy-0", "subject": "Logo"}
    assert dict(own)["ce_subject"] == key.encode()
    assert dict(own)["traceparent"] == TRACE.replace(
        old.replace("-", "").encode(), key.replace("-", "").encode()
    )


def test_a_year_of_facts_has_every_version_of_every_licence_in_order_of_time() -> None:
    facts = list(a_year(3, NOW))
    assert Counter(fact["licence_id"] for fact in facts) == dict.fromkeys(
        ("YEAR-0", "YEAR-1", "YEAR-2"), VERSIONS
    )
    times = [fact["effective_at"] for fact in islice(facts, 0, None, 3)]
    assert times == sorted(times)
    assert times[0] < "2026-01-01" < times[-1] < NOW.isoformat()


def test_warnings_and_errors_are_heard_once_each_with_their_reason(tmp_path: Path) -> None:
    process = a_process(tmp_path)
    process.log.write_text(json.dumps({"event": "long ago", "level": "error"}) + "\n")
    ears = Ears({"router": process})
    lines = [
        {"event": "stage.waits", "level": "warning", "reason": "PostgreSQL is away"},
        {"event": "stage.waits", "level": "warning", "reason": "PostgreSQL is away"},
        {"event": "batch.done", "level": "info"},
    ]
    with process.log.open("a", encoding="utf-8") as log:
        log.writelines(json.dumps(line) + "\n" for line in lines)
        log.write("Traceback\n")
    assert list(ears.heard()) == [
        ("router", "warning", "stage.waits: PostgreSQL is away", 2),
        ("router", "not JSON", "Traceback", 1),
    ]


def test_sizes_are_told_for_each_moment() -> None:
    rows = list(size_rows({"router": 50 * MB}, {"router": 60 * MB, "intake": 70 * MB}))
    assert rows == [("router", "50", "60"), ("intake", "", "70")]


def test_a_ticket_accepted_without_two_copies_is_found() -> None:
    one = Loss([1], 0.0, Counter({"202": 5, "503": 2}))
    two = Loss([1, 3], 0.0, Counter({"503": 9}))
    assert not list(false_202s([one, two]))
    false = Loss([1, 3], 0.0, Counter({"503": 9, "202": 1}))
    deaf = Loss([2], 0.0, Counter({"503": 9}))
    broken = [finding.invariant for finding in false_202s([one, false, deaf])]
    assert broken == ["no_false_202", "one_may_go"]


def test_a_question_that_is_none_is_refused() -> None:
    assert main(["backlogs"]) == 2
    assert set(QUESTIONS) == {"backlog", "facts", "full-disk-kafka", "full-disk-postgres"}

"""What becomes of a ticket that the router itself trips over?"""

from __future__ import annotations

import orjson

from services.router.case import Case
from services.router.document import document, to_bytes
from services.router.handlers import Deciding
from services.router.replay import replay
from services.router.ruling import Rulebook
from services.router.store import Ledger
from shared.contracts import Queue, ReviewReason
from tests.support.builders import FINGERPRINT, NOW, TICKET, an_entitled
from tests.support.router import RULES, assessed

TRIPS = Rulebook(RULES.policy.model_copy(update={"scopes": {}}), "code")
"""Knows no category, which the proof would never let pass."""


class NoLedger(Ledger):
    def __init__(self) -> None:
        pass


def router(rules: Rulebook) -> Deciding:
    return Deciding(NoLedger(), rules, "support", lambda: NOW)


def test_a_ticket_that_the_policy_cannot_be_applied_to_is_for_a_person() -> None:
    case = Case(TICKET, TICKET, FINGERPRINT)
    case = router(TRIPS)._take(case, assessed(an_entitled()).input, NOW)
    assert case.live is not None
    assert case.live.queue is Queue.REVIEW
    assert case.live.record.review_reason is ReviewReason.STAGE_FAILED
    record = case.live.record
    printed = document(case, case.live, record.model_dump_json().encode(), TRIPS)
    again = replay(orjson.loads(to_bytes(printed)), lambda _: TRIPS.policy)
    assert to_bytes(again) == to_bytes(printed)

"""Of a forgotten customer's ticket, are only the words gone?"""

from __future__ import annotations

from services.router.case import Assessed, Case, Correction, Suspected
from services.router.forgetting import MARK, forgotten
from services.router.revision import take
from shared.contracts import Corrected
from tests.support.builders import (
    ACCOUNT,
    BODY,
    EMAIL,
    EXTENSION,
    FINGERPRINT,
    KEY,
    NOW,
    SITE,
    SUBJECT,
    TICKET,
    a_finding,
    a_suspected,
    a_verdict,
    an_entitled,
)
from tests.unit.router.test_orders_of_arrival import RULES

QUOTE = "which redirect address"
SAID = "the customer says they found a hole"


def a_full_case() -> Case:
    entitled = an_entitled(verdict=a_verdict(a_finding(extension=EXTENSION, evidence=(QUOTE,))))
    found = a_suspected()
    case = Case(TICKET, TICKET, FINGERPRINT)
    for arrived in (
        Assessed(entitled, entitled.model_dump_json().encode()),
        Suspected(found, found.model_dump_json().encode()),
        Correction("c1", Corrected(ticket_id=TICKET, security=False, by="Dana", reason=SAID)),
    ):
        case = take(case, arrived, RULES, NOW)
    return case


def all_of(case: Case) -> str:
    assert case.assessed is not None
    assert case.suspected is not None
    return repr(case) + case.assessed.raw.decode() + case.suspected.raw.decode()


def test_no_word_and_no_address_is_left() -> None:
    words = (SUBJECT, BODY, EMAIL, ACCOUNT, SITE, KEY, QUOTE, SAID)
    before, after = all_of(a_full_case()), all_of(forgotten(a_full_case()))
    assert [word for word in words if word not in before] == []
    assert [word for word in words if word in after] == []


def test_the_decisions_stand_as_they_stood() -> None:
    before, after = a_full_case(), forgotten(a_full_case())
    for old, new in zip(before.decisions, after.decisions, strict=True):
        kept = {name for name in old._fields if getattr(old, name) == getattr(new, name)}
        assert set(old._fields) - kept - {"json"} == {"record"}
        assert new.json is None
        assert (new.record.ticket or old.record.ticket) != old.record.ticket
        assert new.record.coverage == old.record.coverage
    assert [c.corrected.by for c in after.corrections] == ["Dana"]
    assert after.assessed is not None
    assert after.assessed.entitled.accepted.ticket.subject == MARK


def test_forgetting_again_changes_nothing() -> None:
    once = forgotten(a_full_case())
    assert forgotten(once) == once

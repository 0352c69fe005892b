"""Does the model raise the flag, and only raise it?"""

from __future__ import annotations

import pytest

from services.classifier.model import Model
from services.classifier.reading import read
from services.classifier.security import Look, look_at, raised
from services.classifier.training.corpus import DEVELOPMENT, load_folder
from services.classifier.verdict import judge
from shared.contracts import Finder, Security


@pytest.mark.parametrize(
    "body",
    [
        (
            "A customer opened his invoice link, changed the number at the end of the address and saw "
            "the invoice of somebody else, without logging in."
        ),
        (
            "Wenn man in der Adresse die Nummer ändert, sieht man ohne Anmeldung die Rechnungen anderer "
            "Kunden."
        ),
        (
            "Our former sales rep, whose user I deleted, still logs in to the portal and downloads the "
            "invoices of other clients."
        ),
    ],
)
def test_an_exposure_in_plain_words_is_found(model: Model, body: str) -> None:
    found = look_at(model, [read("", body)])[0]
    assert found.found
    assert found.reasons


@pytest.mark.parametrize(
    "body",
    [
        "Where do I set the invoice logo?",
        "I forgot my password and the reset mail does not arrive.",
        "I'd like a refund for my renewal.",
    ],
)
def test_other_tickets_are_not_flagged(model: Model, body: str) -> None:
    assert not look_at(model, [read("", body)])[0].found


def test_the_model_never_lowers_a_flag() -> None:
    flagged = Security(flag=True, reasons=("xss",), found_by=(Finder.SCREEN,))
    assert raised(flagged, Look(0.0, found=False)) == flagged


def test_the_model_adds_its_reasons_to_the_screens() -> None:
    flagged = Security(flag=True, reasons=("xss",), found_by=(Finder.SCREEN,), over_rate=True)
    after = raised(flagged, Look(0.9, found=True, reasons=("reads as: a",)))
    assert after.found_by == (Finder.SCREEN, Finder.MODEL)
    assert after.reasons == ("xss", "reads as: a")
    assert after.over_rate


def test_the_security_process_and_the_ordinary_one_find_the_same(model: Model) -> None:
    tickets = load_folder(DEVELOPMENT)
    alone = look_at(model, [ticket.reading for ticket in tickets])
    judged = judge(model, [(ticket.subject, ticket.body) for ticket in tickets])
    assert alone == [judgement.security for judgement in judged]
    assert 0 < sum(look.found for look in alone) < len(tickets) / 2


def test_most_tickets_are_far_from_a_report_at_the_first_look(model: Model) -> None:
    seen = model.see([t.reading for t in load_folder(DEVELOPMENT) if not t.security])
    assert sum(p == 0 for p in model.security(seen)) > len(seen) / 2

"""What does the classifier conclude? Plain cases of the scope guide, and the odd ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.classifier.asks import asks_of
from services.classifier.model import Model
from services.classifier.reading import read
from services.classifier.training.corpus import DEVELOPMENT, TRAIN, load_folder
from services.classifier.verdict import Judgement, Likely, conclude, judge
from shared.contracts import ProductArea, Scope, Verdict


def verdict_on(model: Model, subject: str, body: str) -> Verdict:
    return judge(model, [(subject, body)])[0].verdict


@pytest.mark.parametrize(
    ("body", "scope"),
    [
        ("Where do I set the logo that is printed on invoices?", Scope.PRODUCT_QUESTION),
        ("Wo stelle ich das Logo auf den Rechnungen ein?", Scope.PRODUCT_QUESTION),
        (
            "Since the update the CSV import stops at row 200, also with all other plugins off.",
            Scope.BUG_REPORT,
        ),
        (
            "Depuis la mise à jour, l'import CSV s'arrête à la ligne 200, même sans autre extension.",
            Scope.BUG_REPORT,
        ),
        ("Please write a PHP snippet that adds a column to the export.", Scope.CUSTOM_DEVELOPMENT),
        ("I want a refund for my renewal, you charged my card twice.", Scope.UNCLEAR),
        (
            "The import fails only while FormGoose is active. Without FormGoose it works.",
            Scope.THIRD_PARTY_COMPATIBILITY,
        ),
        (
            "Please raise the PHP memory limit on our hosting, here is the cPanel login.",
            Scope.SERVER_ADMINISTRATION,
        ),
    ],
)
def test_plain_cases_of_the_guide_get_their_scope(model: Model, body: str, scope: Scope) -> None:
    assert verdict_on(model, "", body).findings[0].scope is scope


@pytest.mark.parametrize("body", ["", "   ", "😀😀😀", "\u200b", "!", "1234"])
def test_a_ticket_without_words_is_unclear(model: Model, body: str) -> None:
    found = verdict_on(model, "", body)
    assert [finding.scope for finding in found.findings] == [Scope.UNCLEAR]


@pytest.mark.parametrize(
    "body",
    [
        "請求書のロゴはどこで設定しますか。更新後に動作しません。",
        "Πού ορίζω το λογότυπο των τιμολογίων στο πρόγραμμα;",
        "Hvar stilli ég merkið sem prentast á reikningana mína eftir uppfærsluna?",
    ],
)
def test_an_unknown_language_is_left_to_a_person(model: Model, body: str) -> None:
    assert not verdict_on(model, "", body).decided


def test_who_abstains_names_the_two_best_categories(model: Model) -> None:
    scopes = np.full(len(Scope), 0.05, np.float32)
    scopes[list(Scope).index(Scope.BUG_REPORT)] = 0.31
    scopes[list(Scope).index(Scope.PRODUCT_QUESTION)] = 0.29
    likely = Likely(scopes, np.array([1.0, 0.0, 0.0], np.float32), sure=False)
    [sight] = model.see([read("", "It is about the thing with the quotes.")])
    found = conclude(model, sight, likely)
    assert not found.decided
    assert found.candidates == (Scope.BUG_REPORT, Scope.PRODUCT_QUESTION)
    assert found.findings[0].confidence == pytest.approx(0.31)


def test_who_decides_names_no_candidates(model: Model) -> None:
    found = verdict_on(model, "", "Please write a PHP snippet that adds a column to the export.")
    assert found.decided
    assert found.candidates == ()


def test_what_stands_before_the_first_ask_is_no_ask() -> None:
    text = "Our import broke on Monday, twice.\nCan you tell me why?\nAlso, where is the logo set?"
    assert [part.ask for part in asks_of(text)] == [
        "Can you tell me why?",
        "Also, where is the logo set?",
    ]
    assert asks_of("Our import broke on Monday, twice. Nobody touched anything.") == []


def test_a_named_extension_is_the_product_area(model: Model) -> None:
    finding = verdict_on(
        model, "woo sync", "Orders from woo-sync arrive twice since version 5."
    ).findings[0]
    assert finding.product_area is ProductArea.EXTENSION
    assert finding.extension == "WooSync"


def test_evidence_is_in_the_tickets_own_words(model: Model) -> None:
    body = "Please write a PHP snippet that adds a column to the export."
    finding = verdict_on(model, "", body).findings[0]
    assert finding.evidence
    assert all(phrase in body for phrase in finding.evidence)


TICKETS = [
    (ticket.subject, ticket.body)
    for ticket in load_folder(DEVELOPMENT)[:60]
    + [t for t in load_folder(TRAIN) if t.lang != "en"][:20]
] + [("", ""), ("", "x" * 5000), ("?", "one word")]


@pytest.fixture(scope="module")
def alone(model: Model) -> list[Judgement]:
    return [judge(model, [ticket])[0] for ticket in TICKETS]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(chosen=st.lists(st.integers(0, len(TICKETS) - 1), min_size=1, max_size=120))
def test_a_verdict_is_the_same_to_the_last_digit_in_any_company(
    model: Model, alone: list[Judgement], chosen: list[int]
) -> None:
    together = judge(model, [TICKETS[number] for number in chosen])
    assert together == [alone[number] for number in chosen]


def test_the_mark_of_a_credential_says_the_same_whatever_its_hash(model: Model) -> None:
    bodies = [
        f"Please log in and set WooSync up for me. PW: {mark}"
        for mark in ("[removed: password 861703]", "[removed: password 1f8ed9]", "")
    ]
    assert len({str(judge(model, [("", body)])[0].verdict) for body in bodies}) == 1

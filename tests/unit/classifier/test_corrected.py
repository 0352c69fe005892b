"""What do corrections teach the model?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
import pytest

from services.classifier.meaning import SIZE, Encoder
from services.classifier.training.corpus import TRAIN, load_file
from services.classifier.training.corrected import taught
from services.classifier.training.fit import Choice, fit, material_of
from shared.contracts import Classified, Corrected, Finding, Scope, Security, Verdict
from tests.support.builders import FINGERPRINT, TICKET, a_submitted

JUDGED = Classified(
    accepted=a_submitted().accepted,
    security=Security(flag=False),
    verdict=Verdict(findings=(Finding(scope=Scope.BUG_REPORT, in_scope=True),), decided=True),
)


def correction(**said: Any) -> Corrected:
    return Corrected(**({"ticket_id": TICKET, "by": "Maren", "reason": "read it"} | said))


def test_a_corrected_ticket_is_labelled_as_the_person_says() -> None:
    (lesson,) = taught([correction(scope=Scope.CUSTOMIZATION)], [JUDGED])
    assert (lesson.scope, lesson.security) == (Scope.CUSTOMIZATION, False)
    assert lesson.body == JUDGED.accepted.ticket.body


def test_the_later_of_two_corrections_counts_and_each_for_its_own_thing() -> None:
    said = [
        correction(scope=Scope.CUSTOMIZATION),
        correction(security=True),
        correction(scope=Scope.PRODUCT_QUESTION),
    ]
    (lesson,) = taught(said, [JUDGED, JUDGED])
    assert (lesson.scope, lesson.security) == (Scope.PRODUCT_QUESTION, True)


@pytest.mark.parametrize(
    "said",
    [
        correction(scope=Scope.UNCLEAR, fingerprint="0" * len(FINGERPRINT)),
        correction(scope=Scope.UNCLEAR, ticket_id=UUID(int=7)),
    ],
)
def test_a_correction_of_something_else_teaches_nothing(said: Corrected) -> None:
    assert taught([said], [JUDGED]) == []


def test_a_correction_changes_what_the_next_model_says_of_the_ticket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Words alone, without the encoder, so that the test is quick."""
    monkeypatch.setattr(Encoder, "encode", lambda _, texts: np.zeros((len(texts), SIZE), "f4"))
    tickets = load_file(TRAIN / "author_ta.jsonl")[:120]
    wrong = next(t for t in tickets if t.scope is Scope.PRODUCT_QUESTION)
    lesson = wrong.model_copy(update={"scope": Scope.UNCLEAR, "weight": 5.0})
    material = material_of([*tickets, lesson], Encoder(), Choice())
    row = np.array([len(tickets)])
    before = fit(material, np.arange(len(tickets)), Choice()).scores(material, row)
    after = fit(material, np.arange(len(tickets) + 1), Choice()).scores(material, row)
    answer = list(Scope).index(Scope.UNCLEAR)
    assert before[0, :10].argmax() == list(Scope).index(Scope.PRODUCT_QUESTION)
    assert after[0, :10].argmax() == answer

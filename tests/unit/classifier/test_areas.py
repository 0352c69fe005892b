"""Which part of the product is meant, and does a name in passing count less?"""

from __future__ import annotations

import numpy as np
import pytest

from services.classifier.areas import Areas
from services.classifier.concepts import concepts_in
from services.classifier.naming import SIZE, naming_of
from services.classifier.products import mentions
from services.classifier.reading import Reading
from shared.contracts import Scope

NAMED, IN_HEADING, LATE, SEVERAL, LIST = range(5)
SCOPES = tuple(Scope)
EXTENSION = 1
UNKNOWN = 2


def naming(subject: str, ask: str) -> tuple[bool, ...]:
    reading = Reading(subject, ask, "")
    return naming_of(reading, mentions(reading.text), concepts_in(reading.forms))


def test_a_name_in_the_subject_is_told_from_one_in_passing() -> None:
    at_once = naming("WooSync stops", "Since Monday no order comes.")
    assert (at_once[NAMED], at_once[IN_HEADING], at_once[LATE]) == (True, True, False)
    story = "The list of contacts is empty since the update and nobody changed anything here. " * 4
    late = naming("Empty list", story + "We also have WooSync.")
    assert (late[NAMED], late[IN_HEADING], late[LATE]) == (True, False, True)


def test_a_list_of_what_is_installed_is_told() -> None:
    told = naming("", "Active: WooSync, Stripe Sync, Mail Campaigns, Automations, Bulk Tagger.")
    assert told[SEVERAL]
    assert told[LIST]
    assert not naming("", "WooSync and Stripe Sync")[LIST]


def test_a_text_that_names_nothing_says_so() -> None:
    assert naming("", "It is broken.")[-2]
    assert len(naming("", "")) == SIZE


@pytest.mark.parametrize(
    ("scope", "area"), [(Scope.BUG_REPORT, EXTENSION), (Scope.UNCLEAR, UNKNOWN)]
)
def test_where_nothing_of_the_product_is_asked_no_part_of_it_is_meant(
    scope: Scope, area: int
) -> None:
    named, scores = np.zeros((1, SIZE), np.float32), np.zeros((1, 13), np.float32)
    named[0, NAMED] = 1
    turn = np.zeros((13 + SIZE + len(SCOPES), 3), np.float32)
    turn[13 + NAMED, EXTENSION] = 5
    areas = Areas(turn, np.zeros(3, np.float32), np.array([0.01, 0.01, 0.98], np.float32))
    likely = np.full((1, len(SCOPES)), 0.01, np.float32)
    likely[0, SCOPES.index(scope)] = 0.91
    assert areas.likely(scores, named, likely)[0].argmax() == area

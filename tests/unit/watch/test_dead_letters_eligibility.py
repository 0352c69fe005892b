"""May a dead letter go back?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.watch.dead_letters.eligibility import Answer, answer_for, returning
from services.watch.dead_letters.gone import Gone
from services.watch.reading import places
from services.watch.sighting import Parked, Sighting
from shared.topics import SUBMITTED, Reader
from tests.unit.watch.test_timeline import NOON, ONE

TOPIC = "support.tickets.submitted.v1"
PLACE = places("support")[SUBMITTED.dead_letters("support", Reader.CLASSIFIER)]
WHY = Parked("classifier", "broken_json", "", 1, TOPIC, 2, 7, truncated=False)
LETTER = Sighting(place=PLACE, partition=0, offset=0, at=NOON, ticket_id=ONE, parked=WHY)


def answer(letter: Sighting, *, gone: bool = False, decided: bool = False) -> Answer:
    return answer_for(letter, gone=gone, decided=decided, known_topics=frozenset({TOPIC}))


def test_a_dead_letter_goes_back_to_its_partition_with_its_headers_and_its_attempts() -> None:
    assert answer(LETTER) is Answer.REPLAY
    back = returning(
        LETTER,
        [
            ("ce_id", b"e1"),
            ("traceparent", b"00-1"),
            ("dlq-topic", b"t"),
            ("dlq-attempts", b"1"),
            ("kafka_dlt-original-topic", b"t"),
            ("nothing", None),
        ],
    )
    assert (back.topic, back.partition) == (TOPIC, 2)
    assert back.headers == (("ce_id", b"e1"), ("traceparent", b"00-1"), ("dlq-attempts", b"1"))


def test_a_decided_ticket_is_left_alone() -> None:
    assert answer(LETTER, decided=True) is Answer.DECIDED


def test_what_went_back_does_not_go_back_again() -> None:
    assert answer(LETTER, gone=True, decided=True) is Answer.GONE


@pytest.mark.parametrize(("attempts", "expected"), [(4, Answer.REPLAY), (5, Answer.TOO_OFTEN)])
def test_after_five_attempts_it_stays(attempts: int, expected: Answer) -> None:
    assert answer(LETTER._replace(parked=replace(WHY, attempts=attempts))) is expected


def test_a_record_that_was_cut_stays() -> None:
    assert answer(LETTER._replace(parked=replace(WHY, truncated=True))) is Answer.TRUNCATED


def test_a_record_from_a_topic_that_is_not_ours_goes_nowhere() -> None:
    assert answer(LETTER._replace(parked=replace(WHY, topic="elsewhere"))) is Answer.NO_ORIGIN
    assert answer(LETTER._replace(parked=None)) is Answer.NO_ORIGIN


def test_what_was_left_out_before_can_still_go_back() -> None:
    gone = Gone().and_these([1, 2, 5])
    assert (gone.below, gone.metadata()) == (0, "1-2,5")
    assert 0 not in gone
    assert 3 not in gone
    assert 5 in gone
    assert gone.and_these([0]) == Gone(3, frozenset({5}))


def test_more_gaps_than_a_commit_keeps_are_refused() -> None:
    with pytest.raises(ValueError, match="too many gaps"):
        Gone().and_these(range(1, 4000, 2)).metadata()


@given(st.lists(st.sets(st.integers(0, 60)), max_size=6))
def test_memory_survives_being_stored_whatever_went_back(runs: list[set[int]]) -> None:
    gone, all_of_them = Gone(), set[int]()
    for run in runs:
        gone = gone.and_these(run)
        gone = Gone.read(gone.below, gone.metadata())
        all_of_them |= run
    assert {offset for offset in range(61) if offset in gone} == all_of_them

"""Is the corpus what its data card says?"""

from __future__ import annotations

from pathlib import Path

import pytest

from services.classifier.training.corpus import (
    ASIDE,
    DEVELOPMENT,
    TRAIN,
    load_file,
    load_folder,
    near_duplicates,
)


def test_every_part_is_well_formed_and_every_id_there_once() -> None:
    tickets = [t for part in (TRAIN, ASIDE, DEVELOPMENT) for t in load_folder(part)]
    assert len({ticket.id for ticket in tickets}) == len(tickets)


def test_no_ticket_is_nearly_another() -> None:
    assert near_duplicates(load_folder(TRAIN), from_=0.5) == []


@pytest.mark.parametrize("part", [ASIDE, DEVELOPMENT])
def test_nothing_that_was_learned_from_is_reported_on(part: Path) -> None:
    assert near_duplicates(load_folder(TRAIN), load_folder(part)) == []


def test_a_near_duplicate_would_be_found() -> None:
    tickets = load_folder(TRAIN)[:2]
    again = tickets[0].model_copy(update={"id": "copy", "body": tickets[0].body + " Thanks"})
    assert near_duplicates([*tickets, again], from_=0.5)[0][:2] == (tickets[0].id, "copy")


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "author_x.jsonl"
    file.write_text('{"id": "a", "subject": "", "body": "", "lang": "en", "scope": "bug"}\n')
    with pytest.raises(ValueError, match=r"author_x\.jsonl, line 1: scope: "):
        load_file(file)

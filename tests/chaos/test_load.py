"""Is what arrives known in advance? The load's texts, and what it remembers of its answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.intake.screen import screen
from tests.chaos.load import Load, Mix
from tests.chaos.target import Target
from tests.chaos.texts import REPORTS, ordinary_texts, sample_facts

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOWHERE = Target(kafka="", intake="http://127.0.0.1:1", api_key="", database="")


def test_ordinary_texts_are_the_sample_without_its_reports() -> None:
    texts = ordinary_texts()
    assert len(texts) == 147
    assert all("sent_at" not in text for text in texts)


def test_the_facts_of_the_sample_have_moments_instead_of_distances() -> None:
    for fact in sample_facts(NOW):
        effective = datetime.fromisoformat(fact["effective_at"])
        assert effective <= NOW + timedelta(seconds=1)
        assert "now" not in str(fact)


def test_an_answer_is_remembered_with_its_first_moment_and_every_id() -> None:
    load = Load(NOWHERE, Mix(), seed=1)
    load._a_report("r-1")
    load._accepted("r-1", "id-1")
    first = load.submissions["r-1"].accepted_at
    load._accepted("r-1", "id-2")
    assert load.submissions["r-1"].report
    assert load.submissions["r-1"].accepted
    assert load.submissions["r-1"].accepted_at == first
    assert load.submissions["r-1"].answered_ids == ("id-1", "id-2")


def test_the_screen_must_flag_what_the_load_calls_a_report() -> None:
    assert [subject for subject, body in REPORTS if not screen(subject, body).flag] == []

"""Is the poison poison? Every planted record is refused by the reader of its topic."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from random import Random

import pytest

from shared.contracts import TYPE_OF
from shared.envelope import decode
from shared.failures import Permanent
from shared.topics import TOPICS
from tests.chaos.evidence import Message
from tests.chaos.names import PARKED_BY
from tests.chaos.poisons import KINDS, MARK, planted, poisons, poisons_of
from tests.chaos.target import Headers

EVENTS = {topic.name: {TYPE_OF[model]: model for model in topic.events} for topic in TOPICS}


@dataclass(frozen=True)
class Planted:
    headers: Headers
    value: bytes | None
    topic: str = "any"
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    key: bytes | None = b"key"


@pytest.mark.parametrize("topic", [topic for topic in PARKED_BY if topic != "inbound"])
def test_every_kind_of_poison_is_refused_on_every_topic_of_ours(topic: str) -> None:
    for headers, value in poisons_of(topic, "storm"):
        with pytest.raises(Permanent):
            decode(Planted(headers, value), EVENTS[topic])


def test_a_round_of_poison_has_every_kind_on_every_topic() -> None:
    round_ = islice(poisons(Random(1), "storm"), len(PARKED_BY) * len(KINDS))
    seen = {(topic, dict(headers)[MARK]) for topic, headers, _ in round_}
    assert len(seen) == len(PARKED_BY) * len(KINDS)


def test_planted_records_are_found_by_their_mark_and_their_dead_letters_are_not_counted() -> None:
    here = Message("tickets.entitled", 1, 2, "key", {MARK: "no_id"}, None)
    parked = Message("tickets.entitled.v1.router.dlq", 0, 0, "key", {MARK: "no_id"}, None)
    good = Message("tickets.entitled", 1, 3, "key", {}, None)
    assert [(p.topic, p.offset) for p in planted([here, parked, good])] == [("tickets.entitled", 2)]

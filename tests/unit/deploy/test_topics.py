from deploy.topics import Standing, find_drift
from shared.topics import TopicSpec

WANTED = [TopicSpec("support.a.v1", 6, {"retention.ms": "1209600000", "cleanup.policy": "delete"})]


def standing(partitions: int = 6, retention: str = "1209600000") -> dict[str, Standing]:
    config = {"retention.ms": retention, "cleanup.policy": "delete", "segment.bytes": "1"}
    return {"support.a.v1": Standing(partitions, config)}


def test_a_topic_as_it_should_be_is_no_drift() -> None:
    assert find_drift(WANTED, standing()) == []


def test_a_missing_topic_is_drift() -> None:
    assert find_drift(WANTED, {}) == ["support.a.v1: missing"]


def test_other_partitions_and_retention_are_told_with_what_they_should_be() -> None:
    assert find_drift(WANTED, standing(partitions=4, retention="60000")) == [
        "support.a.v1: 4 partitions instead of 6",
        "support.a.v1: retention.ms is 60000 instead of 1209600000",
    ]


def test_a_broker_without_settings_only_has_to_have_the_topic() -> None:
    assert find_drift(WANTED, {"support.a.v1": Standing(4, None)}) == []


def test_topics_of_others_are_none_of_our_business() -> None:
    assert find_drift([], standing()) == []

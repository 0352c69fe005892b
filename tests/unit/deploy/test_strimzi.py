"""Are an operator's resources what our own provisioning would make?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from deploy.access import NAMES
from deploy.strimzi import resources
from tests.support import access_by_hand as by_hand

FOUND = list(resources("cluster", "support", 6))


def of(kind: str) -> dict[str, Any]:
    return {each["metadata"]["name"]: each["spec"] for each in FOUND if each["kind"] == kind}


def test_every_topic_and_everybody_is_there_once() -> None:
    assert of("KafkaTopic").keys() == {by_hand.address("support", t) for t in by_hand.TOPICS}
    assert of("KafkaUser").keys() == {f"support.{name}" for name in NAMES}
    assert len(FOUND) == len(by_hand.TOPICS) + len(NAMES)
    assert {each["metadata"]["labels"]["strimzi.io/cluster"] for each in FOUND} == {"cluster"}


def test_a_topic_is_kept_as_the_registry_says() -> None:
    assert of("KafkaTopic")["support.tickets.submitted.v1"] == {
        "partitions": 6,
        "replicas": 3,
        "config": {
            "cleanup.policy": "delete",
            "retention.ms": "1209600000",
            "max.message.bytes": "4194304",
            "message.timestamp.type": "CreateTime",
            "min.insync.replicas": "2",
        },
    }


def test_the_fast_lane_may_read_and_commit_reports_and_write_their_queue() -> None:
    user = of("KafkaUser")["support.fast-lane"]
    assert user["authentication"] == {"type": "scram-sha-512"}
    assert [
        (
            r["resource"]["type"],
            r["resource"]["name"],
            r["resource"]["patternType"],
            *r["operations"],
        )
        for r in user["authorization"]["acls"]
    ] == [
        ("group", "support.router-fast-lane", "literal", "Read"),
        ("topic", "support.tickets.security.v1", "literal", "Read"),
        ("topic", "support.queues.security.v1", "literal", "Write"),
    ]


def test_the_command_prints_them_without_any_server() -> None:
    command = [sys.executable, "-m", "deploy.strimzi", "cluster"]
    root = Path(__file__).parents[3]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert list(yaml.safe_load_all(told.stdout)) == FOUND

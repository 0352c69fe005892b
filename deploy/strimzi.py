"""What does an operator need to be told? Topics and users, as resources for Strimzi.

    python -m deploy.strimzi CLUSTER | kubectl apply -f -

From the registry of topics and the rights that follow from it; the namespace and the partitions are
those of TRIAGE_NAMESPACE and TRIAGE_PARTITIONS.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from deploy.access import Operation, Right, rights
from shared.settings import KafkaSettings, stop
from shared.topics import TopicSpec, specifications

API = "kafka.strimzi.io/v1beta2"
COPIES = 3
"""One broker may be lost without a record or a pause."""
OPERATIONS = {
    Operation.READ: "Read",
    Operation.WRITE: "Write",
    Operation.DESCRIBE: "Describe",
    Operation.DESCRIBE_CONFIGS: "DescribeConfigs",
}

Resource = dict[str, Any]


def resources(cluster: str, namespace: str, partitions: int) -> Iterator[Resource]:
    """Every topic, then everybody with their rights."""
    for spec in specifications(namespace, partitions):
        yield _topic(cluster, spec)
    given = rights(namespace)
    for user in sorted({right.principal for right in given}):
        yield _user(cluster, user, sorted(right for right in given if right.principal == user))


def _topic(cluster: str, spec: TopicSpec) -> Resource:
    config: Mapping[str, str] = spec.config | {"min.insync.replicas": str(COPIES - 1)}
    wanted = {"partitions": spec.partitions, "replicas": COPIES, "config": dict(config)}
    return _resource(cluster, "KafkaTopic", spec.address, wanted)


def _user(cluster: str, name: str, own: list[Right]) -> Resource:
    spec = {
        "authentication": {"type": "scram-sha-512"},
        "authorization": {"type": "simple", "acls": [_rule(right) for right in own]},
    }
    return _resource(cluster, "KafkaUser", name, spec)


def _rule(right: Right) -> Resource:
    resource = {
        "type": str(right.kind),
        "name": right.name,
        "patternType": "prefix" if right.prefix else "literal",
    }
    return {"resource": resource, "operations": [OPERATIONS[right.operation]], "host": "*"}


def _resource(cluster: str, kind: str, name: str, spec: Resource) -> Resource:
    metadata = {"name": name, "labels": {"strimzi.io/cluster": cluster}}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def main(arguments: list[str]) -> None:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        stop("usage: python -m deploy.strimzi CLUSTER, as the Kafka resource is called")
    # No server is asked, so none needs to be named.
    settings = KafkaSettings(kafka_bootstrap_servers="none")
    found = resources(arguments[0], settings.triage_namespace, settings.triage_partitions)
    sys.stdout.write(yaml.safe_dump_all(found, sort_keys=False))


if __name__ == "__main__":
    main(sys.argv[1:])

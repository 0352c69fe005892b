"""How does a test log in to a pipeline with TLS and rights? With the passwords that were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from shared.settings import KafkaSettings
from tests.containers.compose import Compose

READ_SECRETS = """
import json, pathlib
keys = pathlib.Path("/keys")
files = [*keys.glob("secure/*/*"), keys / "authority" / "ca.pem"]
print(json.dumps({str(file.relative_to(keys)): file.read_text().strip() for file in files}))
"""


@dataclass(frozen=True, slots=True)
class Secured:
    """A running pipeline, and its secrets by their file: `secure/router/kafka.password`."""

    pipeline: Compose
    secrets: Mapping[str, str]
    folder: Path

    @classmethod
    def of(cls, pipeline: Compose, folder: Path) -> Secured:
        script = ("--entrypoint", "python", "keys", "-c", READ_SECRETS)
        return cls(
            pipeline, json.loads(pipeline.compose("run", "--rm", "--no-deps", *script)), folder
        )

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def password(self, name: str) -> str:
        return self.secrets[f"secure/{name}/kafka.password"]

    def settings(self, name: str, namespace: str, **others: Any) -> KafkaSettings:
        """As the process or person of that name logs in, but for `others`."""
        own = {
            "kafka_bootstrap_servers": f"localhost:{self.pipeline.kafka_port}",
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_username": f"{namespace}.{name}",
            "kafka_sasl_password_file": self.file(name, self.password(name)),
            "kafka_ca_file": self.file("ca.pem", self.secrets["authority/ca.pem"]),
            "triage_namespace": namespace,
        }
        return KafkaSettings.model_validate(own | others)

    def told(self, name: str, namespace: str) -> Any:
        """librdkafka's admin client, which can ask the broker what somebody may do."""
        return AdminClient(
            {
                "bootstrap.servers": f"localhost:{self.pipeline.kafka_port}",
                "security.protocol": "SASL_SSL",
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": f"{namespace}.{name}",
                "sasl.password": self.password(name),
                "ssl.ca.pem": self.secrets["authority/ca.pem"],
            }
        )


def operations(admin: Any, topics: set[str], groups: set[str]) -> dict[str, set[str]]:
    """What the broker says one may do on each topic, each group, and `the cluster`."""
    asked = admin.describe_topics(
        TopicCollection(sorted(topics)), include_authorized_operations=True
    ) | admin.describe_consumer_groups(sorted(groups), include_authorized_operations=True)
    cluster = admin.describe_cluster(include_authorized_operations=True)
    return {name: _operations(answer) for name, answer in asked.items()} | {
        "the cluster": _operations(cluster)
    }


def _operations(answer: Any) -> set[str]:
    try:
        allowed = answer.result(20).authorized_operations
    except KafkaException as error:
        if error.args[0].name().endswith("_AUTHORIZATION_FAILED"):
            return set()
        raise
    return {operation.name for operation in allowed or ()}

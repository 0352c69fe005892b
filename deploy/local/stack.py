"""Which processes make up the pipeline, and how does the whole of it run on one machine?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from deploy.failure import WrongSetting
from deploy.local.apart import run_apart
from deploy.local.children import free_port
from deploy.local.embedded_broker import PARTITIONS as EMBEDDED_PARTITIONS
from deploy.local.keys import Keys, write_keys
from deploy.local.processes import Part, Supervisor
from deploy.local.server import Kind, Server
from deploy.provision import provision
from shared.settings import KafkaSettings

HOST = "127.0.0.1"
READY_SECONDS = 90.0

PARTS = (
    Part("intake-http", "services.intake", ("http",)),
    Part("intake-inbound", "services.intake", ("inbound",)),
    Part("classifier", "services.classifier", ("ordinary",), gives_way=True),
    Part("classifier-security", "services.classifier", ("security",)),
    Part("entitlements", "services.entitlements", gives_way=True),
    Part("router", "services.router", ("decisions",), gives_way=True),
    Part("router-fast-lane", "services.router", ("fast-lane",)),
    Part("watch", "services.watch", probe_setting="WATCH_PORT", gives_way=True),
)
"""Every process of the pipeline."""


@dataclass(frozen=True, slots=True)
class RunningStack:
    """A whole pipeline on this machine, ready."""

    kafka: str
    """host:port, comma separated"""
    database: str
    intake: str
    watch: str
    keys: dict[str, str]
    """The API key of each source."""
    supervisor: Supervisor
    environment: dict[str, str]
    """What each process was told; a command needs the same to reach this stack."""


@contextmanager
def running_stack(
    work: Path,
    kafka: Server,
    postgres: Server,
    given: Mapping[str, str],
    note: Callable[[str], None] = lambda text: print(text, file=sys.stderr),
) -> Iterator[RunningStack]:
    """The pipeline on these servers, ready; all of it ends with the context.

    `given` are settings that replace our own: namespace, partitions, ports, log level. Servers
    that run already are used as they are, and closed at the end all the same. Raises ServerFailed,
    ProvisionFailed or PartFailed, each with a message for people.
    """
    with ExitStack() as stack:
        note("starting Kafka and PostgreSQL")
        stack.enter_context(kafka)
        stack.enter_context(postgres)
        with stack_processes(work, kafka, postgres.address, given, note) as running:
            yield running


@contextmanager
def stack_processes(
    work: Path,
    kafka: Server,
    database: str,
    given: Mapping[str, str],
    note: Callable[[str], None] = lambda text: print(text, file=sys.stderr),
    parts: Sequence[Part] = PARTS,
) -> Iterator[RunningStack]:
    """The processes of the pipeline on servers that run: topics, tables, keys, processes."""
    keys = write_keys(work / "keys")
    environment = settle_environment(kafka, database, keys, given)
    note("making topics and tables")
    _, drift = run_apart(lambda: provision(_kafka_settings(environment), database))
    for difference in drift:
        note(f"note: {difference}")
    note("starting the processes")
    with Supervisor(parts, environment, work / "logs", note) as supervisor:
        supervisor.start()
        supervisor.wait_ready(READY_SECONDS)
        yield RunningStack(
            kafka=kafka.address,
            database=database,
            intake=f"http://{HOST}:{environment['INTAKE_PORT']}",
            watch=f"http://{HOST}:{environment['WATCH_PORT']}",
            keys=keys.api_keys,
            supervisor=supervisor,
            environment=environment,
        )


def settle_environment(
    kafka: Server, database: str, keys: Keys, given: Mapping[str, str]
) -> dict[str, str]:
    """What every process of a stack is told."""
    own = {
        "TRIAGE_NAMESPACE": "support",
        "TRIAGE_PARTITIONS": "6",
        "LOG_LEVEL": "INFO",
        "INTAKE_PORT": str(free_port()),
        "WATCH_PORT": str(free_port()),
        "TRIAGE_FEED_SOURCES": "billing",
        "WATCH_CANARY_SECONDS": "0",
    }
    settled = {
        "INTAKE_HOST": HOST,
        "WATCH_HOST": HOST,
        "KAFKA_BOOTSTRAP_SERVERS": kafka.address,
        "DATABASE_URL": database,
        "TRIAGE_SOURCES_FILE": str(keys.sources_file),
        "TRIAGE_FINGERPRINT_KEY_FILE": str(keys.fingerprint_key_file),
        "TRIAGE_REDACTION_KEY_FILE": str(keys.redaction_key_file),
        "WATCH_CANARY_KEY_FILE": str(keys.canary_key_file),
    }
    if kafka.kind is Kind.EMBEDDED:
        settled["TRIAGE_PARTITIONS"] = str(EMBEDDED_PARTITIONS)
    wished = {name: given[name] for name in own if given.get(name, "") not in {"", "0"}}
    made = own | wished | settled
    return made | {"WATCH_CANARY_URL": f"http://{HOST}:{made['INTAKE_PORT']}"}


def _kafka_settings(environment: Mapping[str, str]) -> KafkaSettings:
    """The settings of the processes, for our own use; credentials come from our environment."""
    try:
        return KafkaSettings(
            kafka_bootstrap_servers=environment["KAFKA_BOOTSTRAP_SERVERS"],
            triage_namespace=environment["TRIAGE_NAMESPACE"],
            triage_partitions=environment["TRIAGE_PARTITIONS"],
        )
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise WrongSetting(
            "; ".join(f"{str(fault['loc'][-1]).upper()}: {fault['msg']}" for fault in faults)
        ) from None

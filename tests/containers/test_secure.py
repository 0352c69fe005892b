"""Does the pipeline work with TLS and rights, and is each process kept to what is its own?

deploy/secure on a real broker and database. Writing is tried in a second namespace, `trial`, with
the same names and passwords: nobody reads there, so that what gets through does no harm.
"""

from __future__ import annotations

import asyncio
import gc
import json
import warnings
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError

from deploy.certificates import make_authority
from shared.kafka import connection, make_admin, why_refused
from tests.containers.compose import NAMESPACE, Compose, up_from_nothing
from tests.containers.secured import Secured, operations
from tests.support import access_by_hand as by_hand

pytestmark = [
    pytest.mark.containers,
    pytest.mark.real,
    pytest.mark.timeout(600),
    # aiokafka lets go of a refused connection before its TLS has said goodbye.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TRIAL = "trial"
TABLES = {
    "entitlements": {
        "facts": "licence_id",
        "lookups": "licence_id",
        "feed_marks": "source",
        "provisional": "ticket_id",
        "forgotten": "licence_id",
    },
    "router": {
        "cases": "ticket_id",
        "cases_3": "ticket_id",
        "decisions": "ticket_id",
        "decisions_3": "ticket_id",
    },
}
"""Every table by its schema, with some column of it."""
TRY_SQL = """
import asyncio, json, os, sys, asyncpg
async def tried(connection, sql):
    try:
        async with connection.transaction():
            await connection.execute(sql)
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True
async def main():
    with open(os.environ["DATABASE_URL_FILE"]) as file:
        connection = await asyncpg.connect(file.read().strip())
    print(json.dumps({sql: await tried(connection, sql) for sql in json.loads(sys.argv[1])}))
asyncio.run(main())
"""
SECURE = "deploy/secure/compose.yaml"
each = pytest.mark.parametrize("name", sorted(by_hand.WRITES))


@pytest.fixture(scope="module", autouse=True)
def _left_behind() -> Iterator[None]:
    """What aiokafka left is cleared away here, and does not fail whoever comes next."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module")
def pipeline(engine: None) -> Iterator[Compose]:
    with up_from_nothing(SECURE) as project:
        yield project


@pytest.fixture(scope="module")
def secured(pipeline: Compose, tmp_path_factory: pytest.TempPathFactory) -> Secured:
    """With the namespace `trial` beside the pipeline's own."""
    pipeline.compose("run", "--rm", "-e", f"TRIAGE_NAMESPACE={TRIAL}", "provision")
    return Secured.of(pipeline, tmp_path_factory.mktemp("secrets"))


def test_everything_comes_up_well(pipeline: Compose) -> None:
    started = {c["Service"]: c["Health"] for c in pipeline.containers()}
    assert set(started.values()) == {"healthy"}
    assert len(started) == 10


def test_the_sample_reaches_its_queues(pipeline: Compose) -> None:
    told = pipeline.compose("--profile", "demo", "run", "--rm", "demo", seconds=180)
    assert "180 tickets in their queues" in told
    assert len([row for row in pipeline.ledger() if row[3]]) == 180


@each
async def test_writing_to_a_topic_that_is_not_ones_own_is_refused(
    secured: Secured, name: str
) -> None:
    producer = AIOKafkaProducer(**connection(secured.settings(name, TRIAL)))
    await producer.start()
    try:
        tried = {t: await _written(producer, by_hand.address(TRIAL, t)) for t in by_hand.TOPICS}
    finally:
        await producer.stop()
    assert {topic for topic, written in tried.items() if written} == by_hand.WRITES[name]


async def _written(producer: AIOKafkaProducer, address: str) -> bool:
    try:
        await asyncio.wait_for(producer.send_and_wait(address, b"tried"), 30)
    except TopicAuthorizationFailedError:
        return False
    return True


@each
def test_the_broker_grants_nothing_else(secured: Secured, name: str) -> None:
    """Reading, committing, deleting, altering: all that there is, as the broker tells of it."""
    topics = {by_hand.address(TRIAL, topic): topic for topic in by_hand.TOPICS}
    groups = {f"{TRIAL}.{group}": group for group in by_hand.GROUPS}
    told = operations(secured.told(name, TRIAL), set(topics), set(groups))

    assert told.pop("the cluster") == set()
    assert told == {
        **{address: _on_topic(name, topic) for address, topic in topics.items()},
        **{address: _on_group(name, group) for address, group in groups.items()},
    }


def _on_topic(name: str, topic: str) -> set[str]:
    granted = {
        operation
        for operation, own in (
            ("WRITE", topic in by_hand.WRITES[name]),
            ("READ", by_hand.may_read(name, topic)),
            ("DESCRIBE_CONFIGS", name == "operator"),
        )
        if own
    }
    return granted | {"DESCRIBE"} if granted else set()


def _on_group(name: str, group: str) -> set[str]:
    if group in by_hand.JOINS[name]:
        return {"READ", "DESCRIBE"}
    return {"DESCRIBE"} if name in ("watch", "operator") else set()


async def test_a_name_counts_in_its_own_namespace_alone(secured: Secured) -> None:
    """The same password, another pipeline."""
    producer = AIOKafkaProducer(**connection(secured.settings("router", TRIAL)))
    await producer.start()
    try:
        assert await _written(producer, by_hand.address(TRIAL, "queues.core"))
        assert not await _written(producer, by_hand.address(NAMESPACE, "queues.core"))
    finally:
        await producer.stop()


@pytest.mark.parametrize(
    ("stranger", "why"),
    [
        ({"kafka_security_protocol": "PLAINTEXT"}, "KAFKA_SECURITY_PROTOCOL: localhost"),
        ({"kafka_security_protocol": "SASL_PLAINTEXT"}, "KAFKA_SECURITY_PROTOCOL: localhost"),
        ({"kafka_security_protocol": "SSL"}, None),
        ({"kafka_sasl_username": "support.nobody"}, "knows no support.nobody with this password"),
        ({"kafka_sasl_username": "support.watch"}, "knows no support.watch with this password"),
        ({"kafka_sasl_mechanism": "PLAIN"}, "KAFKA_SASL_MECHANISM: localhost"),
        ({"kafka_ca_file": "another authority"}, "KAFKA_CA_FILE: the certificate of localhost"),
    ],
)
async def test_strangers_do_not_get_in_and_are_told_which_setting_is_wrong(
    secured: Secured, stranger: dict[str, str | None], why: str | None
) -> None:
    if stranger.get("kafka_security_protocol") in ("PLAINTEXT", "SSL"):
        stranger = stranger | {"kafka_sasl_username": None, "kafka_sasl_password_file": None}
    if "kafka_ca_file" in stranger:
        make_authority(secured.folder / "another")
        stranger = {"kafka_ca_file": str(secured.folder / "another" / "ca.pem")}
    admin = make_admin(secured.settings("router", NAMESPACE, **stranger))
    try:
        with pytest.raises(KafkaConnectionError):
            await asyncio.wait_for(admin.start(), 30)
        said = await why_refused(admin)
    finally:
        await admin.close()
    assert (said is None) if why is None else (said is not None and why in said)
    assert secured.password("router") not in (said or "")


@pytest.mark.parametrize("role", ["entitlements", "router", "operator"])
def test_a_role_reaches_the_rows_of_its_own_schema_and_no_others(
    pipeline: Compose, role: str
) -> None:
    """Logged in as the container itself does; no statement touches a row."""
    own = {"entitlements", "router"} if role == "operator" else {role}
    allowed = {sql for schema in own for sql in _statements(schema)}
    refused = {sql for schema in TABLES.keys() - own for sql in _statements(schema)}
    refused |= {f"delete from {schema}.migrations where false" for schema in TABLES}
    refused |= {f"drop table {schema}.{table}" for schema in TABLES for table in TABLES[schema]}
    refused |= {f"create table {schema}.planted (id int)" for schema in (*TABLES, "public")}
    refused |= {"create schema planted", "create role planted", "copy (select 1) to '/tmp/planted'"}
    views = {"select * from public.ledger limit 0", "select * from public.licence_state limit 0"}
    temporary = {"create temporary table planted (id int)"}
    (allowed if role == "operator" else refused).update(views | temporary)

    assert _tried(pipeline, role, allowed | refused) == {
        **dict.fromkeys(allowed, True),
        **dict.fromkeys(refused, False),
    }


def _statements(schema: str) -> set[str]:
    return {
        sql.format(table=f"{schema}.{table}", column=column)
        for table, column in TABLES[schema].items()
        for sql in (
            "select * from {table} limit 0",
            "insert into {table} select * from {table} where false",
            "update {table} set {column} = {column} where false",
            "delete from {table} where false",
        )
    }


def _tried(pipeline: Compose, role: str, statements: set[str]) -> dict[str, bool]:
    script = ("-c", TRY_SQL, json.dumps(sorted(statements)))
    run: tuple[str, ...]
    if role == "operator":
        run = ("run", "--rm", "--no-deps", "--entrypoint", "python", "triage")
    else:
        run = ("exec", "-T", role, "python")
    answers: dict[str, bool] = json.loads(pipeline.compose(*run, *script))
    return answers


def test_the_database_takes_nobody_without_tls_or_with_anothers_password(
    pipeline: Compose, secured: Secured
) -> None:
    password = secured.secrets["secure/router/database.url"].split(":")[2].partition("@")[0]
    psql = ("exec", "-T", "-e", f"PGPASSWORD={password}", "postgres", "psql", "-c", "select 1")
    at = "host=postgres dbname=triage"
    tls = "sslmode=verify-full sslrootcert=/keys/secure/ca.pem"

    assert "1 row" in pipeline.compose(*psql, f"{at} user=router {tls}")
    with pytest.raises(AssertionError, match="no encryption"):
        pipeline.compose(*psql, f"{at} user=router sslmode=disable")
    with pytest.raises(AssertionError, match="password authentication failed"):
        pipeline.compose(*psql, f"{at} user=entitlements {tls}")


@pytest.mark.parametrize(
    ("service", "setting", "value", "said"),
    [
        ("fast-lane", "KAFKA_SASL_USERNAME", "support.nobody", "knows no support.nobody with this"),
        ("intake", "KAFKA_SASL_USERNAME", "support.nobody", "knows no support.nobody with this"),
        ("fast-lane", "KAFKA_SASL_PASSWORD_FILE", "/nowhere", "cannot read /nowhere: No such file"),
        ("fast-lane", "KAFKA_CA_FILE", "/keys/secure/kafka.password", "holds no certificate"),
        ("triage", "KAFKA_SASL_USERNAME", "support.nobody", "knows no support.nobody with this"),
        ("router", "DATABASE_URL_FILE", "/app/wrong.url", "cannot read /app/wrong.url: No such"),
    ],
)
def test_a_wrong_setting_ends_a_process_in_one_line_with_2(
    pipeline: Compose, service: str, setting: str, value: str, said: str
) -> None:
    arguments = ("topics", "check") if service == "triage" else ()
    run = ("compose", "run", "--rm", "--no-deps", "-T", "-e", f"{setting}={value}")
    ended = pipeline.tried(*run, service, *arguments, seconds=90)

    told = ended.stdout + ended.stderr
    assert ended.returncode == 2, told
    assert [line for line in told.splitlines() if said in line and setting in line]
    assert "Traceback" not in told


async def test_a_new_password_holds_and_the_old_one_no_longer(
    pipeline: Compose, secured: Secured
) -> None:
    """As the runbook says: take the folder away, have it made again, restart whose it is."""
    old = secured.settings("fast-lane", NAMESPACE)
    script = ("--entrypoint", "rm", "keys", "-r", "/keys/secure/fast-lane")
    await pipeline.soon("compose", "run", "--rm", "--no-deps", *script)
    await pipeline.soon("compose", "run", "--rm", "keys")
    await pipeline.soon("compose", "run", "--rm", "provision")
    await pipeline.soon("compose", "restart", "fast-lane")
    await pipeline.soon("compose", "up", "--wait", "--no-build", "fast-lane", seconds=120)

    admin = make_admin(old)
    with pytest.raises(KafkaConnectionError):
        await asyncio.wait_for(admin.start(), 30)
    await admin.close()


def test_no_secret_stands_in_a_log_or_in_what_docker_tells(
    pipeline: Compose, secured: Secured
) -> None:
    words = [word for file, word in secured.secrets.items() if file.endswith("password")]
    words += [
        url.split(":")[2].partition("@")[0]
        for file, url in secured.secrets.items()
        if file.endswith("database.url")
    ]
    told = pipeline.compose("logs", "--no-color")
    told += pipeline.docker("inspect", *(c["Name"] for c in pipeline.containers()))
    assert "support.router" in told
    assert len(words) == 14 + 3
    assert not [word for word in words if word in told]

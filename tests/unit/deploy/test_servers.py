import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.failure import WrongSetting
from deploy.local import kafka, postgres
from deploy.local.children import free_port
from deploy.local.server import GivenServer, Kind, ServerFailed


@pytest.fixture
def listening() -> Iterator[int]:
    """A port where something accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_given_kafka_is_used_whatever_else_there_is(tmp_path: Path, listening: int) -> None:
    address = f"127.0.0.1:{listening}"
    environment = {"KAFKA_BOOTSTRAP_SERVERS": address, "TRIAGE_KAFKA": "embedded"}

    with kafka.choose_kafka(tmp_path, kafka.REAL, environment) as server:
        assert (server.kind, server.address) == (Kind.GIVEN, address)


def test_a_given_kafka_that_is_away_is_named_with_its_setting(tmp_path: Path) -> None:
    port = free_port()
    server = kafka.choose_kafka(tmp_path, [], {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{port}"})

    with pytest.raises(ServerFailed, match=f"KAFKA_BOOTSTRAP_SERVERS: nothing.*127.0.0.1:{port}"):
        server.start()


@pytest.mark.parametrize("address", ["localhost", "localhost:", ":9092", "a:1,b", "localhost:x"])
def test_an_address_without_host_or_port_is_refused_with_its_setting(
    tmp_path: Path, address: str
) -> None:
    with pytest.raises(WrongSetting, match=r"KAFKA_BOOTSTRAP_SERVERS: .* is not host:port"):
        kafka.choose_kafka(tmp_path, [], {"KAFKA_BOOTSTRAP_SERVERS": address})


def test_several_brokers_with_host_names_and_ipv6_are_understood() -> None:
    assert kafka.parse_addresses("a.example:9092, [::1]:9093") == [
        ("a.example", 9092),
        ("::1", 9093),
    ]


def test_an_unknown_wish_for_a_kind_of_kafka_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="TRIAGE_KAFKA: 'redpanda' is none of docker, java"):
        kafka.choose_kafka(tmp_path, kafka.REAL, {"TRIAGE_KAFKA": "redpanda"})


def test_the_wish_for_a_kind_of_kafka_replaces_the_order(tmp_path: Path) -> None:
    server = kafka.choose_kafka(tmp_path, kafka.REAL, {"TRIAGE_KAFKA": "embedded"})

    assert server.kind is Kind.EMBEDDED


def test_where_there_is_no_kafka_each_way_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")

    with pytest.raises(ServerFailed) as failure:
        kafka.choose_kafka(tmp_path, kafka.REAL, {})

    assert str(failure.value) == (
        "no Kafka on this machine: KAFKA_BOOTSTRAP_SERVERS is not set;"
        " no Docker engine answers; no java (Java 17 or later) on the PATH"
    )


@pytest.mark.parametrize(
    "dsn", ["localhost", "mysql://u:secret@h/db", "postgresql://", "postgresql://u:secret@h:x/db"]
)
def test_a_wrong_connection_string_is_refused_without_repeating_it(
    tmp_path: Path, dsn: str
) -> None:
    with pytest.raises(WrongSetting, match="DATABASE_URL is not a connection string") as failure:
        postgres.choose_postgres(tmp_path, [], {"DATABASE_URL": dsn})

    assert "secret" not in str(failure.value)


def test_a_given_server_is_never_stopped_nor_harmed(listening: int) -> None:
    address = f"127.0.0.1:{listening}"
    server = GivenServer(address, setting="X", hosts=[("127.0.0.1", listening)])

    with server:
        for harm in (server.kill, server.pause, server.resume):
            with pytest.raises(ServerFailed, match="left alone"):
                harm()
    server.start()


def test_the_embedded_broker_is_up_within_seconds_and_gone_at_the_end(tmp_path: Path) -> None:
    with kafka.EmbeddedKafka(tmp_path) as server:
        (where,) = kafka.parse_addresses(server.address)
        socket.create_connection(where, timeout=2).close()

    with pytest.raises(OSError, match="refused"):
        socket.create_connection(where, timeout=2)

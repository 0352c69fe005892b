"""Is a client that Kafka never answers told which setting is wrong?"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.certificates import certified, make_authority
from shared.kafka import make_admin, why_refused
from shared.settings import KafkaSettings


async def why(tls: ssl.SSLContext | None) -> str | None:
    """What a client without TLS hears of a server that does not understand a word."""
    over = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.read()
            writer.close()
            await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0, ssl=tls)
    async with server:
        port = server.sockets[0].getsockname()[1]
        admin = make_admin(KafkaSettings(kafka_bootstrap_servers=f"127.0.0.1:{port}"))
        said = await why_refused(admin)
        await admin.close()
        await asyncio.wait_for(over.wait(), 5)
    return said


async def test_a_server_that_speaks_tls_is_named_to_a_client_that_does_not(tmp_path: Path) -> None:
    make_authority(tmp_path / "authority")
    pair = tmp_path / "pair.pem"
    pair.write_text(certified(tmp_path / "authority", "broker", ("localhost",)))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pair)
    said = await why(tls)
    assert said is not None
    assert said.startswith("KAFKA_SECURITY_PROTOCOL: 127.0.0.1:")
    assert said.endswith("speaks TLS, and we do not")


async def test_of_a_server_that_is_only_slow_no_setting_is_called_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.kafka.ASK_MS", 200)
    assert await why(None) is None

"""Which processes do tests run? The whole stack on servers of the test run, each stack its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from deploy.local.apart import run_apart
from deploy.local.server import Server
from deploy.local.stack import RunningStack, stack_processes
from tests.support.servers import database_named, fresh_folder


@contextmanager
def stack_on(
    kafka: Server, postgres: Server, work: Path, given: Mapping[str, str] | None = None
) -> Iterator[RunningStack]:
    """Every process of the pipeline on these servers, in a namespace and a database of its own."""
    name = f"stack_{uuid.uuid4().hex[:12]}"

    async def create() -> None:
        connection = await asyncpg.connect(postgres.address, timeout=10)
        try:
            await connection.execute(f"create database {name}")
        finally:
            await connection.close()

    run_apart(create)
    settings = {"TRIAGE_NAMESPACE": name.replace("_", "-"), **(given or {})}
    database = database_named(postgres.address, name)
    with stack_processes(fresh_folder(work), kafka, database, settings) as stack:
        yield stack


@pytest.fixture
def stack(kafka: Server, postgres: Server, work: Path) -> Iterator[RunningStack]:
    """The whole pipeline on real servers, for this test alone."""
    with stack_on(kafka, postgres, work) as running:
        yield running


@pytest.fixture
def embedded_stack(embedded_kafka: Server, postgres: Server, work: Path) -> Iterator[RunningStack]:
    """The whole pipeline on the embedded broker, for this test alone."""
    with stack_on(embedded_kafka, postgres, work) as running:
        yield running

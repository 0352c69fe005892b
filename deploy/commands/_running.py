"""How does a command run to its end? Whatever goes wrong outside is said in one line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import structlog
import typer
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.commands._output import INTERRUPTED, note, stop
from deploy.failure import Failure, WrongSetting
from services.watch.reading import is_ticket_id
from shared.failures import Refused
from shared.kafka import make_admin, make_producer, why_refused
from shared.settings import KafkaSettings, load

ResultT = TypeVar("ResultT")


def run(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """The result of `work`; a failure ends the command with one line and its exit code."""
    _hush()
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        note("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except Failure as failure:
        stop(failure)
    except Refused as error:
        stop(WrongSetting(str(error)))
    except KafkaError as error:
        settings = load(KafkaSettings)
        if why := asyncio.run(_why_refused(settings)):
            stop(WrongSetting(why))
        where = settings.kafka_bootstrap_servers
        stop(
            WrongSetting(
                f"Kafka at {where} does not answer as it should ({type(error).__name__});"
                " is it running, and is KAFKA_BOOTSTRAP_SERVERS right?"
            )
        )


async def _why_refused(settings: KafkaSettings) -> str | None:
    return await why_refused(make_admin(settings))


def kafka_settings() -> KafkaSettings:
    """Where Kafka is, from the environment; one line and exit 2 where that is not said."""
    return load(KafkaSettings)


@asynccontextmanager
async def producing(settings: KafkaSettings, client_id: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer that is started and stopped; raises KafkaError where Kafka is away."""
    producer = make_producer(settings, client_id)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


def a_ticket_id(text: str) -> str:
    """A ticket's id as it stands on the topics; one line and exit 2 where it can't be one."""
    ticket_id = text.strip().lower()
    if not is_ticket_id(ticket_id):
        raise typer.BadParameter(f"{text!r} is not a ticket id; a ticket id is a UUID")
    return ticket_id


TicketId = Annotated[str, typer.Argument(help="The ticket's id.", parser=a_ticket_id, metavar="ID")]


def _hush() -> None:
    """Clients log their reconnecting; a command says once what it waits for."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL), processors=[]
    )

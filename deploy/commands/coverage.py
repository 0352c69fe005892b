"""What is a customer owed? For any moment, as known at any other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from deploy.commands._database import tables
from deploy.commands._output import AsJson, note, say
from deploy.commands._running import run
from services.entitlements.asking import Answering, Question
from services.entitlements.settings import FeedSettings
from services.entitlements.store import SCHEMA, PostgresStore
from shared.catalogue import load_catalogue
from shared.contracts import Coverage
from shared.settings import load


def a_moment(text: str) -> datetime:
    """An RFC 3339 time with offset; a wrong one ends the command with exit 2."""
    try:
        moment = datetime.fromisoformat(text.strip().upper())
    except ValueError:
        moment = datetime.min  # noqa: DTZ901  # has no offset, so it is refused below
    if moment.tzinfo is None:
        message = f"{text!r} is no time with offset; write 2026-03-02T09:00:00Z"
        raise typer.BadParameter(message)
    return moment.astimezone(UTC)


def coverage(
    account: Annotated[str | None, typer.Option(help="An account id, taken as proven.")] = None,
    email: Annotated[str | None, typer.Option(help="A mail address, taken as matched.")] = None,
    licence: Annotated[str | None, typer.Option(help="A licence, asked for by its holder.")] = None,
    product: Annotated[str | None, typer.Option(help="Its name; without one: the core.")] = None,
    site: Annotated[str | None, typer.Option(help="The address of the site.")] = None,
    at: Annotated[
        datetime | None,
        typer.Option(parser=a_moment, metavar="TIME", help="The moment asked about; else now."),
    ] = None,
    known_at: Annotated[
        datetime | None,
        typer.Option(parser=a_moment, metavar="TIME", help="With the facts learned by then."),
    ] = None,
    json_: AsJson = True,
) -> None:
    """Print the coverage object: status, reasons, and the facts that they rest on."""
    del json_  # the answer is JSON in any case
    if sum(value is not None for value in (account, email, licence)) != 1:
        raise typer.BadParameter("give exactly one of --account, --email and --licence")
    if product is not None and load_catalogue().resolve(product) is None:
        note(f"{product} is not in the catalogue of products; no licence but * includes it")
    question = Question(
        at=at or datetime.now(UTC),
        known_at=known_at,
        account=account,
        email=email,
        licence=licence,
        product=product,
        site=site,
    )
    say(run(_answer(question)).model_dump(mode="json"))


async def _answer(question: Question) -> Coverage:
    feeds = load(FeedSettings)
    async with tables(SCHEMA) as database:
        return await Answering(
            store=PostgresStore(database),
            catalogue=load_catalogue(),
            sources=feeds.feed_sources,
            tolerance=feeds.feed_tolerance,
        ).answer(question)

"""What lies in the dead letters, why, and can it go back?"""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from deploy.commands._output import AsJson, clock, note, say, show, table
from deploy.commands._replaying import replay_all
from deploy.commands._running import a_ticket_id, kafka_settings, run
from deploy.failure import Failure
from services.watch.dead_letters.listing import Letter, Position, Summary, letters

app = typer.Typer(help="Dead letters: list, show, replay.", no_args_is_help=True)
SHOWN = 2000
"""Characters of a value that are shown to people; --json gives all."""


@app.command("list")
def list_(json_: AsJson = False) -> None:
    """Count the dead letters by topic, reader and reason, the newest first."""
    groups = _grouped(run(letters(kafka_settings())))
    if json_:
        say([each.document() for each in groups])
        return
    titles = ("topic", "reader", "reason", "count", "dealt with", "newest")
    show(
        table(
            titles,
            [(g.topic, g.reader, g.reason, g.count, g.gone, clock(g.newest)) for g in groups],
        )
    )


@app.command("show")
def show_(
    position: Annotated[
        str | None, typer.Argument(help="TOPIC:PARTITION:OFFSET of a dead letter.")
    ] = None,
    ticket: Annotated[str | None, typer.Option(help="All of this ticket.", metavar="ID")] = None,
    json_: AsJson = False,
) -> None:
    """Show dead letters in full: origin, reason, headers, and the redacted value."""
    if (position is None) == (ticket is None):
        raise typer.BadParameter("give TOPIC:PARTITION:OFFSET, or --ticket ID")
    wanted = _position(position) if position is not None else None
    ticket_id = a_ticket_id(ticket) if ticket is not None else None
    found = [
        letter
        for letter in run(letters(kafka_settings(), wanted))
        if (wanted is not None and letter.position == wanted)
        or (ticket_id is not None and letter.sighting.ticket_id == ticket_id)
    ]
    if not found:
        raise Failure(f"no dead letter: {position or ticket}")
    for letter in found:
        if json_:
            say(letter.document())
        else:
            show(_in_words(letter))


@app.command()
def replay(
    topic: Annotated[
        str | None, typer.Argument(help="One dead-letter topic; all of them unless given.")
    ] = None,
    reason: Annotated[list[str] | None, typer.Option(help="These reasons only.")] = None,
    most: Annotated[int, typer.Option("--max", min=1, help="At most so many.")] = 1000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    json_: AsJson = False,
) -> None:
    """Put dead letters back to where they came from.

    Safe to repeat: what went back is remembered, what is decided by now is left alone. A record
    that failed five times, or was cut, stays.
    """
    done = run(replay_all(kafka_settings(), topic, frozenset(reason or ()), most, dry_run=dry_run))
    counts = Counter((d.letter.sighting.place.address, d.letter.reason, d.answer) for d in done)
    rows = [
        {"topic": address, "reason": why, "answer": str(answer), "count": count}
        for (address, why, answer), count in sorted(counts.items())
    ]
    if json_:
        say({"dry_run": dry_run, "histogram": rows})
    else:
        show(table(("topic", "reason", "what", "count"), [list(row.values()) for row in rows]))
    note("nothing was written" if dry_run else "done")


def _position(text: str) -> Position:
    try:
        return Position.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _grouped(found: list[Letter]) -> list[Summary]:
    groups: dict[tuple[str, str, str], Summary] = {}
    for letter in found:
        name = (letter.sighting.place.address, letter.reader, letter.reason)
        groups.setdefault(name, Summary(*name)).add(letter)
    return sorted(groups.values(), key=lambda each: each.newest, reverse=True)


def _in_words(letter: Letter) -> str:
    document = letter.document()
    value = str(document.pop("value"))
    cut = f"… ({len(value)} characters)" if len(value) > SHOWN else ""
    lines = [f"{name}: {said}" for name, said in document.items()]
    return "\n".join([*lines, value[:SHOWN] + cut, ""])

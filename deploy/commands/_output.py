"""How does a command speak? Data to stdout, notes to stderr, one clear line for a failure."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import orjson
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from deploy.failure import Failure

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AlwaysJson = Annotated[
    bool, typer.Option("--json", help="Lines of JSON, as without it.", show_default=False)
]
INPUT_FAILED = 1
INTERRUPTED = 130


def say(document: object) -> None:
    """One line of JSON on stdout, at once."""
    sys.stdout.write(orjson.dumps(document, default=str).decode() + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """A line on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def stop(failure: Failure) -> NoReturn:
    note(str(failure))
    raise typer.Exit(failure.exit_code)


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Plain columns; a None shows as a dash."""
    made = Table(*titles, box=SIMPLE, pad_edge=False)
    for row in rows:
        made.add_row(*("–" if cell is None else str(cell) for cell in row))
    return made


def show(thing: object) -> None:
    """A table or text on stdout; wide where nobody looks, so that no column is cut."""
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False, soft_wrap=True)
    console.print(thing)


def clock(moment: datetime) -> str:
    """A moment as people of one place read it, to the millisecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"


def ago(seconds: float | None) -> str:
    """A span of time in its largest fitting unit."""
    if seconds is None:
        return "–"
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.1f} s"

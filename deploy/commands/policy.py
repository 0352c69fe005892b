"""Is this policy sound, and what does it say?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table

from deploy.commands import _output
from deploy.commands._output import AsJson
from deploy.failure import Failure
from services.router.policy import CURRENT, PolicyError, check_policy, load_policy
from services.router.proof import Proof
from services.router.table import Policy, Row, Step, When

app = typer.Typer(help="Check a support policy, or show it as a table.", no_args_is_help=True)

_HEAD = ("question", "when", "queue", "clauses", "reply", "why")

File = Annotated[Path, typer.Argument(help="A policy file.", dir_okay=False, exists=True)]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown.")]


@app.command()
def check(file: File = CURRENT, json_: AsJson = False) -> None:
    """Try every combination of inputs; print how many, or the first counter-example."""
    try:
        policy, proof = check_policy(file)
    except PolicyError as error:
        if not json_:
            raise Failure(str(error)) from error
        _output.say({"sound": False, "counter_example": str(error)})
        raise typer.Exit(Failure.exit_code) from error
    if json_:
        _output.say({"sound": True, **policy.ref.model_dump(), **proof._asdict()})
    else:
        _output.show(_verdict(policy, proof))


@app.command()
def show(file: File = CURRENT, markdown: AsMarkdown = False, json_: AsJson = False) -> None:
    """Show the decision table, in the order in which it is asked, and the texts."""
    try:
        policy = load_policy(file)
    except PolicyError as error:
        raise Failure(str(error)) from error
    if json_:
        _output.say(policy.model_dump(mode="json"))
    elif markdown:
        print(_markdown(policy))
    else:
        _output.show(_table(policy))
        for text in _texts(policy):
            _output.show(f"{text}\n")


def _verdict(policy: Policy, proof: Proof) -> str:
    return (
        f"{_title(policy)} holds: {proof.combinations:,} combinations, "
        "each with exactly one answer; "
        f"more entitlement never ranks lower ({proof.entitlement_pairs:,} pairs), "
        f"nor does more severity ({proof.severity_pairs:,} pairs); security is never refused or "
        "delayed, a bug never refused, and a stranger learns of nobody's licence."
    )


def _table(policy: Policy) -> Table:
    """The questions with their rows below, in the order in which they are asked."""
    table = Table(title=_title(policy), box=SIMPLE, expand=True)
    table.add_column("asked, and when", ratio=1)
    table.add_column("queue", no_wrap=True)
    table.add_column("reply", no_wrap=True)
    for number, step in enumerate(policy.steps, start=1):
        table.add_row(f"[bold]{number}. {step.question}")
        for row in step.rows:
            condition, _, clauses, reply, why = _cells(step, row)
            last = row is step.rows[-1]
            queue = f"[green]{row.then}[/]\n{clauses}"
            table.add_row(f"{condition}\n[dim]{why}", queue, reply, end_section=last)
    return table


def _texts(policy: Policy) -> Iterator[str]:
    """Each reply with its text, then those that a reason of the coverage puts in its place."""
    for key, reply in policy.replies.items():
        yield f"{key}: {reply.text}"
        for reason, text in reply.by_reason.items():
            yield f"{key}, {_plain(reason)}: {text}"


def _markdown(policy: Policy) -> str:
    rows = [
        [step.question if row is step.rows[0] else "", *_cells(step, row)]
        for step in policy.steps
        for row in step.rows
    ]
    table = [_piped(_HEAD), _piped(["---"] * len(_HEAD)), *map(_piped, rows)]
    texts = [f"- {text}" for text in _texts(policy)]
    return "\n".join([f"# {_title(policy)}", "", *table, "", "## Texts", "", *texts])


def _title(policy: Policy) -> str:
    return f"{policy.version} ({policy.hash[:12]})"


def _piped(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "&#124;") for cell in cells) + " |"


def _cells(step: Step, row: Row) -> list[str]:
    """When, queue, clauses, reply, why."""
    reason = f" ({_plain(row.review_reason)})" if row.review_reason else ""
    return [
        _condition(step.when, row.when),
        f"{row.then}{reason}",
        ", ".join(row.clauses),
        row.reply or "none",
        row.why,
    ]


def _condition(step: When, row: When) -> str:
    """`scope: bug report; status: over site limit`; the row narrows what its step says."""
    wanted = step.model_dump(exclude_none=True) | row.model_dump(exclude_none=True)
    return "; ".join(f"{_plain(key)}: {_values(value)}" for key, value in wanted.items())


def _values(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return " or ".join(map(_plain, value))
        case _:
            return _plain(value)


def _plain(word: object) -> str:
    return str(word).replace("_", " ")

"""Why is a ticket where it is, and does the decision come out again?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.text import Text

from deploy.commands._database import tables
from deploy.commands._output import AsJson, clock, note, say, show
from deploy.commands._running import a_ticket_id, run
from deploy.commands._versions import other_versions, policy_with
from deploy.failure import Failure
from services.router.case import Decision
from services.router.document import document, explanation_of
from services.router.replay import NotReproducible, differences, replay
from services.router.ruling import Rulebook
from services.router.store import SCHEMA, Found, Ledger
from services.router.telling import told

Record = Mapping[str, Any]


def explain(
    ticket_id: Annotated[
        str | None, typer.Argument(help="The ticket's id.", parser=a_ticket_id, metavar="ID")
    ] = None,
    *,
    replay_: Annotated[
        bool, typer.Option("--replay", help="Decide it again from its record, and compare.")
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option(help="With --replay: a record that --json printed.", dir_okay=False),
    ] = None,
    revision: Annotated[
        int | None, typer.Option(min=1, help="An earlier decision; else the one that stands.")
    ] = None,
    json_: AsJson = False,
) -> None:
    """Say why a ticket is where it is; with --replay, decide it again from its record."""
    if (ticket_id is None) == (file is None) or (file is not None and not replay_):
        raise typer.BadParameter("give a ticket id, or --replay with --file")
    if file is not None:
        _replay(_printed(file), json_)
        return
    found, decision = run(_decided(str(ticket_id), revision))
    rules = _rules(decision)
    if found.forgotten_at is not None:
        told = f"the customer's words were erased {clock(found.forgotten_at)}"
        if replay_:
            raise Failure(f"{ticket_id}: {told}; without them it can't be decided again")
        note(f"note: {told}")
    if replay_:
        _replay(_document(found, decision, rules), json_)
    elif json_:
        say(_document(found, decision, rules))
    else:
        show(_in_words(found, decision, rules))


def _in_words(found: Found, decision: Decision, rules: Rulebook) -> Text:
    """As told; what is not a detail stands out in a terminal."""
    text = Text(told(found.case, decision, explanation_of(found.case, decision, rules)))
    text.highlight_regex(r"(?m)^\S.*$", "bold")
    return text


def _replay(recorded: Record, json_: bool) -> None:
    """Print whether it comes out again; exit 1 where it does not."""
    try:
        wrong = [f"{field} differs" for field in differences(recorded, _again(recorded))]
    except NotReproducible as error:
        wrong = [str(error)]
    others = list(other_versions(recorded))
    if json_:
        ticket_id = recorded.get("ticket_id")
        outcome = {"reproduced": not wrong, "wrong": wrong, "other_versions": others}
        say({"ticket_id": ticket_id, "revision": recorded.get("revision"), **outcome})
    else:
        for other in others:
            note(f"note: {other}")
        show(Text("\n".join(wrong) or "decided again: the same, byte for byte"))
    if wrong:
        raise typer.Exit(Failure.exit_code)


def _again(recorded: Record) -> Record:
    return replay(recorded, policy_with)


def _document(found: Found, decision: Decision, rules: Rulebook) -> Record:
    return document(found.case, decision, found.records[decision.revision], rules)


def _rules(decision: Decision) -> Rulebook:
    """The policy that decided, of the kept ones."""
    recorded = decision.record.policy
    policy = policy_with(recorded.hash) if recorded else None
    if decision.basis is None or recorded is None:
        raise Failure(
            f"revision {decision.revision} can't be explained or decided again: the ledger has its"
            " record, not how much was known when it was made (it was put back after a restore,"
            " or is older than that bookkeeping); triage trace shows where the ticket has been"
        )
    if policy is None:
        raise Failure(
            f"policy {recorded.version} with hash {recorded.hash} decided, and is not in"
            " services/router/policies; put its file there"
        )
    return Rulebook(policy, decision.basis.code)


def _printed(file: Path) -> Record:
    """A record as `triage explain --json` prints it."""
    try:
        record = orjson.loads(file.read_bytes())
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise Failure(f"{file}, line {error.lineno}: not JSON: {error.msg}") from None
    if not isinstance(record, dict):
        raise Failure(f"{file}: holds no record; print one with triage explain ID --json")
    return record


async def _decided(ticket_id: str, revision: int | None) -> tuple[Found, Decision]:
    """The ticket in the ledger, with the revision asked for, the live one, or the last."""
    async with tables(SCHEMA) as database:
        found = await Ledger(database).find(UUID(ticket_id))
    if found is None or not found.case.decisions:
        raise Failure(f"{ticket_id}: the ledger has no decision; triage trace shows where it is")
    decisions = found.case.decisions
    if revision is None:
        return found, found.case.live or decisions[-1]
    if revision > len(decisions):
        raise Failure(f"{ticket_id}: there are {len(decisions)} revisions, not {revision}")
    return found, decisions[revision - 1]

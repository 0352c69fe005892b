"""Which commands does `triage` have? The list, and the edge where failures become messages."""

from __future__ import annotations

import importlib
import logging
import sys

import typer

from deploy.failure import Failure

COMMANDS = {
    "up": "Run the whole pipeline on this machine, without sample data.",
    "demo": "Play the sample through the whole pipeline, and show what came of it.",
    "submit": "Submit tickets from a file, by HTTP or on the inbound topic.",
    "licences": "Publish licence facts from a file.",
    "watch": "Watch tickets arrive in their queues.",
    "trace": "Show where a ticket has been, and where it stands.",
    "explain": "Say why a ticket is where it is, and decide it again from its record.",
    "coverage": "Say what a customer is owed, at any moment.",
    "rebuild": "Put back what a restored database lacks, from the topics.",
    "forget": "Erase a customer's words and addresses.",
    "take": "Tell that somebody has taken a ticket.",
    "correct": "Correct a decision.",
    "dlq": "List, show and replay dead letters.",
    "lag": "Show how far behind each consumer group is.",
    "topics": "Create the topics, or check them for drift.",
    "policy": "Check a support policy, or show it as a table.",
    "contracts": "Build the documents of the contracts, or check them for drift.",
    "health": "Ask a process whether it is well; for container health checks.",
    "classify": "Judge tickets offline: JSON Lines in, verdicts out.",
    "model": "Train, measure, compare and promote models.",
}
"""Each is a file of this folder: with a function of its name, or, for a group, an `app`."""


def build(arguments: list[str]) -> typer.Typer:
    """The command line. Only the file of the command that is asked for is read."""
    triage = typer.Typer(
        name="triage",
        help="Support tickets in, priority queues out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    triage.callback()(_with_subcommands)
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, summary in COMMANDS.items():
        if name == asked:
            _add(triage, name, summary)
        else:
            triage.command(name, help=summary)(_not_read)
    return triage


def _add(triage: typer.Typer, name: str, summary: str) -> None:
    file = importlib.import_module(f"deploy.commands.{name}")
    if hasattr(file, "app"):
        triage.add_typer(file.app, name=name, help=summary)
    else:
        triage.command(name)(getattr(file, name))


def _with_subcommands() -> None:
    """Makes Typer ask for a command even while there is but one."""


def _not_read() -> None:
    """Stands in the help for a command that was not asked for."""


def main() -> None:
    # Clients report what they retry; the message at the end says what matters.
    logging.disable(logging.CRITICAL)
    try:
        build(sys.argv[1:])()
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        raise SystemExit(failure.exit_code) from None
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in {"deploy", "services", "shared"}:
            raise
        sys.stderr.write(f"{error.name} is not installed; run make setup\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()

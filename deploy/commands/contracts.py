"""Do the published contracts say what the code does, and still serve who relies on them?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from deploy.contracts.build import stale, write
from deploy.contracts.release import broken_promises, released_schemas
from deploy.contracts.release import release as freeze
from deploy.contracts.schemas import schemas

app = typer.Typer(
    help="JSON Schemas, the AsyncAPI document and its pages, made from the code.",
    no_args_is_help=True,
)

ROOT = Path(__file__).parents[2]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def build(json_: AsJson = False) -> None:
    """Write schemas, document and pages anew; print the files that changed."""
    changed = _names(write())
    if json_:
        print(json.dumps({"changed": changed}))
        return
    for name in changed:
        print(name)


@app.command()
def check(json_: AsJson = False) -> None:
    """Print files that differ from the code, and promises broken since the last release."""
    drift, broken = _names(stale()), _broken()
    if json_:
        print(json.dumps({"stale": drift, "broken": broken}))
    else:
        for name in drift:
            print(f"{name}: differs from the code; run `triage contracts build` and commit it")
        for promise in broken:
            print(f"{promise}; readers of the released version rely on it, so give it a new type")
    if drift or broken:
        raise typer.Exit(1)


@app.command()
def release(
    start_over: Annotated[
        bool, typer.Option(help="Accept broken promises: nobody relies on them yet.")
    ] = False,
) -> None:
    """Freeze schemas and examples as what others rely on from now on."""
    drift, broken = _names(stale()), _broken()
    faults = [f"{name}: differs from the code" for name in drift] + ([] if start_over else broken)
    if faults:
        typer.echo("not released:\n  " + "\n  ".join(faults), err=True)
        raise typer.Exit(1)
    freeze()


def _broken() -> list[str]:
    return broken_promises(released_schemas(), schemas())


def _names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]

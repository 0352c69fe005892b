"""How does the sample go through a pipeline that runs elsewhere? `python -m deploy.sample`.

Kafka is where KAFKA_BOOTSTRAP_SERVERS says, as for every process. Safe to run again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.commands._demo_play import Play, Played, Target, play
from deploy.commands._demo_report import report
from deploy.commands._running import kafka_settings, run
from deploy.failure import WrongSetting

SOURCES = ("help-desk", "web-form")
LOGS = "  docker compose logs shows what the processes say"


def main(
    url: Annotated[str, typer.Option(envvar="TRIAGE_URL", help="Intake's base URL.")],
    keys: Annotated[
        Path,
        typer.Option(envvar="TRIAGE_KEYS_FOLDER", help="Folder with a file per API key."),
    ],
) -> None:
    """Publish the licences, submit 180 tickets by HTTP and Kafka, show what came of each."""
    run(_play(url, keys))


async def _play(url: str, keys: Path) -> None:
    target = Target(url, read_keys(keys), kafka_settings(), lambda: [LOGS])
    played: Played = await play(target, Play.again(datetime.now(UTC)))
    await report(played)


def read_keys(folder: Path) -> dict[str, str]:
    """The API key of each source that the sample uses; raises WrongSetting naming the file."""
    try:
        return {name: (folder / name).read_text("utf-8").strip() for name in SOURCES}
    except OSError as error:
        raise WrongSetting(
            f"TRIAGE_KEYS_FOLDER: cannot read {error.filename}: {error.strerror}"
        ) from None


if __name__ == "__main__":
    typer.run(main)

import subprocess
import sys

import pytest

from deploy.commands.__main__ import COMMANDS, build


def triage(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.commands", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", **settings},
    )


def test_help_lists_every_command() -> None:
    done = triage("--help", COLUMNS="120")

    assert done.returncode == 0
    assert [name for name in COMMANDS if f" {name} " not in done.stdout] == []


def test_help_reads_no_command_file() -> None:
    program = (
        "import sys; from deploy.commands.__main__ import build; build(['--help']);"
        "print([m for m in sys.modules if m.startswith('deploy.commands.')"
        " and m != 'deploy.commands.__main__'], 'aiokafka' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[] False"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_has_its_file(name: str) -> None:
    build([name])


@pytest.mark.parametrize(
    ("arguments", "settings", "exit_code", "message"),
    [
        (["nonsense"], {}, 2, "No such command 'nonsense'"),
        (["topics", "check"], {}, 2, "KAFKA_BOOTSTRAP_SERVERS: Field required"),
        (
            ["topics", "check"],
            {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"},
            1,
            "Kafka at 127.0.0.1:1 (KAFKA_BOOTSTRAP_SERVERS): nothing answers there",
        ),
        (["health"], {}, 2, "set PROBE_PORT, or give --url"),
        (["health", "--url", "http://127.0.0.1:1"], {}, 1, "nothing answers at http://127.0.0.1:1"),
    ],
)
def test_what_is_wrong_is_told_without_a_traceback(
    arguments: list[str], settings: dict[str, str], exit_code: int, message: str
) -> None:
    done = triage(*arguments, **settings)

    assert done.returncode == exit_code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""

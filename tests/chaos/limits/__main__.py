"""`python -m tests.chaos.limits [backlog|facts|full-disk-kafka|full-disk-postgres]...`: all, if none is named.

Writes a report for each into `reports/`; exit 1 if a promise broke, 2 if this machine can't try it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.failure import Failure
from deploy.local.told_to_end import ended_by_signals
from tests.chaos.limits import backlog, facts, full_disk
from tests.chaos.limits.ground import Answer
from tests.chaos.report import REPORTS

QUESTIONS: Mapping[str, Callable[[Path], Answer]] = {
    backlog.NAME: backlog.answer,
    facts.NAME: facts.answer,
    full_disk.NAME_KAFKA: full_disk.kafka_answer,
    full_disk.NAME_POSTGRES: full_disk.postgres_answer,
}


def ask(name: str) -> bool:
    """Whether the promises held; the report is written."""
    with tempfile.TemporaryDirectory(prefix=f"triage-{name}-") as folder:
        Path(folder).chmod(0o711)
        answer = QUESTIONS[name](Path(folder))
    report = answer.as_markdown()
    (REPORTS / f"limit-{name}.md").write_text(report, encoding="utf-8")
    sys.stdout.write(report)
    return answer.verdict.holds


def main(names: Sequence[str]) -> int:
    if unknown := [name for name in names if name not in QUESTIONS]:
        sys.stderr.write(f"{unknown[0]!r} is none of {', '.join(QUESTIONS)}\n")
        return 2
    try:
        held = [ask(name) for name in names or QUESTIONS]
    except Failure as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0 if all(held) else 1


if __name__ == "__main__":
    with ended_by_signals():
        sys.exit(main(sys.argv[1:]))

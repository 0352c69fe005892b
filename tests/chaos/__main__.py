"""`SEED=1 MINUTES=10 python -m tests.chaos`: a storm, its report, and exit 1 if a promise broke.

With `NAIVE=1` the classifier is replaced by a careless one, and exit 1 means that the harness did
not see it lose tickets. With `CRASHES=1` processes end before and after each step of the engine
instead: the router 20 times at each, the others twice. With `THREE=1` brokers of a cluster of
three are killed instead.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from deploy.failure import Failure
from deploy.local.told_to_end import ended_by_signals
from tests.chaos import three_brokers
from tests.chaos.crash_points import long_run
from tests.chaos.load import Mix
from tests.chaos.naive import CARELESS, HARD, NAIVE
from tests.chaos.report import write_report
from tests.chaos.storm import run_storm
from tests.chaos.verdict import lost

REPORTS = 0.1
"""A share that lets every fault meet some."""


def number(name: str, default: str) -> float:
    """A setting of the run, or one clear line and exit 2."""
    text = os.environ.get(name) or default
    try:
        return float(text)
    except ValueError:
        sys.stderr.write(f"{name}={text!r} is not a number\n")
        raise SystemExit(2) from None


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def crash(seed: int) -> int:
    """The long run of crash points."""
    with tempfile.TemporaryDirectory(prefix="triage-crashes-") as folder:
        Path(folder).chmod(0o711)
        crashes, ended = long_run(Path(folder), seed, say)
    figures = dict(ended.verdict.figures)
    sys.stdout.write(f"crashes: {dict(crashes)}\n{figures}\n{ended.verdict.words()}\n")
    return 0 if ended.verdict.holds else 1


def main() -> int:
    seed, minutes = int(number("SEED", "1")), number("MINUTES", "10")
    mix = Mix(rate=number("RATE", "50"), seconds=60 * minutes, reports=REPORTS)
    naive = bool(os.environ.get("NAIVE"))
    if os.environ.get("CRASHES"):
        return crash(seed)
    if os.environ.get("THREE"):
        return three_brokers.main(seed)
    with tempfile.TemporaryDirectory(prefix="triage-storm-") as folder:
        work = Path(folder)
        work.chmod(0o711)
        outcome = (
            run_storm(work, seed, mix, names=HARD, parts=NAIVE, victims=CARELESS)
            if naive
            else run_storm(work, seed, mix)
        )
    path = write_report(outcome, f"naive-{seed}" if naive else f"seed-{seed}")
    verdict = outcome.ended.verdict
    sys.stdout.write(f"{verdict.words()}\nreport: {path}\n")
    if naive:
        sys.stdout.write(f"the naive stage lost {lost(verdict)} tickets\n")
        return 0 if lost(verdict) else 1
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    try:
        with ended_by_signals():
            sys.exit(main())
    except Failure as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)

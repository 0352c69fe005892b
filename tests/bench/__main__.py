"""`python -m tests.bench [NAME ...] [--short [--keep]] [--long]`: measure, print, and write the report.

Without names every row of the table is measured. Each row is written to the report beside this file
as soon as it is measured; a short one, which only tries whether all works, where `--keep` is given.
`--long` adds what takes long.
"""

from __future__ import annotations

import logging
import sys

from deploy.failure import Failure
from deploy.local.told_to_end import ended_by_signals
from tests.bench.machine import load_of_last_minute
from tests.bench.place import a_place
from tests.bench.report import write_row
from tests.bench.rows import ROWS
from tests.bench.table import table_of

OPTIONS = ("--short", "--keep", "--long")


def main(arguments: list[str]) -> int:
    options = {argument for argument in arguments if argument.startswith("-")}
    names = [argument for argument in arguments if not argument.startswith("-")]
    unknown = sorted(options - set(OPTIONS)) + sorted(set(names) - set(ROWS))
    if unknown:
        sys.stderr.write(f"{unknown[0]!r} is none of {', '.join(ROWS)}, {', '.join(OPTIONS)}\n")
        return 2
    logging.disable(logging.WARNING)  # what clients say while topics come to be
    chosen = {name: row for name, row in ROWS.items() if name in (names or ROWS)}
    failed = 0
    with a_place(short="--short" in options, long="--long" in options) as place:
        for name, measure in chosen.items():
            place.say(f"{name} ...")
            load = load_of_last_minute()
            try:
                result = measure(place)
            except (Failure, RuntimeError, TimeoutError) as error:  # the other rows go on
                sys.stderr.write(f"{name} was not measured: {error}\n")
                failed = 1
                continue
            sys.stdout.write(table_of(result.figures) + "\n")
            if not place.short or "--keep" in options:
                place.say(f"report: {write_row(name, result, place, load)}")
    return failed


if __name__ == "__main__":
    try:
        with ended_by_signals():
            sys.exit(main(sys.argv[1:]))
    except (Failure, RuntimeError, TimeoutError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)

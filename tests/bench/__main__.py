"""`python -m tests.bench [NAME ...] [--short] [--long]`: measure, print, and write the report.

Without names every row of the table is measured, and the report written beside this file. With
names only these are, and printed. `--short` tries whether all works; `--long` adds what takes long.
"""

from __future__ import annotations

import logging
import sys

from deploy.failure import Failure
from tests.bench.figures import Result
from tests.bench.place import a_place
from tests.bench.report import write_report
from tests.bench.rows import ROWS
from tests.bench.table import table_of


def main(arguments: list[str]) -> int:
    options = {argument for argument in arguments if argument.startswith("-")}
    names = [argument for argument in arguments if not argument.startswith("-")]
    unknown = sorted(options - {"--short", "--long"}) + sorted(set(names) - set(ROWS))
    if unknown:
        sys.stderr.write(f"{unknown[0]!r} is none of {', '.join(ROWS)}, --short, --long\n")
        return 2
    logging.disable(logging.WARNING)  # what clients say while topics come to be
    chosen = {name: row for name, row in ROWS.items() if name in (names or ROWS)}
    results: dict[str, Result] = {}
    failed = 0
    with a_place(short="--short" in options, long="--long" in options) as place:
        for name, measure in chosen.items():
            place.say(f"{name} ...")
            try:
                results[name] = measure(place)
            except (Failure, RuntimeError, TimeoutError) as error:  # the other rows go on
                sys.stderr.write(f"{name} was not measured: {error}\n")
                failed = 1
                continue
            sys.stdout.write(table_of(results[name].figures) + "\n")
            if not names and not place.short:
                place.say(f"report: {write_report(results, place)}")
    return failed


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Failure, RuntimeError, TimeoutError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)

"""`python -m services.intake http` or `inbound`."""

from __future__ import annotations

import sys

from services.intake.app import inbound_works, run_http
from services.intake.settings import Settings
from shared.process import end_with_our_own_code, run
from shared.settings import load, stop


def main(arguments: list[str]) -> None:
    """Run the role named by the one argument; SIGTERM and SIGINT end it cleanly, with 0."""
    end_with_our_own_code()
    match arguments:
        case ["http"]:
            run_http(load(Settings))
        case ["inbound"]:
            settings = load(Settings)
            run("intake-inbound", settings, settings, inbound_works(settings))
        case _:
            stop("usage: python -m services.intake http|inbound")


if __name__ == "__main__":
    main(sys.argv[1:])

"""`python -m services.entitlements`: judge tickets, keep licence facts."""

from __future__ import annotations

from services.entitlements.app import works
from services.entitlements.settings import Settings
from shared.process import run
from shared.settings import load


def main() -> None:
    settings = load(Settings)
    run("entitlements", settings, settings, lambda: works(settings))


if __name__ == "__main__":
    main()

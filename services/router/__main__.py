"""`python -m services.router decisions` or `python -m services.router fast-lane`."""

from __future__ import annotations

import sys

from services.router.app import fast_lane_works, router_works
from services.router.policy import Policy, PolicyError, load_policy
from services.router.settings import FastLaneSettings, RouterSettings
from shared.process import run
from shared.settings import load, stop

ROLES = ("decisions", "fast-lane")


def main(arguments: list[str]) -> None:
    match arguments:
        case ["fast-lane"]:
            lane = load(FastLaneSettings)
            run("router-fast-lane", lane, lane, lambda: fast_lane_works(lane))
        case ["decisions"]:
            settings = load(RouterSettings)
            policy = proved(settings)
            run("router", settings, settings, lambda: router_works(settings, policy))
        case _:
            stop(f"usage: python -m services.router {'|'.join(ROLES)}")


def proved(settings: RouterSettings) -> Policy:
    """The policy in force, before anything else is opened; one that fails ends with exit 2."""
    try:
        return load_policy(settings.triage_policy_file)
    except PolicyError as error:
        stop(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])

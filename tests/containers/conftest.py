"""Is there a Docker engine, and what did the containers say when a test failed?

Where none answers, the run says so loudly, with CI=true as well: a machine for CI need not have one.
Where one was brought up for the run (CI_ENGINE=true), a silent one fails it.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from tests.containers.compose import Compose, why_not
from tests.support.servers import missing


@pytest.fixture(scope="session")
def engine() -> None:
    """Skips where there is none."""
    if reason := why_not():
        missing["Docker"] = f"{reason}; start a Docker engine to test docker-compose.yml"
        if os.environ.get("CI_ENGINE") == "true":
            pytest.fail(f"CI_ENGINE=true, and {reason}")
        pytest.skip(missing["Docker"])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The end of each container's log, beside the failure."""
    report = yield
    pipeline = item.funcargs.get("pipeline")
    if report.failed and isinstance(pipeline, Compose):
        report.sections.append(("containers", pipeline.last_words()))
    return report

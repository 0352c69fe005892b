"""How is the classifier wired? One model, loaded and verified, for either process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from services.classifier.handlers import (
    Writing,
    judge_with,
    look_with,
    ordinary_work,
    security_work,
)
from services.classifier.model import Model
from services.classifier.settings import ClassifierSettings
from shared.engine import Work


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def ordinary_works(
    settings: ClassifierSettings, model: Model
) -> AsyncIterator[Sequence[Work[Any]]]:
    model.encoder.encode([""])  # loaded before the first ticket comes
    yield [ordinary_work(judge_with(model), Writing(settings.triage_namespace, now))]


@asynccontextmanager
async def security_works(
    settings: ClassifierSettings, model: Model
) -> AsyncIterator[Sequence[Work[Any]]]:
    yield [security_work(look_with(model), Writing(settings.triage_namespace, now))]

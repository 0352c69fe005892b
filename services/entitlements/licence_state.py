"""How does a licence stand at a moment, as known at another?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from shared.contracts import LicenceFact


class Learned(NamedTuple):
    """A fact and when we learned it: the broker's append time. `content`: hash of all it says."""

    fact: LicenceFact
    learned_at: datetime
    content: str


class Standing(NamedTuple):
    """How one licence stands: all contents of its version in force, and of its first version."""

    contents: tuple[LicenceFact, ...]
    first_contents: tuple[LicenceFact, ...]
    learned_at: datetime

    @property
    def fact(self) -> LicenceFact:
        """The fact in force; where facts contradict each other, the first by content hash."""
        return self.contents[0]

    @property
    def licence_id(self) -> str:
        return self.fact.licence_id

    @property
    def contradictory(self) -> bool:
        """Two contents stand under one version, until a higher version speaks."""
        return len(self.contents) > 1

    @property
    def holder_changed(self) -> bool:
        """The holder's account is another than in the first version (C5)."""
        account = self.fact.holder.account_id
        first = {fact.holder.account_id for fact in self.first_contents} - {None}
        return account is not None and bool(first) and account not in first


def standing(
    facts: Iterable[Learned], *, at: datetime, known_at: datetime | None = None
) -> Standing | None:
    """The highest version of one licence's facts effective at `at` and learned by `known_at`.

    `known_at` None: with all that is known. None where nothing speaks of that moment.
    """
    seen = [
        learned
        for learned in facts
        if learned.fact.effective_at <= at and (known_at is None or learned.learned_at <= known_at)
    ]
    if not seen:
        return None
    if len(seen) == 1:
        (only,) = seen
        return Standing((only.fact,), (only.fact,), only.learned_at)
    last = _of_version(seen, max(learned.fact.version for learned in seen))
    first = _of_version(seen, min(learned.fact.version for learned in seen))
    return Standing(
        contents=tuple(learned.fact for learned in last),
        first_contents=tuple(learned.fact for learned in first),
        learned_at=max(learned.learned_at for learned in last),
    )


def _of_version(facts: list[Learned], version: int) -> list[Learned]:
    found = [learned for learned in facts if learned.fact.version == version]
    return sorted(found, key=lambda learned: learned.content)

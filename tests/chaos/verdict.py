"""What did the checker find, in words and in figures?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

SHOWN = 5
"""How many cases of one broken invariant are told in full."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One case of a broken invariant, in words."""

    invariant: str
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every broken invariant, and the figures of the run."""

    findings: tuple[Finding, ...]
    figures: Mapping[str, int]

    @property
    def holds(self) -> bool:
        return not self.findings

    def broken(self) -> Counter[str]:
        """How often each invariant is broken."""
        return Counter(finding.invariant for finding in self.findings)

    def words(self) -> str:
        """What is wrong, a line per case, the first few of each kind."""
        lines = []
        for invariant, count in self.broken().items():
            cases = [f.what for f in self.findings if f.invariant == invariant]
            lines.append(f"{invariant}: {count}")
            lines += [f"  {case}" for case in cases[:SHOWN]]
        return "\n".join(lines) or "every invariant holds"


def lost(verdict: Verdict) -> int:
    """Accepted tickets that stand nowhere: what the naive stage must be seen to lose."""
    return sum("stands on no queue" in finding.what for finding in verdict.findings)

"""Which dead letters of a partition went back already? Kept as a group's committed offset.

All before the offset are gone; those beyond it stand in the commit's metadata as ranges,
`12-15,18`, so that what was left out (another reason, a limit) can still go back later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_METADATA = 4000
"""Kafka keeps 4096 bytes with a commit."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What went back: all before `below`, and those of `beyond`."""

    below: int = 0
    beyond: frozenset[int] = frozenset()

    @classmethod
    def read(cls, offset: int, metadata: str) -> Gone:
        """From a commit; metadata that can't be read tells of none."""
        beyond: set[int] = set()
        for part in metadata.split(","):
            first, _, last = part.partition("-")
            if first.isdecimal() and (last or first).isdecimal():
                beyond.update(range(int(first), int(last or first) + 1))
        return cls(max(0, offset), frozenset(beyond))

    def __contains__(self, offset: int) -> bool:
        return offset < self.below or offset in self.beyond

    def and_these(self, offsets: Iterable[int], begin: int = 0) -> Gone:
        """With these gone as well; `begin` is the first offset that the topic still has."""
        below, beyond = max(self.below, begin), set(self.beyond) | set(offsets)
        while below in beyond:
            below += 1
        return Gone(below, frozenset(offset for offset in beyond if offset >= below))

    def metadata(self) -> str:
        """The ranges beyond; raises ValueError where there are more gaps than a commit keeps."""
        ranges: list[list[int]] = []
        for offset in sorted(self.beyond):
            if ranges and ranges[-1][1] == offset - 1:
                ranges[-1][1] = offset
            else:
                ranges.append([offset, offset])
        text = ",".join(f"{a}-{b}" if a != b else str(a) for a, b in ranges)
        if len(text) > LONGEST_METADATA:
            raise ValueError("too many gaps between the dead letters that went back")
        return text

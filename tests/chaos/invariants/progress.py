"""Has every group come to its end, and is what it read kept?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.chaos.names import GROUPS
from tests.chaos.picture import Picture


def nothing_waits(picture: Picture) -> Iterator[str]:
    """Every group has committed to the end of its topic."""
    for reader in GROUPS:
        lag = picture.evidence.lag.get(reader)
        if lag is None:
            yield f"{reader} was not measured"
        elif lag:
            yield f"{reader} has {lag} records before it"


def licences_are_known(picture: Picture) -> Iterator[str]:
    """Every licence stands at its highest version; two contents under one are a contradiction."""
    contents: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for fact in picture.evidence.facts:
        contents[fact.licence_id][fact.version].add(fact.content)
    rows = {row.licence_id: row for row in picture.evidence.licences}
    for licence_id, versions in contents.items():
        newest = max(versions)
        row = rows.get(licence_id)
        expected = (newest, len(versions[newest]) > 1)
        if row is None:
            yield f"licence {licence_id} is unknown"
        elif (row.version, row.contradictory) != expected:
            yield f"licence {licence_id} stands at {row}, not at {expected}"
    for licence_id in rows.keys() - contents.keys():
        yield f"licence {licence_id} was never published"

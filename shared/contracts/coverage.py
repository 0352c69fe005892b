"""What is the customer owed, on which facts?"""

from __future__ import annotations

from shared.contracts.values import Frozen, Identity, Moment, SiteStanding, Status


class Coverage(Frozen):
    """The answer for one ask at `as_of`, with coded reasons and the times of its facts.

    `provisional`: a negative answer that waits for the feed to pass `as_of`.
    `learned_at`: the newest broker append time among the facts used.
    """

    status: Status
    reasons: tuple[str, ...] = ()
    identity: Identity
    site: SiteStanding
    licence_id: str | None = None
    as_of: Moment
    complete_until: Moment | None = None
    learned_at: Moment | None = None
    fact_version: int | None = None
    provisional: bool = False

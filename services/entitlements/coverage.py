"""What is this customer owed? The best status over the asker's licences, for one ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from services.entitlements.feed import Feed, feed
from services.entitlements.identity import Asker, Identified, identify, is_holder
from services.entitlements.licence_state import Learned, Standing, standing
from services.entitlements.products import Ask, Catalogue, includes
from services.entitlements.reasons import Reason
from services.entitlements.rights import Phase, Rights, rights
from services.entitlements.seats import SiteAnswer, stand
from services.entitlements.site import site_of
from shared.contracts import Coverage, Identity, SiteStanding, Status

NEGATIVE = frozenset(
    {Status.OVER_SITE_LIMIT, Status.NEEDS_RENEWAL, Status.NOT_HOLDER, Status.NO_LICENCE},
)
"""The answers that missing facts could turn: none is given where facts may be missing."""
BEST_FIRST = (
    Status.COVERED,
    Status.UNVERIFIED,
    Status.HOLDER_CHANGED,
    Status.OVER_SITE_LIMIT,
    Status.NEEDS_RENEWAL,
    Status.NOT_HOLDER,
    Status.NO_LICENCE,
)
SITES_BEST_FIRST = (
    SiteStanding.COVERED,
    SiteStanding.COPY,
    SiteStanding.SPARE_SEAT,
    SiteStanding.NOT_NAMED,
    SiteStanding.UNKNOWN,
    SiteStanding.OVER_LIMIT,
)
REASONS_NEAREST_FIRST = (
    Reason.NOT_YET_VALID,
    Reason.PRODUCT_NOT_INCLUDED,
    Reason.REFUNDED,
    Reason.REVOKED,
)
STATUS_IN = {
    Phase.IN_FORCE: Status.COVERED,
    Phase.ENDED: Status.NEEDS_RENEWAL,
    Phase.NOT_YET: Status.NO_LICENCE,
    Phase.TAKEN_AWAY: Status.NO_LICENCE,
}
NO_END = datetime.max.replace(tzinfo=UTC)


class Moment(NamedTuple):
    """When, and on which knowledge, an answer is given.

    `complete_until`: how far the feed reaches, None where a source was never heard.
    `known_at` None: with all that is known.
    """

    as_of: datetime
    complete_until: datetime | None
    tolerance: timedelta
    known_at: datetime | None = None


class Candidate(NamedTuple):
    """What one licence says to the ask."""

    status: Status
    reasons: tuple[str, ...]
    site: SiteAnswer
    licence: Standing
    held: bool = False
    end: datetime = NO_END

    @property
    def order(self) -> tuple[int, int, int, bool, float, str]:
        """Smallest first: status, nearest reason, site, holder before contact, latest end, id."""
        nearest = [n for n, why in enumerate(REASONS_NEAREST_FIRST) if why in self.reasons]
        return (
            BEST_FIRST.index(self.status),
            min(nearest, default=0),
            SITES_BEST_FIRST.index(self.site.standing),
            not self.held,
            -self.end.timestamp(),
            self.licence.licence_id,
        )


def coverage(
    ask: Ask,
    who: Asker,
    licences: Iterable[Sequence[Learned]],
    moment: Moment,
    catalogue: Catalogue,
) -> Coverage:
    """The answer for one ask of one asker (C4, C5, C6, readings 1 to 8).

    `licences`: the facts of each licence that shares a key with the asker, in any order.
    """
    standings = [
        stands
        for facts in licences
        if (stands := standing(facts, at=moment.as_of, known_at=moment.known_at)) is not None
    ]
    return judge(ask, who, identify(who, standings, moment.as_of), moment, catalogue)


def judge(
    ask: Ask,
    who: Asker,
    identified: Identified,
    moment: Moment,
    catalogue: Catalogue,
) -> Coverage:
    """The answer for an asker whose licences are known."""
    match identified.identity:
        case Identity.CLAIMED | Identity.UNKNOWN:
            said = Said(Status.NO_LICENCE, (Reason.NOT_PROVEN,))
            best = None
        case Identity.CONFLICTING:
            said = Said(Status.UNVERIFIED, (Reason.IDENTITY_CONFLICT,))
            best = None
        case Identity.PROVEN | Identity.MATCHED:
            best = _best(ask, who, identified, moment.as_of, catalogue)
            said = _as_far_as_the_feed_reaches(_said(best), moment)
    return Coverage(
        status=said.status,
        reasons=said.reasons,
        provisional=said.provisional,
        identity=identified.identity,
        site=best.site.standing if best else _without_licence(who.site_url),
        licence_id=best.licence.licence_id if best else None,
        learned_at=best.licence.learned_at if best else None,
        fact_version=best.licence.fact.version if best else None,
        as_of=moment.as_of,
        complete_until=moment.complete_until,
    )


class Said(NamedTuple):
    """The heart of an answer."""

    status: Status
    reasons: tuple[str, ...]
    provisional: bool = False


def _said(best: Candidate | None) -> Said:
    if best is None:
        return Said(Status.NO_LICENCE, (Reason.NOTHING_KNOWN,))
    return Said(best.status, (*best.reasons, *best.site.reasons))


def _best(
    ask: Ask, who: Asker, identified: Identified, at: datetime, catalogue: Catalogue
) -> Candidate | None:
    """The best answer of the asker's licences; that of others says no more than `not_holder`.

    The reasons of the asker's own licences stay before the foreign one: only they may be told,
    and they are the same whether or not somebody else's licence exists (reading 5).
    """
    candidates = [_of_own(ask, who, licence, at, catalogue) for licence in identified.own]
    own = min(candidates, key=lambda candidate: candidate.order, default=None)
    others = [_of_others(licence, why, who, own) for licence, why in identified.others]
    candidates += others
    return min(candidates, key=lambda candidate: candidate.order, default=None)


def _of_own(
    ask: Ask, who: Asker, licence: Standing, at: datetime, catalogue: Catalogue
) -> Candidate:
    """What a licence of the asker's gives him."""
    fact = licence.fact
    held = is_holder(who, fact)
    granted = rights(fact, at)
    site = stand(who.site_url, fact, at)
    status, reasons = _status(ask, licence, granted, site, catalogue)
    if status is Status.COVERED and not held:
        reasons = (*reasons, Reason.NAMED_CONTACT)
    return Candidate(status, reasons, site, licence, held, granted.end or NO_END)


def _status(
    ask: Ask, licence: Standing, granted: Rights, site: SiteAnswer, catalogue: Catalogue
) -> tuple[Status, tuple[str, ...]]:
    """Status and reason of one licence: what is asked first hides what comes after."""
    if licence.contradictory:
        return Status.UNVERIFIED, (Reason.CONTRADICTORY_FACTS,)
    if not includes(licence.fact.products, ask, catalogue):
        return Status.NO_LICENCE, (Reason.PRODUCT_NOT_INCLUDED,)
    if licence.holder_changed and granted.phase is not Phase.TAKEN_AWAY:
        return Status.HOLDER_CHANGED, (Reason.HOLDER_CHANGED,)
    if granted.phase is Phase.IN_FORCE and site.standing is SiteStanding.OVER_LIMIT:
        return Status.OVER_SITE_LIMIT, granted.reasons
    return STATUS_IN[granted.phase], granted.reasons


def _of_others(licence: Standing, why: Reason, who: Asker, own: Candidate | None) -> Candidate:
    """What holding up somebody else's key or site gives: nothing.

    Facts that contradict each other change that nothing: the asker is in none of them.
    """
    if own is None:
        nowhere = SiteAnswer(_without_licence(who.site_url))
        return Candidate(Status.NOT_HOLDER, (why,), nowhere, licence)
    return Candidate(Status.NOT_HOLDER, (*own.reasons, why), own.site, licence)


def _as_far_as_the_feed_reaches(said: Said, moment: Moment) -> Said:
    """Unknown is not denied (reading 3, promise 3): no negative answer on missing facts."""
    if said.status not in NEGATIVE:
        return said
    reach = feed(
        as_of=moment.as_of,
        complete_until=moment.complete_until,
        tolerance=moment.tolerance,
    )
    match reach:
        case Feed.FINAL:
            return said
        case Feed.PROVISIONAL:
            return Said(said.status, (*said.reasons, Reason.FEED_BEHIND), provisional=True)
        case Feed.STALE:
            why = Reason.FEED_STALE
        case Feed.NEVER_HEARD:
            why = Reason.FEED_NEVER_HEARD
    return Said(Status.UNVERIFIED, (*said.reasons, why))


def _without_licence(site_url: str | None) -> SiteStanding:
    """How a site stands to no licence: not named, unless what is named is none."""
    if site_url is None or not site_url.strip() or site_of(site_url) is not None:
        return SiteStanding.NOT_NAMED
    return SiteStanding.UNKNOWN


def better(status: Status, *, than: Status) -> bool:
    """Whether a status is an upward step from a negative one (promise 2).

    `holder_changed` counts as one: a person decides, where the answer had been no.
    """
    return BEST_FIRST.index(status) < BEST_FIRST.index(than)

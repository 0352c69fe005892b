"""How does a site stand to a licence's seats? First activated, first served (C6, reading 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from services.entitlements.reasons import Reason, over_limit_by
from services.entitlements.site import Site, site_of
from shared.contracts import Activation, Environment, LicenceFact, SiteStanding

COPIES = frozenset({Environment.STAGING, Environment.LOCAL})
ASKED_LAST = datetime.max.replace(tzinfo=UTC)


class SiteAnswer(NamedTuple):
    """How the ticket's site stands to one licence, with coded reasons."""

    standing: SiteStanding
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A site on the licence. `declared_copy`: every activation of it says staging or local."""

    site: Site
    since: datetime
    declared_copy: bool = False
    declared_production: bool = False


@dataclass(frozen=True, slots=True)
class Seating:
    """Who sits where. `seats`: hosts in the order of their seats; `seat_of`: host to its seat."""

    seats: tuple[str, ...]
    seat_of: Mapping[str, str]
    why_copy: Mapping[str, Reason]


def stand(url: str | None, fact: LicenceFact, at: datetime) -> SiteAnswer:
    """How the site at `url` stands to the licence at `at`.

    A site not named and one that is none count as covered: nothing is known against them.
    """
    if url is None or not url.strip():
        return SiteAnswer(SiteStanding.NOT_NAMED)
    asked = site_of(url)
    if asked is None:
        return SiteAnswer(SiteStanding.UNKNOWN)
    places = live_places(fact.activations, at)
    activated = asked.host in places
    if not activated:
        places[asked.host] = Place(asked, ASKED_LAST)
    seating = seat(places)
    own_seat = seating.seat_of[asked.host]
    limit = fact.site_limit
    if limit is not None and seating.seats.index(own_seat) >= limit:
        too_many = len(seating.seats) - limit
        return SiteAnswer(SiteStanding.OVER_LIMIT, (over_limit_by(too_many),))
    if own_seat != asked.host:
        return SiteAnswer(SiteStanding.COPY, (seating.why_copy[asked.host],))
    return SiteAnswer(SiteStanding.COVERED if activated else SiteStanding.SPARE_SEAT)


def live_places(activations: Iterable[Activation], at: datetime) -> dict[str, Place]:
    """The sites activated at `at`, by host; a deactivated one frees its seat from then on."""
    places: dict[str, Place] = {}
    for activation in activations:
        ended = activation.deactivated_at
        if activation.activated_at > at or (ended is not None and at >= ended):
            continue
        site = site_of(activation.site_url)
        if site is None:
            continue
        place = Place(
            site,
            activation.activated_at,
            activation.environment in COPIES,
            activation.environment is Environment.PRODUCTION,
        )
        places[site.host] = _merged(places.get(site.host, place), place)
    return places


def _merged(one: Place, other: Place) -> Place:
    return Place(
        one.site,
        min(one.since, other.since),
        one.declared_copy and other.declared_copy,
        one.declared_production or other.declared_production,
    )


def seat(places: Mapping[str, Place]) -> Seating:
    """Every site on its seat; a copy shares that of the site it copies, if that is activated.

    A shared seat counts from the first activation of the two.
    """
    copies = _copies(places)
    seat_of = {host: _seat(host, copies) for host in places}
    taken: dict[str, datetime] = {}
    for host, own_seat in seat_of.items():
        since = places[host].since
        taken[own_seat] = min(taken.get(own_seat, since), since)
    seats = sorted(taken, key=lambda host: (taken[host], host))
    return Seating(tuple(seats), seat_of, {host: why for host, (_, why) in copies.items()})


def _seat(host: str, copies: Mapping[str, tuple[str, Reason]]) -> str:
    while host in copies:
        host = copies[host][0]
    return host


def _copies(places: Mapping[str, Place]) -> dict[str, tuple[str, Reason]]:
    """The sites that copy another of these, with it and the reason. Free of circles.

    By name a copy is longer than its original; the other two kinds copy only sites of no kind.
    """
    copies: dict[str, tuple[str, Reason]] = {}
    for host, place in places.items():
        for original in place.site.originals:
            if original in places:
                copies[host] = (original, Reason.STAGING_NAME)
                break
    originals = sorted(
        (
            place
            for host, place in places.items()
            if host not in copies and not place.declared_copy and not _local(place)
        ),
        key=lambda place: (place.since, place.site.host),
    )
    for host, place in places.items():
        if host in copies:
            continue
        if _local(place) and originals:
            copies[host] = (_namesake(place, originals).site.host, Reason.LOCAL_ADDRESS)
        elif place.declared_copy:
            related = [original for original in originals if _related(place.site, original.site)]
            if related:
                copies[host] = (related[0].site.host, Reason.DECLARED_COPY)
    return copies


def _local(place: Place) -> bool:
    """On a machine or network of one's own, and not declared to be the real thing."""
    return place.site.local and not place.declared_production


def _namesake(copy: Place, originals: list[Place]) -> Place:
    """The original of the same name (`acme.test` of `acme.com`), else the first activated."""
    same = [place for place in originals if place.site.name == copy.site.name]
    return (same or originals)[0]


def _related(copy: Site, original: Site) -> bool:
    """The same owner's domain, or a platform's customer who bears the original's name."""
    if copy.registrable == original.registrable:
        return True
    return copy.name.startswith(original.name)

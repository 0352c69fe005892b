"""What does a stage cost per ticket? Rounds of the same tickets, one contender after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.broker import Message
from tests.bench.figures import per_ticket_us
from tests.bench.place import Child, Place

SETTLE_SECONDS = 0.3
Make = Callable[[], Sequence[Message]]


@dataclass(frozen=True, slots=True)
class Contender:
    """A running stage: what it reads as which group, and the process that is measured."""

    name: str
    child: Child
    group: str
    source: str


def costs(
    place: Place, contenders: Sequence[Contender], make: Make, rounds: int, warming: int = 1
) -> Mapping[str, list[float]]:
    """Microseconds of processor time per ticket, by contender, one figure per round.

    The rounds before them, which warm up, are not counted. Within a round all get the same tickets.
    """
    found: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(-warming, rounds):
        messages = make()
        for contender in contenders:
            cost, rate = _round(place, contender, messages)
            if number >= 0:
                found[contender.name].append(cost)
            place.say(
                f"{contender.name}: {cost:.1f} us of processor per ticket, {rate:.0f} tickets/s"
                + (" (warming up)" if number < 0 else "")
            )
    return found


def _round(place: Place, contender: Contender, messages: Sequence[Message]) -> tuple[float, float]:
    time.sleep(SETTLE_SECONDS)
    before, began = contender.child.cpu(), time.monotonic()
    place.broker.publish(contender.source, messages)
    try:
        place.broker.wait_read(contender.group, contender.source)
    except TimeoutError as error:
        raise TimeoutError(f"{error}; {contender.child.last_words()}") from None
    seconds = time.monotonic() - began
    return per_ticket_us(contender.child.cpu() - before, len(messages)), len(messages) / seconds


def paired(
    found: Mapping[str, list[float]], ours: str, peer: str
) -> tuple[tuple[float, float], ...]:
    return tuple(zip(found[ours], found[peer], strict=True))

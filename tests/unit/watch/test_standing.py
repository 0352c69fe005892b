"""Who waits in a queue: messages, withdrawals and what help desks say, in any order."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.watch.sighting import Sighting
from services.watch.standing import Queues, Standing
from shared.contracts import Queue
from tests.unit.watch.test_timeline import ONE, TWO, on, routed, withdrawn


def queues(*sightings: Sighting) -> Queues:
    seen = Queues()
    for sighting in sightings:
        seen.see(sighting)
    return seen


def said(status: str, second: float, ticket_id: str = ONE) -> Sighting:
    return on("tickets.status", second, status=status, by="Ann", ticket_id=ticket_id)


def test_taken_and_solved_are_told_apart() -> None:
    messages = [routed("core", 1, "m1"), routed("core", 2, "m2", ticket_id=TWO)]
    seen = queues(*messages, said("taken", 3), said("solved", 4, TWO))
    assert seen.standing(Queue.CORE) == Standing(waiting=0, taken=1, oldest=None)
    assert seen.live(Queue.CORE) == 2


def test_a_reopened_ticket_waits_since_it_came() -> None:
    seen = queues(routed("core", 1, "m1"), said("solved", 3), said("reopened", 4))
    oldest = seen.standing(Queue.CORE).oldest
    assert oldest is not None
    assert oldest.at == routed("core", 1, "m1").at


def test_who_took_an_ordinary_ticket_has_not_taken_the_report_that_it_turned_out_to_be() -> None:
    seen = queues(routed("core", 1, "m1"), said("taken", 2), routed("security", 5, "s1"))
    assert seen.standing(Queue.SECURITY).waiting == 1
    assert seen.standing(Queue.CORE).taken == 1
    seen.see(said("taken", 6))
    assert seen.standing(Queue.SECURITY).waiting == 0


def test_a_report_that_could_not_be_read_is_taken_by_its_message_id() -> None:
    seen = queues(routed("security", 5, TWO, ticket_id=None))
    assert seen.standing(Queue.SECURITY).waiting == 1
    seen.see(said("taken", 6, TWO))
    assert seen.standing(Queue.SECURITY).taken == 1


def test_the_order_in_which_topics_are_read_does_not_matter() -> None:
    records = [
        routed("core", 1, "m1"),
        withdrawn("core", 4, "m1"),
        routed("security", 3, "s1"),
        routed("security", 3.5, "s1"),
        said("taken", 5),
        routed("core", 2, "m2", ticket_id=TWO),
    ]
    for order in permutations(records):
        if order.index(records[2]) > order.index(records[3]):
            continue  # a repeat stands on the partition of the first, behind it
        seen = queues(*order)
        assert seen.live(Queue.CORE) == 1
        assert [m.name for m in seen.waiting(Queue.CORE)] == ["m2"]
        assert seen.standing(Queue.SECURITY).taken == 1


def test_only_so_many_messages_are_kept_and_the_first_go() -> None:
    seen = Queues(most=2)
    for n in range(4):
        seen.see(routed("core", n, f"m{n}"))
    assert [m.name for m in seen.longest(Queue.CORE, 5)] == ["m2", "m3"]
    assert seen.evicted == 2


def test_a_long_queue_forgets_its_own_and_no_report() -> None:
    seen = Queues(most=3)
    seen.see(routed("security", 0, "s0", ticket_id=TWO))
    for n in range(1, 6):
        seen.see(routed("core", n, f"m{n}"))
    assert [m.name for m in seen.waiting(Queue.SECURITY)] == ["s0"]
    assert [m.name for m in seen.waiting(Queue.CORE)] == ["m4", "m5"]
    assert seen.evicted == 3


def test_what_is_solved_is_forgotten_before_anything_that_waits() -> None:
    seen = queues(
        routed("core", 1, "m1"), routed("core", 2, "m2", ticket_id=TWO), said("solved", 3, TWO)
    )
    seen.most = 2
    seen.see(routed("core", 4, "m4", ticket_id="three"))
    assert [m.name for m in seen.waiting(Queue.CORE)] == ["m1", "m4"]
    assert seen.live(Queue.CORE) == 2
    assert seen.evicted == 0


def test_more_reports_than_can_be_kept_push_everything_else_out_first() -> None:
    seen = Queues(most=3)
    seen.see(routed("core", 0, "m0"))
    for n in range(1, 4):
        seen.see(routed("security", n, f"s{n}", ticket_id=f"t{n}"))
    assert [m.name for m in seen.waiting(Queue.SECURITY)] == ["s1", "s2", "s3"]
    assert seen.waiting(Queue.CORE) == []
    seen.see(routed("security", 4, "s4", ticket_id="t4"))
    assert [m.name for m in seen.waiting(Queue.SECURITY)] == ["s2", "s3", "s4"]
    assert seen.evicted == 2


def test_what_was_said_of_a_message_that_stands_is_never_forgotten() -> None:
    seen = Queues(most=4)
    seen.see(routed("security", 1, "s1"))
    seen.see(said("taken", 2))
    for n in range(20):
        seen.see(said("solved", 3 + n, f"t{n}"))
    assert seen.standing(Queue.SECURITY) == Standing(waiting=0, taken=1, oldest=None)


RECORDS = st.one_of(
    st.builds(
        routed, st.sampled_from(["core", "security"]), st.integers(0, 9), st.sampled_from("abc")
    ),
    st.builds(
        withdrawn, st.sampled_from(["core", "security"]), st.integers(0, 9), st.sampled_from("abc")
    ),
    st.builds(said, st.sampled_from(["taken", "solved", "reopened", "eaten"]), st.integers(0, 9)),
)


@given(st.lists(RECORDS, max_size=30))
def test_every_live_message_is_in_one_state_and_the_oldest_is_the_oldest(
    records: list[Sighting],
) -> None:
    seen = queues(*records)
    for queue in Queue:
        standing, waiting = seen.standing(queue), seen.waiting(queue)
        assert standing.waiting == len(waiting)
        assert standing.waiting + standing.taken <= seen.live(queue)
        oldest = standing.oldest
        assert (oldest.at if oldest else None) == min(
            (message.at for message in waiting), default=None
        )

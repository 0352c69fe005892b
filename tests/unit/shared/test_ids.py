from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ids import (
    TICKETS,
    conflicting_ticket_id,
    event_id,
    routed_id,
    security_routed_id,
    ticket_id,
)

FIRST = UUID("129ffb12-3880-5307-a91b-c8e45cd3415f")
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\n"))


def test_the_namespace_never_changes_for_every_ticket_would_become_a_new_one() -> None:
    assert UUID("6f1d3c1e-6f0e-5b52-9a57-2f2a8f6f7c11") == TICKETS
    assert ticket_id("help-desk", "HD-4711") == FIRST


def test_the_same_source_and_key_name_the_same_ticket() -> None:
    assert ticket_id("shop", "17") == ticket_id("shop", "17")


@given(st.uuids(), NAMES, NAMES)
def test_an_events_id_is_a_uuid_of_version_5(ticket: UUID, fingerprint: str, fact: str) -> None:
    assert event_id(ticket, fingerprint, fact) == str(uuid5(ticket, f"{fingerprint}/{fact}"))


@given(NAMES, NAMES, NAMES, NAMES)
@settings(deadline=None)
def test_another_source_or_key_names_another_ticket(a: str, b: str, c: str, d: str) -> None:
    assert (ticket_id(a, b) == ticket_id(c, d)) == ((a, b) == (c, d))


def test_a_conflicting_ticket_is_named_by_the_first_and_its_own_fingerprint() -> None:
    assert conflicting_ticket_id(FIRST, "f2") == uuid5(FIRST, "f2")
    assert conflicting_ticket_id(FIRST, "f2") != conflicting_ticket_id(FIRST, "f3")


def test_each_revision_has_a_message_id_of_its_own() -> None:
    assert routed_id(FIRST, "f", 1) == routed_id(FIRST, "f", 1)
    assert routed_id(FIRST, "f", 1) != routed_id(FIRST, "f", 2)


def test_a_second_report_under_the_same_key_is_not_taken_for_a_repeat() -> None:
    assert security_routed_id(FIRST, "f1", "machine") != security_routed_id(FIRST, "f2", "machine")


def test_a_finding_of_a_person_is_apart_from_those_of_machines() -> None:
    assert security_routed_id(FIRST, "f", "machine") != security_routed_id(FIRST, "f", "c-1")


def test_facts_of_one_ticket_have_ids_of_their_own() -> None:
    facts = ("submitted", "suspected/machine", "classified", "entitled", "routed/1")

    assert len({event_id(FIRST, "f", fact) for fact in facts}) == len(facts)

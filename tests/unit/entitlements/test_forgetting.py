"""Is a forgotten person gone from a licence, and nobody else?"""

from __future__ import annotations

from services.entitlements.forgetting import asker_hash, without
from services.entitlements.lookup import Key, Kind, keys_of_fact
from shared.contracts import Holder
from tests.support.builders import a_licence, an_activation

HOLDER, CONTACT, ANOTHER = "ada@lov.example", "grace@lov.example", "lin@lov.example"
LICENCE = a_licence(
    account_id="acct-ada",
    emails=(HOLDER,),
    contacts=(CONTACT, ANOTHER),
    key_hash="0" * 64,
    activations=(an_activation("https://lov.example"),),
)


def test_of_a_holders_licence_nobody_and_no_site_is_left() -> None:
    for asker in (Key(Kind.MAILBOX, HOLDER), Key(Kind.ACCOUNT, "acct-ada")):
        left = without(LICENCE, asker_hash(asker))
        assert (left.holder, left.contacts, left.activations) == (Holder(), (), ())
        assert {key.kind for key in keys_of_fact(left)} == {Kind.LICENCE}
        assert (left.version, left.state, left.products) == (
            LICENCE.version,
            LICENCE.state,
            LICENCE.products,
        )


def test_a_contact_goes_alone() -> None:
    left = without(LICENCE, asker_hash(Key(Kind.MAILBOX, CONTACT)))
    assert left == LICENCE.model_copy(update={"contacts": (ANOTHER,)})


def test_a_stranger_is_in_no_fact() -> None:
    assert without(LICENCE, asker_hash(Key(Kind.MAILBOX, "x@y.example"))) == LICENCE


def test_an_account_is_not_taken_for_an_address_of_the_same_name() -> None:
    assert without(LICENCE, asker_hash(Key(Kind.ACCOUNT, HOLDER))) == LICENCE

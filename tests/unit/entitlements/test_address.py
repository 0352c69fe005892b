"""Which mail address is it?"""

from __future__ import annotations

import pytest

from services.entitlements.address import mailbox


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Acme.COM", "ada@acme.com"),
        ("  ada@acme.com ", "ada@acme.com"),
        ("ada@acme.com.", "ada@acme.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@bücher.example"),
        ("ada@acme。com", "ada@acme.com"),
        ("ada+crm@gmail.com", "ada@gmail.com"),
        ("a.d.a@gmail.com", "ada@googlemail.com"),
        ("ada+crm@outlook.com", "ada@outlook.com"),
        ("ÄDA@acme.com", "äda@acme.com"),
    ],
)
def test_spellings_of_one_mailbox(one: str, other: str) -> None:
    assert mailbox(one) is not None
    assert mailbox(one) == mailbox(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada+crm@acme.com", "ada@acme.com"),
        ("a.da@acme.com", "ada@acme.com"),
        ("a.da@outlook.com", "ada@outlook.com"),
        ("ada@acme.com", "ada@acme.co"),
        ("ada@mail.acme.com", "ada@acme.com"),
        ("ada@gmail.com.evil.example", "ada@gmail.com"),
        ("аda@acme.com", "ada@acme.com"),  # a Cyrillic а
    ],
)
def test_mailboxes_that_are_not_the_same(one: str, other: str) -> None:
    assert mailbox(one) != mailbox(other)


@pytest.mark.parametrize(
    "text",
    [
        *("", "@", "ada", "ada@", "@acme.com", "a da@acme.com", "ada@ac me.com", "+@gmail.com"),
        *("ada@acme..com", "x" * 400 + "@acme.com", "ada\x00@acme.com", "ada@-acme.com"),
    ],
)
def test_what_is_no_address_is_nobodys(text: str) -> None:
    assert mailbox(text) is None

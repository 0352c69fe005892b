"""Which products does a text name?"""

from __future__ import annotations

import pytest

from services.classifier.products import extension_of, mentions


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("woo sync stopped", "WooSync"),
        ("our WOO-SYNC stopped", "WooSync"),
        ("clientportalpro is slow", "Client Portal PRO"),
        ("the cf7 connector", "Contact Form connectors"),
        ("the Passwords extension", "Passwords"),
    ],
)
def test_names_are_found_as_people_write_them(text, name):
    assert extension_of(text) == name


def test_an_everyday_word_alone_is_no_sure_mention():
    assert [mention.sure for mention in mentions("we lost all passwords")] == [False]
    assert [mention.sure for mention in mentions("the passwords extension is off")] == [True]


def test_another_plugin_is_no_product_of_ours():
    assert mentions("Gravity Forms and WooCommerce are active") == []

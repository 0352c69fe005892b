"""Which products does a text name?"""

from __future__ import annotations

import pytest

from services.classifier.concepts import FEATURE, concepts_in, extension_meant, load_concepts
from services.classifier.products import extension_of, mentions
from services.classifier.words import forms_of
from shared.catalogue import load_catalogue
from shared.contracts import ProductArea


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
def test_names_are_found_as_people_write_them(text: str, name: str) -> None:
    assert extension_of(mentions(text)) == name


def test_an_everyday_word_alone_is_no_sure_mention() -> None:
    assert [mention.sure for mention in mentions("we lost all passwords")] == [False]
    assert [mention.sure for mention in mentions("the passwords extension is off")] == [True]


def test_another_plugin_is_no_product_of_ours() -> None:
    assert mentions("Gravity Forms and WooCommerce are active") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("our newsletter went out twice", "Mail Campaigns"),
        ("el botón de SMS está muy escondido", "Twilio SMS"),
        ("les contacts Google reviennent", "Google Contacts Sync"),
        ("les factures récurrentes partent deux fois", "Invoicing PRO"),
        ("the newsletter and the funnel", None),
        ("the colour of the page", None),
    ],
)
def test_an_extension_without_its_name_is_known_by_what_it_alone_has(text: str, name: str) -> None:
    assert extension_meant(concepts_in(forms_of(text))) == name


def test_every_feature_belongs_to_an_extension_of_the_catalogue() -> None:
    features = {p.concept for some in load_concepts().values() for p in some}
    names = {f.removeprefix(FEATURE) for f in features if f.startswith(FEATURE)}
    extensions = {p.name for p in load_catalogue().products if p.area is ProductArea.EXTENSION}
    assert names == extensions

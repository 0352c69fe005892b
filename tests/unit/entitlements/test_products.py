"""Does a licence include what is asked for?"""

from __future__ import annotations

import pytest

from services.entitlements.products import Ask, ask_of, includes
from shared.catalogue import load_catalogue
from shared.contracts import ProductArea, Scope, Verdict
from tests.support.builders import a_finding

EXTENSION, CORE, UNKNOWN = ProductArea.EXTENSION, ProductArea.CORE, ProductArea.UNKNOWN


@pytest.mark.parametrize(
    ("products", "ask", "expected"),
    [
        (["WooSync"], Ask(EXTENSION, "WooSync"), True),
        (["woo-sync"], Ask(EXTENSION, "WooSync"), True),
        (["WooCommerce Sync"], Ask(EXTENSION, "WooSync"), True),
        (["WooSync"], Ask(EXTENSION, "Funnels"), False),
        (["*"], Ask(EXTENSION, "Funnels"), True),
        (["*"], Ask(EXTENSION, None), True),
        (["Jetpack CRM"], Ask(EXTENSION, None), False),
        (["WooSync"], Ask(EXTENSION, None), True),
        (["Brand New Thing"], Ask(EXTENSION, None), True),
        (["Brand New Thing"], Ask(EXTENSION, "brand-new thing"), True),
        ([], Ask(EXTENSION, None), False),
        (["WooSync"], Ask(CORE), True),
        (["Jetpack CRM"], Ask(UNKNOWN), True),
    ],
)
def test_licence_counts_for_the_ask(products: list[str], ask: Ask, expected: bool) -> None:
    assert includes(products, ask, load_catalogue()) is expected


def test_the_ask_is_that_of_the_first_finding_in_scope() -> None:
    verdict = Verdict(
        findings=(
            a_finding(Scope.CUSTOM_DEVELOPMENT, product_area=CORE, extension=None),
            a_finding(Scope.PRODUCT_QUESTION, product_area=EXTENSION, extension="Funnels"),
            a_finding(Scope.BUG_REPORT, product_area=EXTENSION, extension="WooSync"),
        )
    )
    assert ask_of(verdict) == Ask(EXTENSION, "Funnels")


def test_the_ask_is_the_primarys_where_none_is_in_scope_and_unknown_without_findings() -> None:
    primary = a_finding(Scope.UNCLEAR, product_area=CORE, extension=None)
    assert ask_of(Verdict(findings=(primary,))) == Ask(CORE)
    assert ask_of(Verdict()) == Ask(UNKNOWN)


def test_every_name_of_the_catalogue_means_one_product_and_only_the_base_is_core() -> None:
    catalogue = load_catalogue()
    assert [p.name for p in catalogue.products if p.area is CORE] == ["Jetpack CRM"]
    for product in catalogue.products:
        for name in (product.name, *product.aliases, product.name.upper()):
            assert catalogue.resolve(name) == product

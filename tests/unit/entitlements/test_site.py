"""Which site is it? Spellings, and the holes of well-known licence plugins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.entitlements.site import site_of


def host(url: str) -> str | None:
    site = site_of(url)
    return site.host if site is not None else None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://acme.com", "acme.com"),
        ("http://acme.com", "acme.com"),
        ("acme.com", "acme.com"),
        ("//acme.com/", "acme.com"),
        ("HTTPS://ACME.COM/", "acme.com"),
        ("https://acme.com:8443/shop/", "acme.com"),
        ("https://user:secret@acme.com/", "acme.com"),
        ("https://www.acme.com", "acme.com"),
        ("https://www.www.acme.com", "acme.com"),
        ("https://acme.com.", "acme.com"),
        ("https://acme.com../", "acme.com"),
        ("  https://acme.com/wp-admin/admin.php?page=x#y  ", "acme.com"),
        ("https:\\\\acme.com\\wp", "acme.com"),
        ("https://%61cme.com/", "acme.com"),
        ("https://acme%2Ecom/", "acme.com"),
        ("https://ａｃｍｅ.com/", "acme.com"),
        ("https://acme。com/", "acme.com"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("https://BÜCHER.example", "xn--bcher-kva.example"),
        ("https://XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("https://shop.acme.co.uk", "shop.acme.co.uk"),
        ("https://www.co.uk", "www.co.uk"),
        ("https://www.com", "www.com"),
        ("https://my_shop.acme.com", "my_shop.acme.com"),
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://127.1", "127.0.0.1"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://0x7f000001/", "127.0.0.1"),
        ("http://0177.0.0.1/", "127.0.0.1"),
        ("http://[::1]:8080/", "::1"),
        ("http://[::ffff:127.0.0.1]/", "127.0.0.1"),
        ("http://[2001:DB8:0::1]/", "2001:db8::1"),
        ("http://localhost:8888/wordpress", "localhost"),
        ("http://LOCALHOST.", "localhost"),
    ],
)
def test_spellings_of_one_site(url: str, expected: str) -> None:
    assert host(url) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "not public yet", "our practice website", "n/a", "none", "-", "http://"),
        *("acme", "https://", "me@acme.com", "acme.com, beta.com", "a" * 64 + ".com", "http://[x]"),
        *("http://1.2.3.4.5", "http://999.1.1.1/", "https://acme .com", "https://-acme.com"),
        *("x." * 200 + "com", "https://acme..com", "mailto:ada@acme.com", "\x00", "a\x00.com"),
        *("https://%zz.com", "https://acme.com\x00.evil.com", "http://[::1", "x" * 3000 + ".com"),
    ],
)
def test_what_names_no_site(text: str) -> None:
    assert site_of(text) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://acme.com", "https://shop.acme.com"),
        ("https://one.wpengine.com", "https://two.wpengine.com"),
        ("https://one.github.io", "https://two.github.io"),
        ("https://acme.com", "https://acme.co"),
        ("https://acme.com", "https://аcme.com"),
        ("https://wwwacme.com", "https://acme.com"),
        ("http://10.0.0.1", "http://10.0.0.2"),
    ],
)
def test_sites_that_are_not_the_same(one: str, other: str) -> None:
    assert host(one) != host(other)


def test_a_network_in_folders_is_one_site() -> None:
    assert host("https://acme.com/berlin/") == host("https://acme.com/wien/wp-admin")


@pytest.mark.parametrize(
    ("url", "originals"),
    [
        ("https://staging.acme.com", ["acme.com"]),
        ("https://www.staging.acme.com", ["acme.com"]),
        ("https://staging2.acme.com", ["acme.com"]),
        ("https://dev-01.acme.co.uk", ["acme.co.uk"]),
        ("https://test.shop.acme.com", ["shop.acme.com"]),
        ("https://test.staging.acme.com", ["staging.acme.com", "acme.com"]),
        ("https://staging.one.wpengine.com", ["one.wpengine.com"]),
        # the holes of well-known plugins
        ("https://www.devshop.com", []),
        ("https://localhostel.com", []),
        ("https://stagingequipment.com", []),
        ("https://staging-party.com", []),
        ("https://staging.com", []),
        ("https://www.staging.com", []),
        ("https://dev.co.uk", []),
        ("https://acme.dev", []),
        ("https://staging.wpengine.com", []),
        ("https://one.wpengine.com", []),
        ("https://contest.acme.com", []),
        ("https://acme.com/staging", []),
        ("https://acme.com?x=localhost", []),
    ],
)
def test_only_whole_labels_before_a_registrable_domain_make_a_staging_name(
    url: str, originals: list[str]
) -> None:
    site = site_of(url)
    assert site is not None
    assert list(site.originals) == originals


@pytest.mark.parametrize(
    ("url", "local"),
    [
        *((f"http://{name}", True) for name in ("localhost", "acme.localhost", "acme.local")),
        *((f"http://{name}", True) for name in ("acme.test", "127.0.0.1", "192.168.1.7", "[::1]")),
        *(
            (f"http://{name}", True)
            for name in ("10.1.2.3", "172.16.0.9", "[fe80::1]", "[fd00::5]")
        ),
        *((f"http://{name}", False) for name in ("acme.dev", "acme.example", "localhostel.com")),
        *((f"http://{name}", False) for name in ("8.8.8.8", "local.com", "test.com", "mytest.com")),
        *((f"http://{name}", False) for name in ("localhost.acme.com", "one.wpengine.com")),
    ],
)
def test_only_what_the_internet_can_not_reach_is_local(url: str, local: bool) -> None:
    site = site_of(url)
    assert site is not None
    assert site.local is local


LABELS = (
    "acme",
    "beta",
    "shop",
    "staging",
    "dev2",
    "test",
    "localhost",
    "x1",
    "devshop",
    "stagingx",
)
SUFFIXES = ("com", "co.uk", "example", "wpengine.com", "dev", "github.io", "test", "local")
hosts = st.builds(
    lambda names, suffix: ".".join([*names, suffix]),
    st.lists(st.sampled_from(LABELS), min_size=1, max_size=3),
    st.sampled_from(SUFFIXES),
)


@st.composite
def spelt(draw: st.DrawFn, plain: str) -> str:
    """Any spelling of a host that a browser takes for the same site."""
    ways = draw(st.integers(0, 3 ** len(plain) - 1))
    name = ""
    for letter in plain:
        ways, way = divmod(ways, 3)
        name += (letter, letter.upper(), f"%{ord(letter):02x}")[way]
    before, after = draw(st.sampled_from(BEFORE)), draw(st.sampled_from(AFTER))
    return f"{before}{name}{after}"


BEFORE = ("", " ", "//", "http://", "HTTPS://u:p@", "https:\\\\", "www.", "https://WWW.", "//www.")
AFTER = ("", ".", ":80", ".:8443/", "/blog/", "\\wp-admin", "/?p=1", "?x=.dev", "#top", "/ ")


@given(st.data(), hosts)
def test_no_spelling_makes_another_site(data: st.DataObject, plain: str) -> None:
    one, other = data.draw(spelt(plain)), data.draw(spelt(plain))
    assert site_of(one) == site_of(other) == site_of(plain) != None  # noqa: E711


@given(st.text(max_size=60))
def test_any_text_is_a_site_or_none_and_a_sites_host_names_itself(text: str) -> None:
    site = site_of(text)
    if site is not None:
        again = site_of(f"https://[{site.host}]" if ":" in site.host else f"https://{site.host}")
        assert again == site

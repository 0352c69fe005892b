"""Which site is it? One identity for all spellings, so that no spelling gains or costs a seat.

A site is a host: scheme, user, port, path and query, `www`, case, dots at the end, percent
signs, punycode and the spellings of IP addresses tell no sites apart. A multisite network in
folders is one site; subdomains are sites of their own, as the customers of a hosting platform
are.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import idna
import tldextract

LONGEST = 2048
PLATFORMS = (
    *("wpengine.com", "wpengine.io", "flywheelsites.com", "flywheelstaging.com"),
    *("kinsta.cloud", "kinsta.com", "instawp.xyz", "instawp.co", "wordpress.com"),
    *("ngrok.io", "ngrok.app", "ngrok-free.app", "cloudwaysapps.com", "sg-host.com"),
)
"""Hosts whose subdomains belong to customers, where the public suffix list doesn't say so."""
LOCAL_SUFFIXES = (".localhost", ".local", ".test")
"""Names that can't be reached from the internet. `.dev` and `.example` are not among them."""
STAGING_LABEL = re.compile(
    r"(?:staging|stage|stg|dev|develop|development|test|testing|uat|qa|preprod|preview|sandbox)"
    r"-?\d{0,3}"
)
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?=//)|(?=//)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")

_extract = tldextract.TLDExtract(
    suffix_list_urls=(),
    cache_dir=None,
    include_psl_private_domains=True,
    extra_suffixes=PLATFORMS,
)


@dataclass(frozen=True, slots=True)
class Site:
    """A site under its canonical host.

    `registrable`: the domain that one owner can register; the host itself for an IP address.
    `local`: only reachable from a machine or network of one's own. `originals`: the hosts that
    this one may be a staging copy of by its name, nearest first.
    """

    host: str
    registrable: str
    local: bool
    originals: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The registrable domain's own label: `acme` of `shop.acme.co.uk`."""
        return self.registrable.partition(".")[0]


@lru_cache(maxsize=65_536)
def site_of(url: str) -> Site | None:
    """The site that an address names; None where it names none."""
    text = url.strip()
    if not text or len(text) > LONGEST:
        return None
    host = _host_in(text.replace("\\", "/"))
    if host is None:
        return None
    address = _ip_address(host)
    if address is not None:
        return Site(str(address), str(address), _is_local_address(address))
    return _named(host)


def _host_in(text: str) -> str | None:
    """The host part as it was spelt, in lower case ASCII; None where there is no such part."""
    if not _SCHEME.match(text):
        if "@" in text.partition("/")[0]:
            return None  # a mail address
        text = "//" + text
    try:
        host = unquote(urlsplit(text).hostname or "", errors="strict")
    except ValueError:
        return None
    if ":" in host:
        return host  # IPv6
    return _in_ascii(host)


def _in_ascii(host: str) -> str | None:
    host = host.lower()
    if not _HOST.fullmatch(host.rstrip(".")) or "xn--" in host:
        try:
            host = idna.encode(host, uts46=True).decode().lower()
        except (idna.IDNAError, UnicodeError):
            return None
    host = host.rstrip(".")
    return host if _HOST.fullmatch(host) and len(host) <= 253 else None


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address of an IP literal in any spelling that browsers take (`127.1`, `0x7f000001`)."""
    try:
        if ":" in host:
            six = ipaddress.IPv6Address(host.partition("%")[0])
            return six.ipv4_mapped or six
        if _NUMBER.fullmatch(host.rpartition(".")[2]):
            return ipaddress.IPv4Address(socket.inet_aton(host))
    except (ValueError, OSError):
        return None
    return None


def _is_local_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_private or address.is_loopback or address.is_link_local


def _named(host: str) -> Site | None:
    if ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]):
        return None  # an IP address that is none
    if host == "localhost":
        return Site(host, host, local=True)
    if "." not in host:
        return None  # a word, not an address
    registrable = _registrable(host)
    while host.startswith("www.") and host != registrable:
        host = host[4:]
    return Site(host, registrable, host.endswith(LOCAL_SUFFIXES), _originals(host, registrable))


def _originals(host: str, registrable: str) -> tuple[str, ...]:
    """Only whole labels in front count, and only before a registrable domain.

    `staging.com`, `stagingdeals.com` and `localhostel.com` are nobody's copies.
    """
    found = []
    while host != registrable and STAGING_LABEL.fullmatch(host.partition(".")[0]):
        host = host.partition(".")[2]
        found.append(host)
    return tuple(found)


def _registrable(host: str) -> str:
    found = _extract(host)
    if found.suffix:
        return f"{found.domain}.{found.suffix}" if found.domain else host
    return ".".join(host.rsplit(".", 2)[-2:])

"""Which credentials have a form of their own? One bounded pattern each, tried where it begins.

The formats are public: they are what the vendors print in their documentation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.redaction.private_keys import key_bodies, putty_keys
from shared.redaction.spans import Span
from shared.redaction.values import is_likely, is_mixed
from shared.redaction.words import BLANK

Find = Callable[[str, int], Iterable[Span]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`beginnings`: literals in lower case with which it begins; `find` is asked at each.

    `then`: what must follow in lower case, so that hardly anything else is looked at.
    """

    name: str
    beginnings: tuple[str, ...]
    find: Find = field(repr=False)
    then: str = ""


def _form(name: str, beginnings: str, pattern: str, *, then: str = "") -> Kind:
    """A kind found by one pattern; its group `secret` is the credential, else all of it."""
    compiled = re.compile(pattern)
    group = "secret" if "secret" in compiled.groupindex else 0

    def find(text: str, at: int) -> Iterable[Span]:
        match = compiled.match(text, at)
        if match is None or match[group].endswith("..."):
            return ()
        return (Span(match.start(group), match.end(group), name),)

    return Kind(name, tuple(b.replace(BLANK, " ") for b in beginnings.split()), find, then)


_AWS_ID = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])")
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_HEX_32 = re.compile(r"(?<![A-Za-z0-9])[0-9a-f]{32}(?![A-Za-z0-9])")
NEARBY = 250
"""Characters around an id in which the secret that belongs to it may stand without a name."""


def _aws_keys(text: str, at: int) -> Iterable[Span]:
    """An access key id, and near it any 40 characters that look like its secret."""
    found = _AWS_ID.match(text, at)
    if found is not None:
        yield Span(*found.span(), "aws_key")
        for secret in _AWS_SECRET.finditer(text, max(0, at - NEARBY), found.end() + NEARBY):
            if _is_mixed(secret[0]):
                yield Span(*secret.span(), "aws_key")


def _is_mixed(value: str) -> bool:
    return not (value.isalpha() or value.islower() or value.isupper() or value.isdigit())


def _twilio_tokens(text: str, at: int) -> Iterable[Span]:
    """32 hex digits near the name or an account id; an API key id itself."""
    if text.startswith("SK", at):
        yield Span(at, at + 34, "twilio_token")
    if not text.startswith(("sk", "ac"), at):
        for token in _HEX_32.finditer(text, max(0, at - NEARBY), at + NEARBY):
            yield Span(*token.span(), "twilio_token")


_Q = r"(?P<q>[\"'])(?P<secret>[^\"'\n\ufdd0]{1,128})(?P=q)"
_STR = r"(?:\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'),\s{0,4}"
_OBJECT = r"(?:Object\(\w{1,30}\)|\$[\w>-]{1,40}),\s{0,4}"
_ARGUMENT = rf"(?:{_STR}|{_OBJECT})"
"""Of a call in a program or in the trace of one."""


_GOOGLE_SECRET = re.compile(r"(?<![\w.-])[A-Za-z0-9_-]{24}(?![\w.-])")


def _google_secrets(text: str, at: int) -> Iterable[Span]:
    """24 characters near a client id: the secrets of old clients have no beginning of their own."""
    for secret in _GOOGLE_SECRET.finditer(text, max(0, at - NEARBY), at + NEARBY):
        if is_mixed(secret[0]):
            yield Span(*secret.span(), "google_key")


KINDS: tuple[Kind, ...] = (
    Kind("private_key", ("private-lines",), putty_keys),
    Kind(
        "private_key",
        ("mii", "b3blbnnzac1rzxk", "mhccaqee", "mighageg", "mc4caqaw", "ls0tls1crudjtib"),
        key_bodies,
        r"(?=[a-z0-9+/=]{36})",
    ),
    Kind("private_key", ("id_rsa", "id_ed25519", "id_ecdsa", "id_dsa"), key_bodies),
    Kind("aws_key", ("akia", "asia"), _aws_keys, r"(?=[a-z0-9]{16}(?![a-z0-9]))"),
    _form(
        "github_token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat-",
        r"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_-]{20,64}",
        then=r"(?=[\w-]{20})",
    ),
    _form(
        "slack_token",
        "xox xapp- hooks.slack.com",
        r"xox[abcdeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,255}|xapp-[A-Za-z0-9-]{10,255}"
        r"|hooks\.slack\.com\\?/(?:services|workflows|triggers)\\?/[A-Za-z0-9/\\_+-]{16,255}",
    ),
    _form(
        "stripe_key",
        "sk_ rk_ whsec_",
        r"[sr]k_(?:live|test)_[A-Za-z0-9_]{10,250}|whsec_[A-Za-z0-9+/=_-]{20,250}",
        then=r"(?=\w{10})",
    ),
    _form(
        "google_key",
        "aiza gocspx- ya29. 1//0",
        r"AIza[A-Za-z0-9_-]{33,40}|GOCSPX-[A-Za-z0-9_-]{20,40}"
        r"|ya29\.[A-Za-z0-9_-]{20,500}|1//0[A-Za-z0-9_-]{30,200}",
        then=r"(?=[\w-]{20})",
    ),
    _form("sendgrid_key", "sg.", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
    _form("mailgun_key", "key-", r"key-[0-9a-f]{32}(?!\w)", then=r"(?=[0-9a-f]{32})"),
    Kind("twilio_token", ("ac", "sk"), _twilio_tokens, r"(?=[0-9a-f]{32}(?![a-z0-9]))"),
    Kind("twilio_token", ("twilio",), _twilio_tokens),
    _form(
        "paypal_secret",
        "e",
        r"E(?=[A-Za-z_-]{0,78}[0-9])[A-Za-z0-9_-]{79}",
        then=r"(?=[a-z0-9_-]{79}(?![a-z0-9_-]))",
    ),
    _form(
        "paypal_secret",
        "access_token$",
        r"access_token\$(?:production|sandbox)\$[A-Za-z0-9$]{20,120}",
    ),
    _form(
        "woocommerce_key",
        "ck_ cs_",
        r"c[ks]_(?:live_|test_)?[0-9a-f]{32,64}(?!\w)",
        then=r"(?=(?:live_|test_)?[0-9a-f]{32})",
    ),
    _form(
        "bearer_token",
        "bearer",
        r"\w{6}(?:[\s:=\"'<`*_“„«]|%20|(?:token|is|ist|key)\b){1,8}"
        r"(?!eyJ)(?P<secret>(?=[A-Za-z._~+/|-]{0,60}[0-9])[A-Za-z0-9._~+/|-]{16,2000}={0,2})",
        then=r"(?!\w)",
    ),
    _form(
        "basic_auth",
        "basic",
        r"[Bb]asic[ \t]{1,3}(?P<secret>[A-Za-z0-9+/]{8,400}={0,2})(?<=[A-Z0-9=])",
        then=r"(?=[ \t])",
    ),
    _form(
        "database_password",
        "mysql pdo",
        r"(?i:mysqli?\w{0,16}|PDO)(?:(?:->|::)\w{2,20})?\s?\(\s{0,4}"
        rf"(?:{_OBJECT})?{_ARGUMENT}{_STR}{_Q}",
        then=r"(?=\w{0,16}(?:(?:->|::)\w{2,20})?\s?\()",
    ),
    _form(
        "database_password",
        "wpdb",
        r"(?i:wpdb)\s?\(\s{0,4}[\"'][^\"'\n]{0,100}[\"'],\s{0,4}"
        r"(?P<q>[\"'])(?P<secret>[^\"'\n\ufdd0]{1,128})(?P=q)",
        then=r"(?=\w{0,15}\s?\()",
    ),
    _form(
        "database_password",
        "identified␣by identified␣with with␣password",
        r"(?i:identified by|identified with \w{1,40} (?:by|as)|with password)"
        rf"\s{{0,4}}(?i:as|values?)?\s{{0,4}}{_Q}",
    ),
    _form(
        "database_password",
        "5432: 3306: 3307: 6432: 1433:",
        r"[0-9]{4}:[\w*.-]{1,60}:[\w*.@-]{1,60}:(?P<secret>[^\s:\ufdd0]{3,128})",
        then=r"(?=[\w*.-]{1,60}:)",
    ),
    _form(
        "password",
        "ftp_login ftp_ssl_login ssh2_auth_password wp_create_user wp_authenticate ldap_bind login",
        rf"(?i:\w+)\s?\(\s{{0,4}}(?:{_OBJECT})?{_STR}{_Q}",
        then=r"(?=\s?\()",
    ),
    _form(
        "password",
        "networkcredential httpbasicauth httpdigestauth basicauth auth=(",
        rf"(?i:\w+)=?\s?\(\s{{0,4}}{_STR}{_Q}",
        then=r"(?=.?\()|(?<=\()",
    ),
    _form(
        "password",
        "base64_encode b64encode btoa curlopt_userpwd",
        r"(?i:\w+)[(,]\s{0,4}b?[\"'][^\"':\n]{1,80}:(?P<secret>[^\"'\n\ufdd0]{3,128})[\"']",
        then=r"(?=[(,])",
    ),
    _form(
        "password",
        "user_pass user_pwd",
        rf"\w+[\"'`]?(?:\s{{0,4}}=|\)[^\n]{{1,120}}?)\s{{0,4}}(?i:md5|sha1|sha2)\({_Q}",
    ),
    _form("password", "md5", rf"(?i:\w+)\({_Q}(?=\),\s?[\"'][^\"'\n]{{1,80}}@)", then=r"(?=\()"),
    _form("password", "imap_open", rf"(?i:\w+)\s?\(\s{{0,4}}{_ARGUMENT}{_STR}{_Q}"),
    _form(
        "password",
        "wp_set_password wp_hash_password wp_check_password password_hash",
        rf"(?i:\w+)\s?\(\s{{0,4}}{_Q}",
        then=r"(?=\s?\()",
    ),
    _form(
        "other_token",
        "sk- npm_ shpat_ shpss_ shpca_ shppa_ xkeysib- sq0 eaa accountkey= pypi- dop_v1_ hf_"
        " age-secret-key-1 glsa_ atatt3 dckr_pat_ pmak- pat-na1- pat-eu1- mlsn. rzp_ shippo_ sbp_"
        " sb_secret_ re_ jpcrm_ck_ jpcrm_cs_",
        r"sk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{20,250}|npm_[A-Za-z0-9]{36}"
        r"|shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}|xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}"
        r"|sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,50}|EAA[A-Za-z0-9]{60,300}"
        r"|AccountKey=[A-Za-z0-9+/]{60,100}={0,2}|pypi-[A-Za-z0-9_-]{50,250}"
        r"|dop_v1_[0-9a-f]{64}|hf_[A-Za-z0-9]{30,60}|AGE-SECRET-KEY-1[A-Z0-9]{58}"
        r"|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|ATATT3[A-Za-z0-9_=-]{60,250}"
        r"|dckr_pat_[A-Za-z0-9_-]{20,40}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}"
        r"|pat-(?:na1|eu1)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mlsn\.[0-9a-f]{64}"
        r"|rzp_(?:live|test)_[A-Za-z0-9]{14}|shippo_(?:live|test)_[0-9a-f]{40}"
        r"|sbp_[0-9a-f]{40}|sb_secret_[A-Za-z0-9_-]{20,60}|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,30}"
        r"|jpcrm_c[ks]_(?=[A-Za-z_]{0,60}[0-9])\w{8,80}",
        then=r"(?=[\w-]{8})",
    ),
    _form("google_key", "4/0a", r"4/0A[A-Za-z0-9_-]{40,120}", then=r"(?=[\w-]{40})"),
    Kind("google_key", ("apps.googleusercontent.com",), _google_secrets),
    _form("paypal_secret", "a21aa", r"A21AA[A-Za-z0-9_-]{60,200}", then=r"(?=[\w-]{60})"),
    _form("basic_auth", "y2tf", r"Y2tf[A-Za-z0-9+/]{40,400}={0,2}", then=r"(?=[\w+/]{40})"),
    _form(
        "password",
        "<input",
        r"<\w+ (?=[^<>\n]{0,200}(?:type=[\"']?password|name=[\"'][^\"'\n]{0,40}(?:pass|pwd)))"
        rf"[^<>\n]{{0,200}}?\bvalue={_Q}",
    ),
    _form(
        "command_password",
        "sshpass",
        r"sshpass -p ?[\"']?(?P<secret>[^\s\"'\ufdd0]{3,128})",
        then=r"(?= -p)",
    ),
    _form(
        "command_password",
        "mysql␣ mysqldump␣ mysqladmin␣ mariadb␣ mysql.exe␣",
        r"[\w.-]+\b[^\n\ufdd0]{0,80}?\s-p(?=[^\s-])[\"']?(?P<secret>[^\s\"'\ufdd0]{3,128})",
    ),
    _form(
        "command_password",
        "curl␣ wget␣ lftp␣ http␣ https␣ xh␣",
        r"\w+ (?:[^\n\ufdd0]{0,200}?\s)??(?:-u|--user|-a|--auth)[ =]?"
        r"[\"']?[^\s:,\"'\ufdd0]{1,80}[:,]"
        r"(?P<secret>'[^'\n\ufdd0]{3,128}'|\"[^\"\n\ufdd0]{3,128}\"|[^\s\ufdd0]{3,128})",
    ),
)
"""In no order: what overlaps is removed as one."""


_JWT = re.compile(
    r"eyJ[A-Za-z0-9_-]{8,2000}(?:\.[A-Za-z0-9_-]{0,4000}(?:\.[A-Za-z0-9_-]{8,2000}){0,3}"
    r"|(?<=[A-Za-z0-9_-]{30}))"
    r"(?:(?<=[A-Za-z0-9_.-]{60})\r?\n[> ]{0,4}[A-Za-z0-9_.-]{24,200}(?![^\s\"'`,;)])){0,40}"
)


def _jwt(text: str, at: int) -> Iterable[Span]:
    """A token in three parts, or the beginning of one; behind letters only as a whole."""
    found = _JWT.match(text, at)
    if found is not None and ("." in found[0] or not text[at - 1 : at].isalnum()):
        yield Span(*found.span(), "jwt")


@dataclass(frozen=True, slots=True)
class Scan:
    """A kind that begins with nothing of its own: `rough` finds by a rare literal where to ask."""

    name: str
    literal: str
    rough: re.Pattern[str]
    find: Find = field(repr=False)


def _scan(name: str, literal: str, rough: str, pattern: str, back: int) -> Scan:
    """A kind of which `pattern` is matched `back` characters before `rough`."""
    compiled = re.compile(pattern)

    def find(text: str, at: int) -> Iterable[Span]:
        match = compiled.match(text, at - back) if at >= back else None
        return (Span(*match.span(), name),) if match is not None else ()

    return Scan(name, literal, re.compile(rough), find)


_SCHEMES = (
    "mysql mysqli mysql2 mariadb postgres postgresql pgsql mongodb mongodb+srv redis rediss amqp"
    " amqps ftp sftp ftps ssh smtp smtps imap imaps mysqlx oracle sqlserver"
)
_DATABASES = tuple(_SCHEMES.split())
_HOST = r"(?=[A-Za-z0-9\[({$%])"
_USER = r"://[^\s/:@\"'<>\ufdd0]{0,100}+:(?![0-9]{1,5}(?:/|[?#][\w]+=|[\s\"'<>)\],]|$))"
_URL = re.compile(rf"{_USER}(?P<secret>[^\s/\ufdd0]{{1,128}})@{_HOST}")
_WIDE_URL = re.compile(rf"{_USER}(?P<secret>[^\s\ufdd0]{{1,128}})@{_HOST}")
_CREDENTIALS = re.compile(_USER)
_PAIR = re.compile(
    r"(?<![\w.:/-])[\w.-]{1,64}:(?P<secret>(?=[^\s@]{0,60}[0-9])[^\s@/<>\ufdd0]{4,128})"
    r"@(?!sha256:)[\w.-]{1,100}(?::[0-9]{2,5}|/\w)"
    r"|(?<![\w.:/-])(?!(?i:e?-?mail|mailto|to|cc|bcc|from|von|an|de|contact|kontakt|reply-to):)"
    r"[\w.-]{2,64}:(?P<bare>[^\s@/<>\ufdd0]{7,64})@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4}"
    r"|(?<![\w.:-])[\w.-]{1,64}:(?P<net>[^\s@\ufdd0]{1,128})@(?:tcp|unix)\("
)
_BLANK = re.compile(r"[\s\"'`(<\[=,;][^\s\"'`(<\[=,;]*$")
_LONGEST_LOGIN = 240


def _before_host(text: str, at: int) -> Iterable[Span]:
    """The password in `scheme://name:password@host`, or without a scheme in front; `at`: a colon.

    Behind the scheme of a database or file server it may hold a slash.
    """
    first = max(0, at - _LONGEST_LOGIN)
    scheme = text.rfind("://", first, at + 3)
    if scheme >= 0 and " " not in text[scheme:at]:
        wide = text[max(0, scheme - 12) : scheme].lower().endswith(_DATABASES)
        found = (_WIDE_URL if wide else _URL).match(text, scheme) or _WIDE_URL.match(text, scheme)
        if found is not None:
            yield Span(*found.span("secret"), "url_password")
            return
    blank = _BLANK.search(text[first:at])
    found = _PAIR.match(text, first if blank is None else first + blank.start() + 1)
    if found is not None and (found["bare"] is None or is_likely(found["bare"])):
        yield Span(*found.span(found.lastgroup or 0), "database_password")


def _in_url(text: str, at: int) -> Iterable[Span]:
    """The password in `scheme://name:password@host`, whatever signs it has; `at`: the `://`."""
    wide = text[max(0, at - 12) : at].lower().endswith(_DATABASES)
    found = (_WIDE_URL if wide else _URL).match(text, at) or _WIDE_URL.match(text, at)
    if found is not None:
        yield Span(*found.span("secret"), "url_password")


def _token_before_host(text: str, at: int) -> Iterable[Span]:
    """The token in `https://TOKEN@host`."""
    yield Span(at + 3, text.index("@", at), "url_password")


SCANS: tuple[Scan, ...] = (
    Scan("url_password", "@", re.compile(rf":[^\s@:<>\ufdd0]{{1,128}}+@+{_HOST}"), _before_host),
    Scan("url_password", "://", re.compile(r"://(?=[A-Za-z0-9_-]{20,255}@)"), _token_before_host),
    Scan("url_password", "://", _CREDENTIALS, _in_url),
    Scan("database_password", "@tcp(", re.compile(r":(?=\S{0,128}@tcp\()"), _before_host),
    _scan(
        "mailchimp_key",
        "-us",
        r"-us[0-9]{1,2}(?!\w)",
        r"(?<![A-Za-z0-9_])[0-9a-f]{32}-us[0-9]{1,2}(?!\w)",
        32,
    ),
    Scan("jwt", "eyJ", re.compile(r"eyJ(?=[A-Za-z0-9_-]{8})"), _jwt),
    _scan("other_token", ":AA", r":AA[\w-]{32}", r"[0-9]{8}:AA[A-Za-z0-9_-]{32,34}", 8),
)

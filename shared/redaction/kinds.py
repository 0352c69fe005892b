"""Which credentials have a form of their own? One bounded, anchored pattern per kind.

The formats are public: they are what the vendors print in their documentation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

LONGEST_KEY_BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a text hold a credential of this kind."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Kind:
    """`gates`: literals of which one must stand in the text, before anything dear is tried."""

    name: str
    gates: tuple[str, ...]
    find: Callable[[str], Iterable[Span]]

    def may_stand_in(self, text: str) -> bool:
        return any(gate in text for gate in self.gates)


def _pattern(name: str, gates: str, pattern: str, flags: int = 0) -> Kind:
    """A kind found by one pattern; its group `secret` is the credential, else all of it."""
    compiled = re.compile(pattern, flags)
    group = "secret" if "secret" in compiled.groupindex else 0

    def find(text: str) -> Iterable[Span]:
        for match in compiled.finditer(text):
            yield Span(match.start(group), match.end(group), name)

    return Kind(name, tuple(gates.split()), find)


_BEGIN = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_END = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{0,5}")
_KEY_LINES = re.compile(
    r"(?:[\s>|*\"'\\]{0,12}n?(?:(?:Proc-Type|DEK-Info|Comment|Version):[^\n]{0,100}"
    r"|[A-Za-z0-9+/=]{16,100}(?![A-Za-z0-9+/=])))+(?:\s{1,3}[A-Za-z0-9+/]{1,64}={1,2})?"
)


def _private_keys(text: str) -> Iterable[Span]:
    """From BEGIN to END; where the end is missing, as far as lines look like a key."""
    end = _END.search(text)
    done = 0
    for begin in _BEGIN.finditer(text):
        if begin.start() < done:
            continue
        while end is not None and end.start() < begin.end():
            end = _END.search(text, end.end())
        if end is not None and end.end() - begin.start() <= LONGEST_KEY_BLOCK:
            done = end.end()
        else:
            lines = _KEY_LINES.match(text, begin.end())
            done = lines.end() if lines else begin.end()
        yield Span(begin.start(), done, "private_key")


_PUTTY = re.compile(r"Private-Lines: ?\d{1,4}\s{1,3}(?P<secret>(?:[A-Za-z0-9+/=]{4,100}\s{0,3})+)")
_AWS_ID = re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])")
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_TWILIO = re.compile(r"(?<![A-Za-z0-9])(?:(?:AC|SK)[0-9a-f]{32}(?![A-Za-z0-9])|(?i:twilio))")
_HEX_32 = re.compile(r"(?<![A-Za-z0-9])[0-9a-f]{32}(?![A-Za-z0-9])")
NEARBY = 250
"""Characters around an id in which the secret that belongs to it may stand without a name."""


def _aws_keys(text: str) -> Iterable[Span]:
    """Access key ids, and near one any 40 characters that look like its secret."""
    done = 0
    for found in _AWS_ID.finditer(text):
        yield Span(found.start(), found.end(), "aws_key")
        begin = max(done, found.start() - NEARBY)
        done = found.end() + NEARBY
        for secret in _AWS_SECRET.finditer(text, begin, done):
            if _is_mixed(secret[0]):
                yield Span(secret.start(), secret.end(), "aws_key")


def _twilio_tokens(text: str) -> Iterable[Span]:
    """API key ids, and 32 hex digits near an account id or the name."""
    done = 0
    for found in _TWILIO.finditer(text):
        if found[0].startswith("SK"):
            yield Span(found.start(), found.end(), "twilio_token")
        begin = max(done, found.start() - NEARBY)
        done = found.end() + NEARBY
        for token in _HEX_32.finditer(text, begin, done):
            yield Span(token.start(), token.end(), "twilio_token")


def _is_mixed(value: str) -> bool:
    return (
        any(c.isdigit() for c in value)
        and any(c.isupper() for c in value)
        and any(c.islower() for c in value)
    )


_APPLICATION_PASSWORD = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z0-9]{4}([ \u00a0-])[A-Za-z0-9]{4}"
    r"(?:\1[A-Za-z0-9]{4}){4}(?![A-Za-z0-9])"
)
_GROUPS = tuple(
    re.compile(gap + gap.join(["[A-Za-z0-9]{4}"] * 4) + gap) for gap in (" ", "\u00a0", "-")
)
"""Begin with a plain character, which the search can jump to; the whole pattern can't."""
_ODD = re.compile(r"(?<=[A-Za-z0-9])[A-Z]|[0-9]")


def _application_passwords(text: str) -> Iterable[Span]:
    """Six groups of four: WordPress prints its application passwords so. Words are no groups."""
    if not any(groups.search(text) for groups in _GROUPS):
        return
    for found in _APPLICATION_PASSWORD.finditer(text):
        value = found[0]
        if any(c.islower() for c in value) and len(_ODD.findall(value)) >= 3:
            yield Span(found.start(), found.end(), "wp_application_password")


_SALT = r"(?:SECURE_AUTH|LOGGED_IN|AUTH|NONCE)_(?:KEY|SALT)|WP_CACHE_KEY_SALT"
_CONSTANT = (
    r"DB_PASSWORD|FTP_PRIKEY|SMTP_PASS|JWT_AUTH_SECRET_KEY"
    r"|[A-Z][A-Z0-9_]{1,40}_(?:SECRET|PASSWORD|PASSWD|PASS|PRIVATE_KEY|SECRET_KEY|API_KEY|TOKEN)"
)
_Q = r"(?:['\"’”`]|&#0?39;|&quot;)"
_WP = re.compile(
    rf"(?<![A-Za-z0-9_])(?:(?P<salt>{_SALT}|(?i:{_SALT}))|{_CONSTANT})(?![A-Za-z0-9_])(?:"
    rf"[ \t]{{0,4}}{_Q}?\]?[ \t]{{0,20}}(?:,|=>|=|:|\||\t)\s{{0,30}}(?:[>|]\s{{1,30}})?"
    r"(?:'(?P<a>[^'\n\ufdd0]{1,200}(?:\n[^'\n\ufdd0]{0,100})?)'"
    r"|\"(?P<b>[^\"\n\ufdd0]{1,200}(?:\n[^\"\n\ufdd0]{0,100})?)\""
    r"|(?:&#0?39;|&quot;)(?P<f>[^\n\ufdd0]{1,400}?)(?:&#0?39;|&quot;)\s?\)"
    r"|[‘’“”`](?P<c>[^‘’“”`\n\ufdd0]{1,200}[^\n\ufdd0]{0,200}?)[‘’“”`]\s{0,2}[);,\n]"
    rf"|(?P<d>[^\s\ufdd0][^\n\ufdd0]{{0,140}}?)(?=[ \t,;]{{1,4}}(?:define|{_SALT})|\n|$"
    rf"|[^\n]{{141}}))"
    r"|[ \t]{1,40}(?P<g>[!-~][^\n\ufdd0]{30,140})"
    r"|\s{1,4}['\"](?P<e>[^'\"\n\ufdd0]{6,200})['\"])"
)
_LINE_END = re.compile(r"[ \t]{0,4}['\"’”]?[ \t]{0,2}\)?[ \t]{0,2};?[ \t|]{0,8}$")
_EMPTY_VALUE = re.compile(
    r"(?i)[\W_]*|(?:put )?your.{0,40}|null|true|false|none|undefined|string|x{3,}|redacted.{0,20}"
    r"|getenv.{0,60}|\$.{0,60}|is|ist|es|est|password_here"
)
_SALT_LINE = re.compile(
    r"(?m)^[> \t*-]{0,8}(?:\d[.)] )?(?P<secret>[!-~][ -~]{58,80}[!-~])[ \t]{0,4}\r?$"
)


def _wp_config(text: str) -> Iterable[Span]:
    """Passwords, keys and salts by the name of their constant, however the line was copied."""
    for found in _WP.finditer(text):
        group = next(name for name in "abcdefg" if found[name] is not None)
        start, end = found.span(group)
        if group == "g" and not (found["salt"] and _is_salt(found[group])):
            continue
        if group in "dg" and found["salt"]:
            end = start + _LINE_END.search(found[group]).start()  # type: ignore[union-attr]
        elif group == "d":
            end = start + len(found[group].split()[0].rstrip(",;|)"))
        if not _EMPTY_VALUE.fullmatch(text[start:end]):
            yield Span(start, end, "wp_config_secret")
    if "alt" in text or "ALT" in text:
        for line in _SALT_LINE.finditer(text):
            if _is_salt(line["secret"]):
                yield Span(*line.span("secret"), "wp_config_secret")


def _is_salt(value: str) -> bool:
    """Whether signs stand among the letters as no sentence and no code has them."""
    return len(set(value) & set("$^~|{}#%&*!?@`+;,.<>[]()=/:_-")) >= 10


_N = r"(?<![A-Za-z0-9_])"
_E = r"(?![A-Za-z0-9_])"

KINDS: tuple[Kind, ...] = (
    Kind("private_key", ("PRIVATE KEY",), _private_keys),
    _pattern("private_key", "Private-Lines", _PUTTY.pattern),
    Kind("aws_key", ("AKIA", "ASIA"), _aws_keys),
    _pattern(
        "github_token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat-",
        rf"{_N}(?:gh[pousr]_[A-Za-z0-9]{{30,255}}|github_pat_[A-Za-z0-9_]{{22,255}}"
        r"|glpat-[A-Za-z0-9_-]{20,64})",
    ),
    _pattern(
        "slack_token",
        "xox xapp- hooks.slack.com",
        rf"{_N}xox[abcdeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{{10,255}}|{_N}xapp-[A-Za-z0-9-]{{10,255}}"
        r"|hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_+-]{16,255}",
    ),
    _pattern(
        "stripe_key",
        "sk_ rk_ whsec_",
        rf"{_N}(?:[sr]k_(?:live|test)_[A-Za-z0-9_]{{10,250}}|whsec_[A-Za-z0-9+/=_-]{{20,250}})",
    ),
    _pattern(
        "google_key",
        "AIza GOCSPX- ya29. 1//0",
        rf"{_N}(?:AIza[A-Za-z0-9_-]{{33,40}}|GOCSPX-[A-Za-z0-9_-]{{20,40}}"
        r"|ya29\.[A-Za-z0-9_-]{20,500}|1//0[A-Za-z0-9_-]{30,200})",
    ),
    _pattern("sendgrid_key", "SG.", rf"{_N}SG\.[A-Za-z0-9_-]{{16,32}}\.[A-Za-z0-9_-]{{16,64}}"),
    _pattern("mailchimp_key", "-us", rf"{_N}[0-9a-f]{{32}}-us[0-9]{{1,2}}{_E}"),
    _pattern("mailgun_key", "key-", rf"{_N}key-[0-9a-f]{{32}}{_E}"),
    Kind("twilio_token", ("AC", "SK", "wilio", "WILIO"), _twilio_tokens),
    _pattern(
        "paypal_secret",
        "E access_token$",
        r"(?<![A-Za-z0-9_-])(?:E(?=[A-Za-z_-]{0,78}[0-9])[A-Za-z0-9_-]{79}(?![A-Za-z0-9_-])"
        r"|access_token\$(?:production|sandbox)\$[A-Za-z0-9$]{20,120})",
    ),
    _pattern("woocommerce_key", "ck_ cs_", rf"{_N}c[ks]_(?:live_|test_)?[0-9a-f]{{32,64}}{_E}"),
    _pattern(
        "jwt",
        "eyJ",
        r"(?:(?<![A-Za-z0-9_-])"
        r"|(?<=%20))eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{0,4000}(?:\.[A-Za-z0-9_-]{8,2000}){0,3}",
    ),
    _pattern(
        "bearer_token",
        "earer EARER",
        rf"{_N}(?i:bearer)(?:[\s:=\"'<`]"
        rf"|%20){{1,6}}(?P<secret>(?=[A-Za-z._~+/-]{{0,60}}[0-9])[A-Za-z0-9._~+/-]{{16,2000}}={{0,2}})",
    ),
    _pattern(
        "basic_auth",
        "asic",
        rf"{_N}[Bb]asic[ \t]{{1,3}}(?P<secret>[A-Za-z0-9+/]{{8,400}}={{0,2}})(?<=[A-Z0-9=])",
    ),
    _pattern(
        "url_password",
        "://",
        r"(?<=://)(?P<u>[^\s/:@\"'<>\ufdd0]{0,100}):(?P<secret>[^\s/\"'<>\ufdd0]{1,128})@(?=[A-Za-z0-9\[({$%])",
    ),
    _pattern(
        "url_password",
        "://",
        r"\b(?i:mysqli?2?|mariadb|postgres(?:ql)?|pgsql|mongodb(?:\+srv)?|rediss?|amqps?"
        r"|s?ftps?|ssh|smtps?|imaps?)"
        r"(?:\+\w{1,16})?://[^\s/:@\"'<>\ufdd0]{0,100}:(?P<secret>[^\s\"'<>\ufdd0]{1,128})@(?=[A-Za-z0-9\[({$%])",
    ),
    _pattern(
        "database_password",
        "mysql PDO wpdb",
        r"(?:\b(?:mysqli?(?:_p?connect|_real_connect)?"
        r"|PDO)\s?\(\s{0,4}[\"'][^\"'\n]{0,200}[\"'],\s{0,4}"
        r"[\"'][^\"'\n]{0,100}[\"'],\s{0,4}|\bwpdb\s?\(\s{0,4}[\"'][^\"'\n]{0,100}[\"'],\s{0,4})"
        r"(?P<q>[\"'])(?P<secret>[^\"'\n\ufdd0]{1,128})(?P=q)",
    ),
    _pattern(
        "database_password",
        "@tcp( @unix(",
        r"(?<![\w.:-])[\w.-]{1,64}:(?P<secret>[^\s@\ufdd0]{1,128})@(?:tcp|unix)\(",
    ),
    _pattern(
        "database_password",
        "@",
        r"(?<![\w.:/-])[\w.-]{1,64}:(?P<secret>(?=[^\s@]{0,60}[0-9])[^\s@/<>\ufdd0]{4,128})"
        r"@[\w.-]{1,100}(?::[0-9]{2,5}|/\w)",
    ),
    _pattern(
        "database_password",
        "dentified IDENTIFIED ASSWORD(",
        r"(?i:identified by|\bpassword ?\()\s{0,4}"
        r"(?P<q>[\"'])(?P<secret>[^\"'\n\ufdd0]{1,128})(?P=q)",
    ),
    Kind("wp_application_password", (" ", "\u00a0", "-"), _application_passwords),
    Kind("wp_config_secret", ("_",), _wp_config),
    _pattern(
        "other_token",
        "sk- npm_ shpat_ shpss_ shpca_ shppa_ xkeysib- sq0 EAA AccountKey pypi- dop_v1_ :AA hf_ "
        "AGE-",
        rf"{_N}(?:sk-(?:proj-|ant-|or-)?[A-Za-z0-9_-]{{20,250}}|npm_[A-Za-z0-9]{{36}}"
        r"|shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}|xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}"
        r"|sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,50}|EAA[A-Za-z0-9]{60,300}"
        r"|AccountKey=[A-Za-z0-9+/]{60,100}={0,2}|pypi-[A-Za-z0-9_-]{50,250}"
        r"|dop_v1_[0-9a-f]{64}|[0-9]{8,10}:AA[A-Za-z0-9_-]{32,34}|hf_[A-Za-z0-9]{30,60}"
        r"|AGE-SECRET-KEY-1[A-Z0-9]{58})",
    ),
    _pattern(
        "command_password",
        "-p -u PGPASSWORD sshpass MYSQL_PWD",
        r"(?:(?<=\bsshpass -p )|(?<=PGPASSWORD=)|(?<=MYSQL_PWD=)"
        r"|\bmysql(?:dump|admin)?\b[^\n\ufdd0]{0,80}?\s-p(?=[^\s-])"
        r"|\b(?:curl|wget|lftp|http)\b[^\n\ufdd0]{0,200}?\s(?:-u"
        r"|--user)[ =]?[\"']?[^\s:,\"'\ufdd0]{1,80}[:,])"
        r"(?P<secret>[^\s\ufdd0]{3,128})",
    ),
)
"""In no order: what overlaps is removed as one."""

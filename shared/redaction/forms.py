"""Is this made as addresses, file names, hashes, ids, placeholders or pieces of code are?"""

from __future__ import annotations

import re

_NO_VALUE = re.compile(
    r"(?i)\*+|•+|\.+|x{3,}(?:-x{2,})*|-+|_+|\?+|…|\[?removed.*|incorrect\w*|invalid\w*|varchar.*"
    r"|your.*|https?:.*|www\..*|/\S*|\$[a-z_]+(?:\W.*)?|\$\{.*|\{\{?.*|<.*|%[a-z_]+%?(?:\W.*)?"
    r"|.*\(\).*|sha-?\d.*|md5.*|bcrypt.*|aes.*|utf-?8.*|base64.*|\d{1,2}[.:]\d\d.*"
    r"|\d{1,3}(?:[-–]?(?:st|nd|rd|th|er|e|ª|º|x|px|em|k|kb|mb|gb|ms|s|sek|sec|min|h|std|d|m|am|pm"
    r"|mal|fach|times|chars?|characters?|zeichen|caract\w*|stellig\w*|digit\w*|letters?|words?"
    r"|hours?|days?|weeks?|months?|years?|tage?n?|jahre?n?))?"
    r"|v?\d+(?:\.\d+)+\S*|wp-[a-z]+(?:-[a-z0-9]+)*|1?password\w{0,4}|[\w-]+=(?:[\"'].*|\*+)"
    r"|[(\[{<*][^\W\d_ ]+(?: [^\W\d_]+)*[)\]}>*]|enc\[.*|(?:process|os)\.env.*|\$\(.*"
    r"|(?:op|vault|arn|file|ssm|env|secrets?)[:.][\w/:.].*|<[a-z_ 0-9-]*>?|sha256:.*"
    r"|!(?:vault|secret|env)\b.*|[a-z_]{4,}\(.*|[a-z_]+(?:\.[a-z_]+)+\(.*|%[a-z_]+%"
    r"|(?:\.{3}|…).*|\?[a-z][\w-]*=.*|\*+ ?[^\W\d]+(?: [^\W\d]+){0,3} ?\*+"
    r"|-{2,} ?[^\W\d]+(?: [^\W\d]+){0,3} ?-{2,}"
    r"|(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:PASS|PASSWORD|PWD|SECRET|KEY|TOKEN)\w*)"
    r"|\$2[aby]\$\d*\$?|\S+\.[a-z]{1,4}:\d+(?::\d+)?|[\w.-]+:\d{1,5}:\d{1,5}|(?:\w+=)?(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"
    r"|(?:var|locals?|data|module|each|self|this|env|config|cfg|settings|secrets|params|props|state"
    r"|request|req|inputs?|form|opts|options|args|values|os\.environ)[.\[]\S*"
    r"|[a-z_]\w*(?:\.[a-z_]\w*)*\.\w*(?:pass|pwd|secret|token|key)\w*"
    r"|(?-i:[A-Z]\w*(?:\\{1,2}[A-Z]\w*)+)\S*|\w*(?:::|->)\$?\w+\S*"
    r"|(?:max-age|expires|path|domain|samesite)=.*|min\d+-?(?:chars?|characters|digits|zeichen)"
    r"|(?:\d*(?:upper|lower|digits?|chars?|symbols?|numbers?)){2,}|(?:a-z|0-9){2,}"
    r"|(?:my|the|some|enter|insert|new|db|your|dein|mein)?[ _-]?pass(?:word|wort)[ _-]?(?:here)?"
)
EMAIL = re.compile(r"<?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+>?")
_NAMED_ID = re.compile(
    r"(?:ch|pi|in|cus|sub|txn|evt|pm|price|prod|re|seti|py|ba|card|src|si|il|dp|du|cs_test|cs_live"
    r"|pk_live|pk_test|acct|req|tr|po"
    r"|order|wc_order|inv|inv-|tkt|sess|phpsessid|wordpress_logged_in)[_=-]\S+"
)
_HELD = re.compile(
    r"://|\$[({]|\(\?[=!:<]|::|->|\\\\|__|\)>|data:|nonce|pk_(?:live|test)_"
    r"|\.(?:php|js|css|htm|log|zip|csv|png|jpe?g|pdf|svg)"
)
"""What holds one of these is no password."""
_PLAIN = re.compile(
    r"(?i)[0-9a-f]{6,64}|\d+|\d+[a-z]{0,3}|s?sess\w*[0-9a-f]{20,}|[a-z]+[0-9a-f]{32}"
    r"|(?-i:[A-Z]{2,4}\d{3,})|(?:order|invoice|ticket|quote|client|customer|product|booking|rechnung"
    r"|bestellung|auftrag|kunde|angebot|factura|pedido|cliente|facture|commande|devis|fritzbox)\d+|(?:css|jss|sc)(?=[a-z]*\d)[0-9a-z]{5,12}|(?:jsx|mui\w*)\d\S*"
    r"|(?:iphone|ipad|pixel|galaxy|s2\d|macbook|thinkpad|redmi|oneplus|b2b|b2c)\S*"
    r"|\d{2,5}x\d{2,5}\w{0,3}|\d{1,2}(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene"
    r"|abr|ago|dic)[a-z]{0,6}\d{2,4}"
    r"|(?:outlook|chrome|firefox|windows|office|edge|safari|android|php)\d\w*|[a-z]+2[a-z]+"
    r"|(?-i:\w*(?:get|set|has|is|Token|Type|Exception|Provider|Store|Controller|Response|Request"
    r"|Handler|Service|Interface|Factory|Loader)[A-Z]\w*|[A-Z]\w+(?:Type|Exception|Provider|Store))"
)
"""Of letters and digits alone."""
_SIGNED = re.compile(
    r"(?i)(?:utc|gmt)[+-][\d:.]+|[0-9a-f]{8,32}-[a-z]{3}|[#.](?:[a-z]\w*-)+[\w.-]+|wp\+cookie\+check"
    r"|_(?:site_)?transient_\S*|[a-z]\w*(?:\.[a-z]\w*)+=\w+|(?-i:[A-Z]{2}-[a-z]\d+\w*)"
    r"|--(?!\S*(?:pass|pw|secret|token|key))[a-z-]+=\S*|(?:op|vault|arn|h1):.*|wp-[a-z]+(?:[_-][a-z0-9]+)*|[^\W\d_]+[,;]\(?\+?\d[\d()/.-]*|[a-z0-9.-]+/[a-z0-9./_-]+|[a-z-]+/\d+(?:\.\d+)*\S*|\S*[?&]\w+=\S*"
    r"|(?:[\w.:-]+[=:])?#?[0-9a-f]{6,64}"
    r"|.*[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}.*|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"
    r"|\+?[\d ()/.-]+|[\d.,]+\s?[%€$£a-z]{0,3}|[%€$£][\d.,]+"
    r"|[a-z]\w*(?:_\w+){2,}|&\w+;.*|[a-z]\w*(?:\\+[a-z]\w*)+|[a-z-]+=[\"'].*"
    r"|\d{1,2}[/-][a-z]{3}(?:[/-]\d{2,4}\S*)?|\d{4}-\d\d-\d\d\S*|-{2,}\S*-{2,}|\S*\[?\]=\S*"
    r"|\S*(?:</[a-z]|<(?:p|br|b|i|a|td|div|span)\b|\">)\S*|[a-z_]\w{3,}\(\S*"
    r"|(?:ctrl|alt|shift|cmd|strg|maj)\+\S+"
    r"|(?:tel|error|sms):\+?[0-9a-f]{4,}|\S*(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|s?sess\w*[0-9a-f]{20,}"
    r"|[a-z_]+[0-9a-f]{32}|[a-z_]+_[0-9a-f]{12,64}|fritz!?box\S*|[.#]?[a-z]{2,}(?:-[a-z]+)*-(?=[a-z]*\d)[0-9a-f]{6,12}"
    r"|[.#]?(?:css|jss|sc)-?(?=[a-z]*\d)[0-9a-z]{5,12}|\.[a-z][\w-]+"
    r"|(?-i:\w*(?:get|set|has|is|Token|Type|Exception|Provider|Store|Controller|Response|Request"
    r"|Handler|Service|Interface|Factory|Loader)[A-Z]\w*)"
    r"|(?:jsx|svelte|emotion|mui\w*|makestyles|chakra|astro|ng|data-v|_ng\w*|style|tw)[-_]\S*"
    r"|(?:iphone|ipad|pixel|galaxy|macbook|thinkpad|redmi|oneplus|b2b|b2c)\S*|[a-z]{1,6}=[\d.:]+|[a-z]{1,16}=\d+(?:\.\d+){3}"
    r"|\S*(?:div|span|input|button)\.[a-z]\S*|[a-z]:\\\S*|\\\S*|\S*\\\S+\\\S*"
    r"|(?:gclid|fbclid|msclkid|\w*clid|utm_\w+|mc_\w+|_ga\w*)[=:]\S*|[a-z]+\d+(?:\.\d+)+"
    r"|(?-i:#[A-Z0-9]+(?:-[A-Z0-9]+)+|#\d+(?:-\w+)?|[0-9a-zA-Z]{6}-[0-9a-zA-Z]{6,11}-[0-9a-zA-Z]{2,4})"
    r"|[\w-]+(?:\.[\w-]+){3,}|\S+\.\w{1,4}:\d+(?::\d+)?|[\w.-]+\[[\d.:]+\]?(?::\d+)?"
    r"|\S*[\"'][:,}\]]\s?[,\"'{]\S*|\w+[\"”][-–]\w+|(?-i:[A-Z][A-Za-z]+\.[a-z]{2,4})"
    r"|.*\.(?:sql|gz|tar|bak|txt|json|xml|ya?ml)(?:\W.*)?|\S*&(?:trade|copy|reg|nbsp|amp|quot|lt|gt)\b.*"
    r"|\S*[a-z_]{5,}\(\S*|\S*&[a-z]{2,6};\S*|[\w.-]+\.[a-z]{2,12}:\d+"
    r"|(?:user\w*|login|name|host|server|port|email|mail|db)[=:]\S*"
)
"""Of other characters, too."""
_NOT_HARD = re.compile(
    r"(?i)[$#@&*\\]?[a-z_][a-z_\\]*\d?|[$#@&*\\]?[a-z_\\]{4,}\d?\(.*|[a-z]+-?\d{1,2}|\d+[a-z]{1,3}"
    r"|(?-i:[A-Z0-9]+(?:-[A-Z0-9]+)+)|\**[^\W\d_]+(?:[-'’][^\W\d_]+)*[)\]!?*.:]*"
    r"|(?-i:[a-z_]\w*=\w{1,12})|[a-z]+(?:_[a-z]+)+[?:.]*|[a-z]+\+{1,2}"
    r"|[a-z_.]+=\w{1,12}"
)
_HELD_BY_CODE = re.compile(
    r"://|\$[({]|\(\?[=!:<]|::|->|\[removed|\$_|__|\\x|\.(?:php|js|css)|data:|nonce|pk_(?:live|test)_"
)
_CODE = re.compile(
    r"(?i)[#.](?:[a-z]\w*-)+[\w.-]+|[0-9a-f]{8,32}-[a-z]{3}|wp\+cookie\+check|(?:op|vault|arn|h1):.*|(?:sha\d+|aaaa[bce]3nza).*|[0-9a-f:-]+|v?\d+(?:\.\d+)+.*"
    r"|.*(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{1,3}(?:\.\d{1,3}){3}|\d\d:\d\d:\d\d"
    r"|[?&]\w+=|<[^<>]+>).*"
    r"|[\w.-]*[a-z][/-]?v?\d+(?:\.\d+)+\S*|[\w.-]+=[\"'\w].*|\S*@[\w-]+(?:\.[\w-]+)+\S*"
    r"|(?-i:[0-9a-zA-Z]{6}-[0-9a-zA-Z]{6,11}-[0-9a-zA-Z]{2,4})|[\w.-]+(?:\.[\w-]+){3,}"
    r"|b2[bc]\S*|(?:sc|css|jss)-\S*|(?-i:[A-Z0-9]+(?:-[A-Z0-9]+)+)|\d[\d.,/:-]*\d[a-z]{0,3}"
    r"|\S*[\"'][:,]\S*|(?:[a-z]+\\+)+\w*|\d{1,2}/[a-z]{3}/\d{4}.*|\w*[0-9a-f]{24,}"
    r"|\S*\d{4}-\d\d-\d\d\S*|/(?:[\w.-]+/)+[\w.-]*|-{2,}\S*-{2,}|(?-i:[a-z_]{4,}|[A-Z]{4,})\(.*"
    r"|wp-[a-z]+(?:[_-][a-z0-9]+)*\W?|[^\W\d_]+[,;]\(?\+?\d[\d()/.-]*|[0-9a-f]{8}-[0-9a-f]{4}-.*|.*\d,(?-i:[A-Z]{4,})\(.*"
)
_PLAIN_CODE = re.compile(r"(?i)sha\d+.*|[0-9a-f]+|\w*[0-9a-f]{24,}|b2[bc]\S*|\d+[a-z]{0,3}")


def is_blank(value: str) -> bool:
    """Whether it is a placeholder, a reference, a measure or an address, and no value."""
    return _NO_VALUE.fullmatch(value) is not None or EMAIL.fullmatch(value) is not None


def is_named_id(value: str) -> bool:
    """Whether it is the id of an order, a payment or a session."""
    return _NAMED_ID.fullmatch(value) is not None


def is_known_form(value: str) -> bool:
    """Whether it is made as addresses, file names, hashes, numbers or ids are."""
    value = value.rstrip("?!:")
    lowered = value.lower()
    if _HELD.search(lowered) is not None:
        return True
    form = _PLAIN if value.isalnum() else _SIGNED
    return form.fullmatch(value) is not None or is_named_id(lowered)


def is_easy(value: str) -> bool:
    """Whether it has signs or digits as words, names and numbers have them."""
    return _NOT_HARD.fullmatch(value) is not None


def is_code(value: str) -> bool:
    """Whether it is of a program, a log or an address, where characters are in a jumble, too."""
    lowered = value.lower()
    if _HELD_BY_CODE.search(lowered) is not None:
        return True
    form = _PLAIN_CODE if value.isalnum() else _CODE
    return form.fullmatch(value) is not None or is_named_id(lowered)

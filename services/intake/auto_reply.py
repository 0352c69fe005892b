"""Did a machine write it? Auto-replies and bounces are marked, never dropped."""

from __future__ import annotations

import re

READ_CHARACTERS = 400

_PREFIX = r"^\s*(?:(?:re|aw|sv|wg|fwd?|tr|rv) ?: ?){0,3}"
_SUBJECTS = (
    r"auto(?:matic(?:ally)?|mated)?[ -]?(?:reply|response|answer)\s*(?:[:\-–(]|$)",
    r"auto(?:reply|responder)?:",
    r"out[ -]of[ -](?:the[ -])?office",
    r"ooo:",
    r"away from (?:my|the) (?:desk|office)",
    r"on (?:annual |parental )?leave:",
    r"automatische (?:antwort|e-?mail)",
    r"abwesenheits(?:notiz|meldung|assistent)",
    r"abwesend\b",
    r"nicht im b(?:ü|ue)ro",
    r"r[ée]ponse automatique",
    r"absen(?:ce|t) du bureau",
    r"message d['’]absence",
    r"respuesta autom[áa]tica",
    r"(?:fuera|ausencia) de (?:la )?oficina",
    r"risposta automatica",
    r"resposta autom[áa]tica",
    r"automatisch antwoord",
    r"afwezig",
    r"autosvar",
    r"undeliver(?:able|ed)",
    r"mail delivery (?:failed|failure|subsystem|system)",
    r"delivery (?:status notification|failure|has failed)",
    r"returned mail",
    r"failure notice",
    r"non[ -]?delivery",
    r"unzustellbar",
    r"nicht zustellbar",
    r"courrier non remis",
    r"mensaje no entregado",
    r"message not delivered",
    r"warning: (?:message|could not send)",
)
_THANKS = r"(?:hi|hello|thank you for your (?:e-?mail|message))?\W{0,6}"
_DANKE = r"(?:vielen dank f(?:ü|ue)r ihre (?:nachricht|e-?mail))?\W{0,6}"
_AWAY = (
    r"(?:i am|i['’]m) (?:currently )?"
    r"(?:out of (?:the )?office|away (?:from|until)|on (?:annual |parental |maternity )?leave)"
)
_ABWESEND = (
    r"ich bin (?:derzeit |zurzeit |bis (?:zum )?[\w.]{1,20} |ab [\w.]{1,20} )?"
    r"(?:nicht im b(?:ü|ue)ro|abwesend|im urlaub)"
)
_BODIES = (
    r"this is an? auto(?:matic|mated|matically generated|generated)(?: system)? (?:reply|response)",
    r"this is an? auto(?:matic|mated|matically generated|generated)(?: system)? (?:mes|e-?mai)",
    _THANKS + _AWAY,
    r"this message was created automatically by mail delivery software",
    r"this is the mail system at host",
    r"your message (?:could not be delivered|wasn['’]t delivered|did not reach)",
    r"delivery to the following recipients? failed",
    r"dies ist eine automatisch(?:e| erzeugte| generierte) (?:antwort|nachricht|e-?mail)",
    _DANKE + _ABWESEND,
    r"ceci est une r[ée]ponse automatique",
    r"je suis (?:actuellement )?(?:absente?|en cong[ée]s?)\b",
    r"(?:este es un mensaje|esta es una respuesta) autom[áa]tic[oa]",
    r"(?:actualmente )?(?:estoy|me encuentro) (?:fuera de la oficina|de vacaciones)",
)
SUBJECT = re.compile(_PREFIX + "(?:" + "|".join(_SUBJECTS) + ")", re.IGNORECASE)
BODY = re.compile(r"^\W{0,20}(?:" + "|".join(_BODIES) + ")", re.IGNORECASE)
SENDER = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|double-bounce)@", re.IGNORECASE)


def is_auto_reply(subject: str, body: str, sender: str | None) -> bool:
    """Whether subject, first words or sender say that nobody sat at the other end."""
    return bool(
        SUBJECT.search(subject[:READ_CHARACTERS])
        or BODY.search(body[:READ_CHARACTERS])
        or (sender is not None and SENDER.search(sender))
    )

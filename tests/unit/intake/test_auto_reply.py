"""Are auto-replies and bounces noticed, and people's words not?"""

from __future__ import annotations

import pytest

from services.intake.auto_reply import is_auto_reply


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: your ticket",
        "Re: Out of Office until Monday",
        "Abwesenheitsnotiz: Rückfrage",
        "AW: Automatische Antwort: Ticket 12",
        "Réponse automatique : votre demande",
        "Respuesta automática: incidencia",
        "Undelivered Mail Returned to Sender",
        "Delivery Status Notification (Failure)",
        "Mail delivery failed: returning message to sender",
        "Unzustellbar: Ihre Anfrage",
    ],
)
def test_subject_of_an_auto_reply_is_noticed(subject: str) -> None:
    assert is_auto_reply(subject, "text", None)


@pytest.mark.parametrize(
    "body",
    [
        "This is an automatically generated message, please do not reply.",
        "Thank you for your email. I am out of the office until 3 May.",
        "Vielen Dank für Ihre Nachricht. Ich bin bis zum 3.5. nicht im Büro.",
        "Je suis actuellement en congés.",
        "This message was created automatically by mail delivery software.",
    ],
)
def test_first_words_of_an_auto_reply_are_noticed(body: str) -> None:
    assert is_auto_reply("Ticket 12", body, None)


def test_bounce_is_noticed_by_its_sender() -> None:
    assert is_auto_reply("Ticket 12", "x", "MAILER-DAEMON@mx.example")


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Automatic invoices are not sent", "They stopped on Monday."),
        ("Auto-reply of the form", "Where do I change the text of the reply?"),
        ("Problem", "My colleague is out of the office, so I write to you."),
        ("Delivery of invoices", "The mails reach nobody."),
        ("Abwesenheit eintragen", "Wie trage ich im Kalender Urlaub ein?"),
    ],
)
def test_people_who_write_about_such_things_are_no_machines(subject: str, body: str) -> None:
    assert not is_auto_reply(subject, body, "peter@shop.example")

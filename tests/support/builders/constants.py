"""Who and what do the examples speak of, unless a test says otherwise?"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from shared.contracts import ModelRef, PolicyRef, Trust
from shared.ids import ticket_id as id_of_ticket

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The moment that examples were sent and received at, unless a test says otherwise."""
SOURCE = "help-desk"
KEY = "HD-4711"
TICKET = id_of_ticket(SOURCE, KEY)
FINGERPRINT = hashlib.sha256(b"HD-4711").hexdigest()
EMAIL = "office@kontor-vest.example"
ACCOUNT = "acct-1001"
SITE = "https://kontor-vest.example/office/"
LICENCE = "LIC-1001"
EXTENSION = "Google Contacts Sync"
SUBJECT = "redirect_uri_mismatch"
BODY = "Connecting Google Contacts Sync for the first time: which redirect address do I put in?"
MODEL = ModelRef(name="triage-linear", hash="sha256:" + hashlib.sha256(b"model").hexdigest())
POLICY = PolicyRef(version="1", hash="sha256:" + hashlib.sha256(b"policy").hexdigest())
TRUSTED = Trust(sent_at=True, email=True, account_id=True)
UNTRUSTED = Trust()

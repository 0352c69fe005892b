"""What the page tells of a decision, and that it never tells the customer's words unasked."""

from __future__ import annotations

from typing import Any

import orjson

from services.watch.explanation import explanation

RECORD: dict[str, Any] = {
    "ticket_id": "11111111-1111-5111-8111-111111111111",
    "queue": "extensions",
    "cause": "first",
    "decided": True,
    "security": {
        "flag": True,
        "reasons": ["exploit-word: SECRET phrase", "unparsed"],
        "found_by": ["screen"],
        "over_rate": False,
        "new": "SECRET",
    },
    "findings": [
        {
            "scope": "bug_report",
            "in_scope": True,
            "product_area": "extension",
            "extension": "Invoicing PRO",
            "clauses": ["C2"],
            "evidence": ["SECRET WORDS", "more SECRET WORDS"],
            "confidence": 0.91,
        }
    ],
    "coverage": {"status": "covered", "reasons": ["in_force"], "licence_id": "L-SECRET"},
    "reply": {"key": "covered", "text": "Dear SECRET"},
    "ticket": {
        "subject": "SECRET subject",
        "body": "SECRET body",
        "requester": {"email": "SECRET@x.example"},
    },
    "later_field": "SECRET",
}


def test_it_tells_clauses_reasons_and_how_much_evidence() -> None:
    told: dict[str, Any] = explanation(RECORD)
    (finding,) = told["findings"]
    assert finding["clauses"] == ["C2"]
    assert finding["evidence_count"] == 2
    assert told["coverage"]["reasons"] == ["in_force"]
    assert told["reply"] == "covered"
    assert told["security"]["reasons"] == ["exploit-word", "unparsed"]


def test_it_tells_no_text_unasked() -> None:
    assert b"SECRET" not in orjson.dumps(explanation(RECORD))


def test_on_request_it_tells_text_and_evidence_and_still_no_address() -> None:
    told = orjson.dumps(explanation(RECORD, with_text=True))
    assert b"SECRET body" in told
    assert b"more SECRET WORDS" in told
    assert b"SECRET@x.example" not in told
    assert b"L-SECRET" not in told


def test_a_record_of_the_fast_lane_is_told_without_what_it_lacks() -> None:
    told = explanation({"queue": "security", "findings": [], "coverage": None, "reply": None})
    assert (told["findings"], told["coverage"], told["reply"]) == ([], None, None)


def test_a_record_of_another_shape_is_told_as_far_as_it_goes() -> None:
    assert explanation({"findings": "x", "coverage": 1, "reply": []})["findings"] == []

"""Does the running intake do as its own OpenAPI document says? Asked by schemathesis."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.attack.conftest import EXAMPLES, Target

pytestmark = pytest.mark.embedded
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

CONFIG = {
    "checks": {"negative_data_rejection": {"expected-statuses": [400, 401, 404, 405, 413, 415]}}
}
"""What is too long for one field may be too long for all."""


@pytest.fixture
def url(target: Target) -> str:
    return "http://{}:{}".format(*target.address)


@pytest.fixture
def api(url: str) -> BaseSchema:
    return schemathesis.openapi.from_url(
        f"{url}/openapi.json", config=schemathesis.Config.from_dict(CONFIG)
    )


@pytest.mark.parametrize("mode", GenerationMode)
def test_ticket_gets_what_the_document_says(
    target: Target, url: str, api: BaseSchema, mode: GenerationMode
) -> None:
    """What the document allows is taken, what it forbids is refused, and each answer is in it."""
    key = dict([target.authorization])

    @BOUNDED
    @given(case=api["/v1/tickets"]["POST"].as_strategy(generation_mode=mode))
    def each(case: Case[Any]) -> None:
        case.call_and_validate(base_url=url, headers=key)

    each()


@pytest.mark.parametrize("mode", GenerationMode)
def test_signed_webhook_gets_what_the_document_says(
    target: Target, url: str, api: BaseSchema, mode: GenerationMode
) -> None:
    webhooks = httpx.Client()

    @BOUNDED
    @given(case=api["/v1/webhooks/{source}"]["POST"].as_strategy(generation_mode=mode))
    def each(case: Case[Any]) -> None:
        body = json.dumps(case.body if isinstance(case.body, dict) else {}).encode()
        headers = dict(target.signed(body, "any", datetime.now(UTC)))
        answer = webhooks.post(f"{url}/v1/webhooks/shop", content=body, headers=headers)
        case.body = json.loads(body)
        case.validate_response(answer, excluded_checks=[negative_data_rejection])

    with webhooks:
        each()


def test_page_for_people_and_document_for_machines_are_served(url: str) -> None:
    page = httpx.get(f"{url}/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "/v1/webhooks/{source}" in page.text
    assert httpx.get(f"{url}/openapi.json").json()["openapi"] == "3.1.0"

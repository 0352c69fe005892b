"""Canaries go through intake like anybody's ticket, and the screen takes them for reports."""

from __future__ import annotations

from pathlib import Path

import httpx
import orjson
import pytest

from services.intake.screen import screen
from services.watch.canary_sender import BODY, SUBJECT, Singer


def test_the_screen_takes_a_canary_for_a_report() -> None:
    assert screen(SUBJECT, BODY).flag


async def test_a_canary_is_handed_in_with_its_key_and_a_name_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("the-key\n")
    heard: list[httpx.Request] = []

    def intake(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(202)

    singer = Singer("http://intake/", tmp_path / "key", 60)
    async with httpx.AsyncClient(transport=httpx.MockTransport(intake)) as client:
        assert await singer.sing(client)
        assert await singer.sing(client)
    assert str(heard[0].url) == "http://intake/v1/tickets"
    assert heard[0].headers["authorization"] == "Bearer the-key"
    names = {orjson.loads(request.content)["external_id"] for request in heard}
    assert len(names) == 2


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_a_canary_that_intake_does_not_take_is_told(tmp_path: Path, status: int) -> None:
    (tmp_path / "key").write_text("k")
    refusing = httpx.MockTransport(lambda _: httpx.Response(status))
    async with httpx.AsyncClient(transport=refusing) as client:
        assert not await Singer("http://intake", tmp_path / "key", 60).sing(client)
        assert not await Singer("http://intake", tmp_path / "none", 60).sing(client)

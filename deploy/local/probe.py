"""Is the process behind this probe port well? Asks `/livez` or `/readyz`, without proxies."""

from __future__ import annotations

import http.client
import json
from enum import StrEnum


class Probe(StrEnum):
    LIVE = "/livez"
    READY = "/readyz"


def ask_probe(host: str, port: int, probe: Probe, seconds: float = 2.0) -> list[str]:
    """The reasons against, in words; empty where all is well."""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", probe)
        answer = connection.getresponse()
        body = answer.read(65_536)
    except (OSError, http.client.HTTPException) as error:
        why = str(error) or type(error).__name__
        return [f"nothing answers at http://{host}:{port}{probe}: {why}"]
    finally:
        connection.close()
    return [] if answer.status == http.client.OK else _reasons(answer.status, body)


def _reasons(status: int, body: bytes) -> list[str]:
    try:
        reasons = [str(reason) for reason in json.loads(body)["reasons"]]
    except (ValueError, KeyError, TypeError):
        reasons = []
    return reasons or [f"it answers {status}"]

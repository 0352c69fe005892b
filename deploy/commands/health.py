"""Is this process well? What a container's health check asks, with no other program needed."""

from __future__ import annotations

import os
from typing import Annotated
from urllib.parse import urlsplit

import typer

from deploy.failure import Failure, WrongSetting
from shared.health import Probe, ask_probe


def health(
    url: Annotated[
        str, typer.Option(help="The process; default: http://127.0.0.1:$PROBE_PORT.")
    ] = "",
    ready: Annotated[
        bool, typer.Option("--ready", help="Whether it works, not only whether it lives.")
    ] = False,
) -> None:
    """Ask a process whether it is well: exit 0, or 1 with the reasons against."""
    host, port = _address(url or f"http://127.0.0.1:{os.environ.get('PROBE_PORT', '')}")
    reasons = ask_probe(host, port, Probe.READY if ready else Probe.LIVE)
    if reasons:
        raise Failure("\n".join(reasons))


def _address(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or not port:
        raise WrongSetting(f"{url} has no host and port; set PROBE_PORT, or give --url")
    return host, port

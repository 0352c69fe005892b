"""`python -m services.watch`: the page, `GET /tickets/{id}` and the figures, until SIGTERM."""

from __future__ import annotations

import signal

import uvicorn

from services.watch.app import Watch
from services.watch.settings import Settings
from shared.logs import configure_logs
from shared.process import listen
from shared.settings import load


def main() -> None:
    settings = load(Settings)
    configure_logs("watch", level=settings.log_level, as_json=settings.log_json)
    addresses = {
        (settings.watch_host, settings.watch_port),
        (settings.probe_host, settings.probe_port),
    }
    socks = [listen(host, port) for host, port in addresses]
    config = uvicorn.Config(
        Watch(settings).app(), log_config=None, access_log=False, timeout_graceful_shutdown=2
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn ends cleanly, then raises the signal once more for whoever handled it before.
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=socks)


if __name__ == "__main__":
    main()

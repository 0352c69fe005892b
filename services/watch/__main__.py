"""`python -m services.watch`: the page, `GET /tickets/{id}` and the figures, until SIGTERM."""

from __future__ import annotations

import uvicorn

from services.watch.app import Watch
from services.watch.settings import Settings
from shared.logs import configure_logs
from shared.process import end_with_our_own_code, listen
from shared.settings import load, stop


def main() -> None:
    settings = load(Settings)
    configure_logs("watch", level=settings.log_level, as_json=settings.log_json)
    addresses = {
        (settings.watch_host, settings.watch_port),
        (settings.probe_host, settings.probe_port),
    }
    socks = [listen(host, port) for host, port in addresses]
    try:
        watch = Watch(settings)
    except ValueError as error:
        stop(str(error))
    config = uvicorn.Config(
        watch.app(), log_config=None, access_log=False, timeout_graceful_shutdown=2
    )
    end_with_our_own_code()
    uvicorn.Server(config).run(sockets=socks)


if __name__ == "__main__":
    main()

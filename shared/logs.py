"""What does a log line look like? JSON, with identity, never with text of tickets or secrets.

Exceptions are logged as their type and where they were raised, without their message: messages
of parsers and databases quote values.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from shared.log_repeats import Repeats

TRACE_ID_LENGTH = 32


def configure_logs(service: str, *, level: str, as_json: bool) -> None:
    """Route structlog and every library's logger through one format to stderr."""
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _bind(service),
        _without_values,
        _with_trace,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(
            lambda line, **_: orjson.dumps(line, default=str).decode()
        )
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(Repeats(("aiokafka",)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for library in (
        "aiokafka",
        "asyncio",
        "uvicorn",
        "uvicorn.access",
        "uvicorn.error",
        "faststream",
    ):
        logging.getLogger(library).handlers = []
        logging.getLogger(library).propagate = True
        logging.getLogger(library).setLevel(logging.ERROR if level != "DEBUG" else level)


def _bind(service: str) -> Any:
    def add(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line.setdefault("service", service)
        return line

    return add


def _with_trace(
    _logger: Any, _name: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A ticket is a trace, so a line about one names it as tracing tools do."""
    trace_id = str(line.get("ticket_id", "")).replace("-", "")
    if len(trace_id) == TRACE_ID_LENGTH:
        line.setdefault("trace_id", trace_id)
    return line


def _without_values(
    _logger: Any, _name: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace exc_info by the exception's type and frames."""
    info = line.pop("exc_info", None)
    record = line.get("_record")
    if record is not None and record.exc_info:
        info, record.exc_info, record.exc_text = record.exc_info, None, None
    if info:
        error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
        if error is not None:
            line["exception"] = type(error).__name__
            line["frames"] = [
                f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)[-8:]
            ]
    return line

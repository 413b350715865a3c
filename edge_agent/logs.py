"""Logs: one JSON object a line, a constant event and its facts. Ids and sizes, never prompts, arguments or results."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_LONGEST_TRACE = 100
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """``{"at", "level", "event", …extra}``: escaped, so that a value can't forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info:
            line["trace"] = _trace(record.exc_info[1])
        return json.dumps(line, default=str, ensure_ascii=True)


def _trace(error: BaseException | None) -> list[str]:
    """Where it was raised, and of which kind, for it and its causes. Never its text: that may hold what it is about."""
    told: list[str] = []
    while error is not None and len(told) < _LONGEST_TRACE:
        told.append(type(error).__qualname__)
        told += [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told[:_LONGEST_TRACE]


def set_up(level: str = "INFO") -> None:
    """Send all logs of this process to standard error, as journald wants them."""
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[out], force=True)
    # Their debug and info lines hold payloads and URLs.
    for chatty in ("edge_agent.mqtt.client", "openai", "httpx2", "httpcore2", "pymongo"):
        logging.getLogger(chatty).setLevel(logging.WARNING)

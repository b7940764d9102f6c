"""What Piste says on standard error: one line a message, for people or for machines.

Room:   the top; sets up the standard `logging` once. Everyone else asks `logging.getLogger(__name__)`.
Limits: a message is always one line: control characters, which trackers may send inside an app_id,
        are escaped. Secrets are never handed to a logger.
Source: Snowplow Micro writes `[LEVEL] logger - message`, logs events under the name `EventLog`, and
        says `REST interface bound to` when ready; test suites wait for those words.
"""

import json
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, TextIO

EVENT_LOG = "EventLog"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LEVELS = {"WARNING": "WARN"}
_TALKATIVE = ("uvicorn", "urllib3")
"""Libraries that tell of each start and each connection; their warnings are enough."""


def configure(
    stream: TextIO,
    *,
    format: Literal["auto", "human", "json"] = "auto",  # noqa: A002
    level: Literal["debug", "info", "warning", "error"] = "info",
    events: bool = True,
) -> None:
    """Send every log message of this process to `stream`; a second call replaces the first.

    `auto` is human on a terminal and JSON otherwise. Without `events` the event log is silent.
    """
    human = format == "human" or (format == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(HumanFormatter() if human else JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger(EVENT_LOG).disabled = not events
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)


class HumanFormatter(logging.Formatter):
    """`[WARN] piste.web - message`, the traceback of an exception below it."""

    def format(self, record: logging.LogRecord) -> str:
        level = _LEVELS.get(record.levelname, record.levelname)
        line = f"[{level}] {record.name} - {one_line(record.getMessage())}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class JsonFormatter(logging.Formatter):
    """`{"time": .., "level": .., "logger": .., "message": ..}` and, with one, `"exception"`."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {
            "time": time.replace("+00:00", "Z"),
            "level": _LEVELS.get(record.levelname, record.levelname),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=True)


def one_line(text: str) -> str:
    """The text with each control character and line break as a visible escape."""
    return _CONTROL.sub(lambda match: ascii(match[0])[1:-1], text)


def startup_line(host: str, port: int) -> str:
    """What the server says once it answers on a port."""
    return f"REST interface bound to /{f'[{host}]' if ':' in host else host}:{port}"


def good_event_line(
    *, event_id: str, app_id: str | None, event_type: str | None, schema: str | None
) -> str:
    """The message for a good event, at level INFO of `EVENT_LOG`."""
    return f"GOOD id:{event_id} app_id:{app_id or ''} type:{event_type or ''} ({schema or ''})"


def bad_event_line(messages: Sequence[str]) -> str:
    """The message for a bad event, at level WARNING of `EVENT_LOG`."""
    return f"BAD {json.dumps(list(messages), ensure_ascii=False)}"

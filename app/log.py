"""The program's log: one JSON object a line, a file a day, nothing personal in it.

It is for finding faults, not evidence (that is the journal). Whatever looks like a telephone number is masked on the way out, and an
exception's text is left out (crash.py), so a careless log line cannot betray a respondent.
"""

import faulthandler
import logging
import logging.handlers
import os
import re
import string
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict

from app.crash import trace_of
from app.errors import StorageError

_NUMBER = re.compile(r"\+?\d[\d -]{5,}\d")
_ID = re.compile(r"(?=.*[a-f])(?:[0-9a-f]{8}|[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{64})")
_DATE = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])(?: \d\d)?")
_LONG = 10**9
_QUIET = ("httpcore2", "httpx2", "asyncio", "pyxform")


def mask(text: str) -> str:
    """Digits that may be a telephone number (7 or more, spaces and dashes allowed) become ***. Our own hexadecimal ids stay, and dates."""

    def masked(found: re.Match[str]) -> str:
        before, after = text[: found.start()], text[found.end() :]
        start = len(before) - len(before.rstrip(_LETTERS))
        end = len(after) - len(after.lstrip(_LETTERS))
        word = before[len(before) - start :] + found[0] + after[:end]
        return found[0] if _ID.fullmatch(word) or _DATE.fullmatch(found[0]) else "***"

    return _NUMBER.sub(masked, text)


_LETTERS = "0123456789" + string.ascii_letters


def _clean(value: Any) -> Any:
    """The value with everything masked that might be a number: whole numbers of ten digits and more too."""
    match value:
        case bool() | float() | None:
            return value
        case int():
            return value if abs(value) < _LONG else "***"
        case dict():
            return {mask(str(key)): _clean(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(each) for each in value]
        case _:
            return mask(str(value))


def _traced(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """An exception goes into the log as where it happened and what kind it was: its text may quote an answer or a name."""
    given = event.pop("exc_info", None)
    found = sys.exc_info() if given is True else given
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = trace_of(error)
    return event


def _masked(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {key: _clean(value) for key, value in event.items()}


class _Daily(logging.handlers.TimedRotatingFileHandler):
    """A file a day. A log that cannot be written (disk full) must not disturb the work or print a traceback."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 — logging's name
        """Let it go."""


def start(data_dir: Path, *, days: int = 30) -> Path:
    """Log to data_dir/logs/fangxin.log from now on; returns that path. Raises StorageError when the folder cannot be written."""
    folder = data_dir / "logs"
    path = folder / "fangxin.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = _Daily(
            path, when="midnight", backupCount=days, encoding="utf-8", errors="backslashreplace", utc=True
        )
    except OSError as error:
        raise StorageError(
            "The data folder cannot be written",
            where=str(data_dir),
            todo="Choose another one with --data-dir.",
        ) from error
    handler.setFormatter(_lines())
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, _Daily)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            _traced,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return path


def _lines() -> logging.Formatter:
    """One JSON object a line, masked, for our own events and for what libraries log."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _traced,
            _masked,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def be_silent() -> None:
    """No log until start(): a command's output is its own, and a library's warning has no place in it."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


def catch_crashes(data_dir: Path, show: TextIO | None) -> None:
    """From now on an unexpected error is logged in full and shown as one sentence; a C fault leaves its stack in logs/crash.txt."""
    path = data_dir / "logs" / "fangxin.log"
    # A bare descriptor, open for as long as the process lives: a file object would be closed when the collector comes by.
    crash_file = os.open(data_dir / "logs" / "crash.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    faulthandler.enable(crash_file)

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        structlog.get_logger("crash").error("crash", exc_info=(kind, error, trace))
        if show is not None:
            show.write(
                f"Fangxin met a fault of its own ({kind.__name__}). Nothing acknowledged is lost. Details: {path}\n"
            )

    sys.excepthook = crashed

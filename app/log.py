"""The program's log: one JSON object a line, a file a day, nothing personal in it.

It is for finding faults, not evidence (that is the journal). Whatever looks like a telephone number is masked on the way out,
so a careless log line cannot betray a respondent.
"""

import faulthandler
import logging
import logging.handlers
import re
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict

from app.errors import StorageError

_NUMBER = re.compile(r"(?<![0-9a-fA-F])\+?\d[\d -]{5,}\d(?![0-9a-fA-F])")
_QUIET = ("httpcore2", "httpx2", "asyncio", "pyxform")


def mask(text: str) -> str:
    """Digits that may be a telephone number (7 or more, spaces and dashes allowed) become ***."""
    return _NUMBER.sub("***", text)


def _masked(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {key: mask(value) if isinstance(value, str) else value for key, value in event.items()}


def start(data_dir: Path, *, days: int = 30) -> Path:
    """Log to data_dir/logs/fangxin.log from now on; returns that path. Raises StorageError when the folder cannot be written."""
    folder = data_dir / "logs"
    path = folder / "fangxin.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.TimedRotatingFileHandler(
            path, when="midnight", backupCount=days, encoding="utf-8", utc=True
        )
    except OSError as error:
        raise StorageError(
            "The data folder cannot be written",
            where=str(data_dir),
            todo="Choose another one with --data-dir.",
        ) from error
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, logging.handlers.TimedRotatingFileHandler)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            _masked,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    return path


def catch_crashes(data_dir: Path, show: TextIO | None) -> None:
    """From now on an unexpected error is logged in full and shown as one sentence; a C fault leaves its stack in logs/crash.txt."""
    path = data_dir / "logs" / "fangxin.log"
    crash_file = (data_dir / "logs" / "crash.txt").open("a", encoding="utf-8")
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

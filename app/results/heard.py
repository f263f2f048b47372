"""Which desks are heard of: when each has last handed in a line of its journal or spoken with the room's pool."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.evidence.audit.place import JournalPlace
from app.evidence.durable import storage_errors

_TAIL = 1 << 16
"""Bytes at a journal's end in which its last whole line lies: a line has some hundreds."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One desk. wall: ms of the last that is known of it, 0 = never. silent: longer ago than was asked."""

    desk: str
    wall: int
    silent: bool


def last_heard(
    journals: Iterable[JournalPlace], told: Mapping[str, int], now: int, quiet: int
) -> tuple[Heard, ...]:
    """Every desk, the longest silent first. told: enrolled desk → when it last spoke with the pool, ms wall, 0 = never. quiet: ms after
    which a desk is silent. A line counts by the desk's own clock. Raises StorageError."""
    found = dict(told)
    for journal in journals:
        desk, dot, _ = journal.name.partition(".")
        if dot:
            found[desk] = max(found.get(desk, 0), _last_line(journal.lines))
    rows = (Heard(desk, wall, silent=now - wall > quiet) for desk, wall in found.items())
    return tuple(sorted(rows, key=lambda each: (each.wall, each.desk)))


def _last_line(path: Path) -> int:
    """When the last whole line was written, ms wall; 0 where there is none. What is wrong with a journal is verify()'s affair."""
    with storage_errors(path):
        if not path.is_file():
            return 0
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL))
            *whole, _ = file.read().split(b"\n")
    try:
        return int(json.loads(whole[-1])["wall"])
    except (IndexError, KeyError, TypeError, ValueError):
        return 0

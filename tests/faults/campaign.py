"""The fault campaign: what is done to the product, how often, and what came of it. The rows are those of notes/security.md §5.

    python -m tests.faults [--row 3 --row 3.control …] [--seed 12340] [--first N] [--trials N] [--long] [--list]

One JSON line a trial, the seed in each. A trial is a function of its seed, its number and an empty folder; it raises AssertionError when
something acknowledged was lost, something false was accepted or a tampering was not named, and returns what it saw (plain values), so
that a reader can tell a trial that proved something from one that hit nothing. A control removes the property (no fsync, no reserve, no
check) and is good only when its trials together go red, and in its own words: one that stays green means that the campaign could not have
found the fault, and one that is red because the trial itself went wrong means no more than that.
"""

import importlib
import os
import pkgutil
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults import rows

Seen = Mapping[str, object]


class NoMoreError(Exception):
    """A row that goes through a list of places has come to its end: there is no such trial."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial. folder: empty, its own, removed afterwards. chance: seeded with seed, row and number; the only source of randomness."""

    seed: str
    number: int
    folder: Path
    chance: random.Random


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is done. id: the number in security.md §5, with a word after a dot for a variant ("3.xfs"). short: trials in CI,
    long: on demand. needs: programs without which it cannot run ("strace"); root: needs to mount; writes: a folder of the system
    in which it must be able to write. control: the property is removed, and this (a regular expression) must be said of what came of it;
    "" = no control."""

    id: str
    title: str
    run: Callable[[Trial], Seen]
    short: int
    long: int
    needs: tuple[str, ...] = ()
    root: bool = False
    control: str = ""
    writes: Path | None = None

    def missing(self) -> str:
        """Why it cannot run here; "" when it can."""
        absent = [program for program in self.needs if shutil.which(program) is None]
        if absent:
            return f"not installed: {', '.join(absent)}"
        if self.root and os.geteuid() != 0:
            return "needs root"
        return f"no writing in {self.writes}" if self.writes and not os.access(self.writes, os.W_OK) else ""


def all_rows() -> dict[str, Row]:
    """Every row, by id, in the order of the table."""
    found = {}
    for module in pkgutil.iter_modules(rows.__path__, rows.__name__ + "."):
        for row in importlib.import_module(module.name).ROWS:
            assert row.id not in found, f"two rows are called {row.id}"
            found[row.id] = row
    return dict(sorted(found.items(), key=lambda item: (float(item[0].split(".")[0]), item[0])))


def run(row: Row, seed: str, trials: int, first: int = 0) -> Iterator[dict[str, object]]:
    """So many trials of a row from this number on, one after the other, as the lines that are printed; fewer when the row has no more."""
    for number in range(first, first + trials):
        folder = Path(tempfile.mkdtemp(prefix=f"fangxin-fault-{row.id}-"))
        fault, seen, started = "", dict[str, object](), time.monotonic()
        try:
            seen = dict(row.run(Trial(seed, number, folder, random.Random(f"{seed}|{row.id}|{number}"))))
        except NoMoreError:
            return
        except AssertionError as error:
            fault = str(error) or "an assertion without words"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        seconds = round(time.monotonic() - started, 2)
        yield {
            "row": row.id,
            "seed": seed,
            "trial": number,
            "ok": not fault,
            "fault": fault,
            **seen,
            "seconds": seconds,
        }


def verdict(row: Row, lines: list[dict[str, object]]) -> str:
    """What is wrong with a row after its trials; "" when nothing is."""
    red = [str(line["fault"]) for line in lines if not line["ok"]]
    if not row.control:
        return f"{row.id}: {len(red)} of {len(lines)} trials failed, first: {red[0]}" if red else ""
    if not red:
        return f"{row.id}: the control stayed green in {len(lines)} trials, so the campaign proves nothing"
    if not any(re.search(row.control, fault) for fault in red):
        return f"{row.id}: the control went red for another reason than it should ({row.control}): {red[0]}"
    return ""

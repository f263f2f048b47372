"""A day of the product on disks of its own: what every party did, and every secret that was in it.

A whole day is one workstation, central with its witness, and the centre's PC, all real processes started by the product's own commands,
the traffic between them tapped. A short one is the workstation alone. Both have the window, the line worker, a fault of ours, an abort.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import resource

from app.centre import Centre
from app.clock import seeded, system_entropy
from app.workplace import _alone
from tests.faults.secrets import gather
from tests.faults.secrets.canaries import Canary
from tests.faults.secrets.furnish import furnished
from tests.faults.secrets.place import Disk, fangxin

_SURNAMES, _RARE = ("欧阳", "上官", "司徒", "诸葛", "轩辕"), "鹮翀赟翯璟燚犇鑫淼垚焱骉麤"


def words_of(chance: random.Random) -> dict[str, str]:
    """What is said and typed in this day: rare, so that a find is a find."""

    def name() -> str:
        return chance.choice(_SURNAMES) + "".join(chance.sample(_RARE, 3))

    return {
        "interviewer": name(),
        "verbatim": f"{name()}说县医院收红包的事没有人管",
        "note": f"{name()}在旁边听",
        "reason": f"他说{name()}不让讲",
        "search": name(),
        "appointment": f"明晚7点半找{name()}先生",  # tonight would be over where the day is played late
    }


@dataclass
class Day:
    """disks: party → disk. canaries: what must be nowhere. heard: what went over the wire. seen: command lines, environments, window
    titles and what stood on the clipboard. memory: what was found in the processes' memory between two calls (told, not judged)."""

    words: dict[str, str]
    disks: dict[str, Disk] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)
    heard: bytes = b""
    seen: bytes = b""
    report: str = ""
    memory: dict[str, bytes] = field(default_factory=dict)
    calls: int = 0
    killed: list[str] = field(default_factory=list)


class Watch:
    """Reads the command line and environment of every process below this one, again and again."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> bytes:
        """All of them."""
        self._over.set()
        self._thread.join()
        return b"\n".join(sorted(self._seen))

    def _look(self) -> None:
        while not self._over.wait(0.05):
            for process in _below(os.getpid()):
                for name in ("cmdline", "environ", "comm"):
                    with contextlib.suppress(OSError):
                        self._seen.add(Path(f"/proc/{process}/{name}").read_bytes())


def _below(process: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text("ascii").split():
                yield int(child)
                yield from _below(int(child))


class Shift:
    """One run of the desk's window (shift.py). Cores of any size are allowed to it."""

    def __init__(self, disk: Disk, part: str, day: Day, faults: frozenset[str]) -> None:
        self._day, self._errors = day, disk.mounted / "home" / ".xsession-errors"
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.secrets.shift"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=disk.environment(),
                cwd=disk.mounted / "work",
                preexec_fn=_cores_allowed,
            )
        self.go_on(json.dumps({"part": part, "words": day.words, "faults": sorted(faults)}))

    def go_on(self, line: str = "") -> None:
        """Whatever it waits for."""
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def until(self, what: str) -> dict[str, Any]:
        """What it tells."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told: dict[str, Any] = json.loads(line)
            self._day.seen += f"{told.get('title', '')}\n{told.get('formats', '')}\n".encode()
            if told["what"] == what:
                return told
        said = self._errors.read_text("utf-8", errors="replace").splitlines()[-12:]
        raise RuntimeError(
            f"the desk ended before {what}: no finding, and no control gone red\n" + "\n".join(said)
        )

    def die(self, process: int, number: signal.Signals) -> None:
        """A process of it is ended as a fault would."""
        os.kill(process, number)
        self._day.killed.append(number.name)

    def ended(self) -> int:
        """Its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdout.read()
        code = self._process.wait(60)
        self._process.stdin.close()
        self._process.stdout.close()
        return code


def _cores_allowed() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def brief(station: Disk, day: Day, faults: frozenset[str]) -> None:
    """One run: an interview and a fault of ours."""
    shift = Shift(station, "brief", day, faults)
    day.report = str(shift.until("report")["text"])
    assert shift.ended() == 1
    day.calls += 1


def work(station: Disk, day: Day, faults: frozenset[str] = frozenset()) -> None:
    """Four runs: calls and a fault; aborts of worker and desk in the middle of interviews; a last start that settles everything."""
    shift = Shift(station, "day", day, faults)
    at = shift.until("between")
    day.memory = {name: _memory(at[name]) for name in ("pid", "worker")}
    shift.go_on()
    day.report = str(shift.until("report")["text"])
    assert shift.ended() == 1
    shift = Shift(station, "talk", day, faults)
    shift.die(shift.until("in call")["worker"], signal.SIGSEGV)
    shift.go_on()
    shift.die(shift.until("in call")["pid"], signal.SIGKILL)
    shift.ended()
    _worker_gone(station)
    aborted(station, day, faults)
    shift = Shift(station, "end", day, faults)
    assert shift.ended() == 0
    day.calls += 6


def aborted(station: Disk, day: Day, faults: frozenset[str]) -> None:
    """A desk that dies of a fault in a C library, in the middle of an interview."""
    shift = Shift(station, "talk", day, faults)
    shift.die(shift.until("in call")["pid"], signal.SIGSEGV)
    shift.ended()
    _worker_gone(station)
    day.calls += 1


def _worker_gone(station: Disk) -> None:
    """The worker of a desk that died says goodbye and lets the lock go."""
    _alone(station.data / "line.lock")


def _memory(process: int) -> bytes:
    """What a process has in its memory now, as far as it may be read."""
    found = bytearray()
    with contextlib.suppress(OSError), Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            area, rights, _, _, inode = line.split()[:5]
            start, stop = (int(part, 16) for part in area.split("-"))
            if rights.startswith("rw") and inode == "0" and stop - start < 1 << 30:
                with contextlib.suppress(OSError, ValueError, OverflowError):
                    memory.seek(start)
                    found += memory.read(stop - start)
    return bytes(found)


def short(folder: Path, seed: str, faults: frozenset[str] = frozenset(), *, megabytes: int = 0) -> Day:
    """A workstation without a network, furnished by hand. megabytes: of the image, 0 = a folder. The caller releases the disk."""
    day = Day(words_of(random.Random(seed)))
    station = day.disks["workstation"] = Disk.make(folder, "workstation", megabytes=megabytes)
    centre = Centre.generate("canary/publisher", system_entropy)
    furnished(station.data, folder, centre, seeded(seed))
    watch = Watch()
    if "core dumps" in faults:
        aborted(station, day, faults)
    else:
        brief(station, day, faults)
        fangxin(station, "doctor", "--out", str(station.mounted / "work" / "support.zip"))
    day.seen += watch.end() + day.report.encode()
    day.canaries = [
        *gather.of_workstation(station.data, folder / "copy", centre),
        *gather.of_centre(centre),
        *gather.of_words(day.words),
        gather.plain_store(),
    ]
    return day

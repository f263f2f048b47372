"""Row 34: a day of calls with canaries, then a search of every disk, block by block, of the traffic, of command lines and environments.

What may be found, and where: DOCUMENTED. What stands in memory between two calls is told, not judged. The controls are desks that log a
number, put an answer into a temporary file, keep their store in the clear, or let the system dump their memory: each must be found out.
"""

import bz2
import gzip
import io
import lzma
import os
import shutil
import subprocess
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.campaign import Row, Seen, Trial
from tests.faults.secrets import gather
from tests.faults.secrets.canaries import Canary, key, number, text, writings
from tests.faults.secrets.day import Day, short, words_of
from tests.faults.secrets.place import Disk
from tests.faults.secrets.scan import Hunter
from tests.faults.secrets.whole import lived

DOCUMENTED = {
    "workstation": {"data/device.key": ("device secret",)},
    "central": {},
    "centre": {
        "work/draws/wave1/sample.csv": ("drawn number", "number"),
        "work/draws/room.key": ("room key",),
        "work/keys/": ("centre's", "publisher's key"),
        "work/opened/": ("typed verbatim", "typed note"),
    },
}
"""Party → path, or folder with a slash → beginnings of canaries' names. Without a system keystore the device's secret lies in a file; the
centre's PC has what the centre is there for."""
_CORES = Path("/proc/sys/kernel/core_pattern")
_MEGABYTES = 1024


def _day(case: Trial) -> Seen:
    capture = case.folder / "lo.pcapng" if shutil.which("tshark") else None
    with _released(case.folder), _cores_into_files():
        day = lived(case.folder, case.seed + str(case.number), megabytes=_MEGABYTES, capture=capture)
        hunter = Hunter([*day.canaries])
        finds, allowed = hunted(day, hunter)
        magic = Hunter([gather.plain_store()])
        finds += [
            f"workstation {where}: {hit.canary}" for where, hit in day.disks["workstation"].search(magic)
        ]
        finds += [f"process: {hit.canary} as {hit.encoding}" for hit in hunter.block(day.seen)]
        finds += [f"wire: {hit.canary} as {hit.encoding}" for hit in hunter.block(day.heard)]
        if capture is not None:
            finds += [f"capture: {hit.canary} as {hit.encoding}" for hit in hunter.file(capture)]
    assert not finds, "; ".join(sorted(set(finds))[:8])
    assert len(day.heard) > 500_000, "hardly anything went over the wire"
    assert allowed["workstation data/device.key"], "not even the documented key file was found"
    assert allowed["centre work/draws/wave1/sample.csv"], "not even the centre's own list was found"
    return {
        "calls": day.calls,
        "killed": " ".join(day.killed),
        "patterns": hunter.patterns,
        "scanned_mb": hunter.scanned // 10**6,
        "wire_mb": round(len(day.heard) / 1e6, 1),
        "capture_mb": round(capture.stat().st_size / 1e6, 1) if capture else 0,
        "documented": sum(allowed.values()),
        "in_memory": _in_memory(day),
    }


def hunted(day: Day, hunter: Hunter) -> tuple[list[str], Counter[str]]:
    """What is where it must not be; and how much is where the documentation says it is."""
    finds, allowed = [], Counter[str]()
    for party, disk in day.disks.items():
        for where, hit in disk.search(hunter):
            if _documented(party, where, hit.canary):
                allowed[f"{party} {where}"] += 1
            else:
                finds.append(f"{party} {where}: {hit.canary} as {hit.encoding} {hit.inside}".rstrip())
    return finds, allowed


def _documented(party: str, where: str, canary: str) -> bool:
    return any(
        (where == path or (path.endswith("/") and where.startswith(path))) and canary.startswith(names)
        for path, names in DOCUMENTED[party].items()
    )


def _in_memory(day: Day) -> str:
    """Kinds of canaries that stand in the memory of desk and line worker between two calls."""
    few = Hunter(
        [each for each in day.canaries if each.name.startswith(("typed", "number ", "store key", "file key"))]
    )
    told = []
    for process, memory in day.memory.items():
        kinds = Counter(hit.canary.rstrip("0123456789 ") for hit in few.block(memory, unpack=False))
        told.append(
            f"{process}: " + (", ".join(f"{name} {n}" for name, n in sorted(kinds.items())) or "none")
        )
    return "; ".join(told)


def _planted(case: Trial) -> Seen:
    """Every writing of every kind of canary, on a disk, deleted again; and packed in every way that is looked into."""
    chance = case.chance
    canaries: list[Canary] = [
        number("mobile", "1" + "".join(chance.choices("3456789", k=10))),
        number("landline", "0818" + "".join(chance.choices("23456789", k=7))),
        *(text(name, words) for name, words in words_of(chance).items()),
        key("key", chance.randbytes(32)),
        key("file key", chance.randbytes(16)),
    ]
    known = {(each.name, name): pattern for each in canaries for name, pattern in writings(each).items()}
    hunter = Hunter(canaries)
    with _released(case.folder):
        disk = Disk.make(case.folder, "disk", megabytes=64)
        for place, pattern in enumerate(known.values()):
            path = disk.data / f"{place}"
            path.write_bytes(chance.randbytes(chance.randrange(4000)) + pattern + chance.randbytes(50))
        for kind, packed in _packs("\n".join(str(each.value) for each in canaries[:8]).encode()).items():
            (disk.data / kind).write_bytes(chance.randbytes(70) + packed)
        _deleted(disk)
        hits = [hit for _, hit in disk.search(hunter)]
    found = {known[hit.canary, hit.encoding] for hit in hits}
    missed = [f"{name} as {encoding}" for (name, encoding), pattern in known.items() if pattern not in found]
    assert not missed, f"never found: {missed[:5]}"
    packs = {hit.inside for hit in hits} - {""}
    assert packs == {"gzip", "zlib", "zip", "bzip2", "lzma"}, packs
    return {"writings": len(known), "found": len(found), "packs": len(packs)}


def _packs(plain: bytes) -> dict[str, bytes]:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("words.txt", plain)
    return {
        "gzip": gzip.compress(plain),
        "zlib": zlib.compress(plain),
        "zip": zipped.getvalue(),
        "bzip2": bz2.compress(plain),
        "lzma": lzma.compress(plain),
    }


def _deleted(disk: Disk) -> None:
    """On the disk, then gone: only the blocks know."""
    os.sync()
    shutil.rmtree(disk.data)


def _sabotaged(fault: str) -> Row:
    def trial(case: Trial) -> Seen:
        with _released(case.folder), _cores_into_files():
            day = short(case.folder, f"{case.seed}{case.number}", frozenset({fault}), megabytes=_MEGABYTES)
            finds, _ = hunted(day, Hunter(day.canaries))
        assert not finds, "; ".join(sorted(set(finds))[:3])
        return {"calls": day.calls}

    name = f"34.{fault.replace(' ', '-')}"
    title = f"the hunt at a desk with this fault: {fault}"
    return Row(
        name, title, trial, short=1, long=3, needs=_NEEDS, root=True, control=r"workstation .+: .+ as "
    )


@contextmanager
def _released(folder: Path) -> Iterator[None]:
    """Nothing stays mounted, not even where a trial was broken off and somebody still has files open there."""
    try:
        yield
    finally:
        for place in folder.iterdir():
            subprocess.run(["umount", "-l", place], capture_output=True, check=False)


@contextmanager
def _cores_into_files() -> Iterator[None]:
    """Cores go into the folder of whoever dies, as the kernel has it by itself; afterwards as it was."""
    before = _CORES.read_text("ascii")
    if before.startswith(("|", "/")):
        _CORES.write_text("core", "ascii")
    try:
        yield
    finally:
        if _CORES.read_text("ascii") != before:
            _CORES.write_text(before, "ascii")


_NEEDS = ("mkfs.ext4", "debugfs")
ROWS = [
    Row(
        "34",
        "the hunt for secrets after a day of three machines",
        _day,
        short=1,
        long=3,
        needs=_NEEDS,
        root=True,
    ),
    Row(
        "34.writings",
        "the hunt finds every writing it claims to",
        _planted,
        short=1,
        long=5,
        needs=_NEEDS,
        root=True,
    ),
    *map(_sabotaged, ("number logged", "temp file", "plain store", "core dumps")),
]

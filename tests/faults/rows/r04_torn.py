"""Row 4: what a power cut leaves on a real disk: unflushed sectors torn, reordered, lost. A desk's writes and flushes are logged by a block
device of our own; from the log images are made as a drive might leave them at any moment, and the desk is started on each."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from app.errors import FangxinError
from tests.faults.aftermath import judge
from tests.faults.block import FLUSH, PROGRAMS, RECORD, WRITE, block
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.disks import Disk, blank, mounted
from tests.faults.power import ended, headers_open, next_start, no_fsync, working
from tests.faults.told import Acknowledged

SECTOR = 512
IMAGES = 10
"""Images from one log."""
_Write = tuple[int, bytes]


def _records(log: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + RECORD.size <= len(log):
        kind, offset, length = RECORD.unpack_from(log, at)
        at += RECORD.size
        yield kind, offset, log[at : at + length]
        at += length


def _worked(case: Trial, sabotage: Callable[[], None] | None) -> tuple[Path, Path, list[tuple[int, bytes]]]:
    """A desk works on the device for a while. Returns the device's first image, the log, and (bytes of the log, line) of what it told: a
    line is read before the length of the log is taken, so what it acknowledges was flushed within that length."""
    told: list[tuple[int, bytes]] = []
    with block(case.folder, 192, logged=True) as device:
        folder = device.disk.place / "desk"
        child, near = working(folder, case.number, lambda _: sabotage() if sabotage else None)
        rest, enough = b"", case.chance.randint(60, 160)
        try:
            while len(told) < enough:
                data = near.recv(4096)
                assert data, "the desk ended by itself"
                *lines, rest = (rest + data).split(b"\n")
                length = device.log.stat().st_size
                told += [(length, line) for line in lines]
        finally:
            ended(child, near)
    return case.folder / "block.img", case.folder / "log", told


def _unflushed(writes: list[_Write], chance: random.Random) -> list[_Write]:
    """What a drive may have done with writes that no flush followed: each in part, in any order, or not at all."""
    kept = []
    for offset, data in writes:
        sectors = [(offset + at, data[at : at + SECTOR]) for at in range(0, len(data), SECTOR)]
        match chance.randrange(4):
            case 0:
                pass
            case 1:
                kept += sectors[: chance.randrange(len(sectors) + 1)]
            case 2:
                kept += [sector for sector in sectors if chance.random() < 0.5]
            case _:
                kept += sectors
    chance.shuffle(kept)
    return kept


def _image(log: bytes, end: int, size: int, out: Path, chance: random.Random) -> tuple[int, int]:
    """The device after so many bytes of its log: all that was flushed, and something of the rest. Returns how many writes were at risk and
    how many bytes of them never came."""
    flushed: list[_Write] = []
    waiting: list[_Write] = []
    for kind, offset, data in _records(log[:end]):
        if kind == WRITE:
            waiting.append((offset, data))
        elif kind == FLUSH:
            flushed += waiting
            waiting = []
    blank(out, size >> 20)
    kept = _unflushed(waiting, chance)
    with out.open("r+b") as file:
        for offset, data in (*flushed, *kept):
            file.seek(offset)
            file.write(data)
    return len(waiting), _bytes(waiting) - _bytes(kept)


def _bytes(writes: list[_Write]) -> int:
    return sum(len(data) for _, data in writes)


def _torn(case: Trial, sabotage: Callable[[], None] | None = None) -> Seen:
    image, log_file, told = _worked(case, sabotage)
    log, size = log_file.read_bytes(), image.stat().st_size
    image.unlink()
    at_risk, lost, answers, seconds = 0, 0, 0, 0
    for _ in range(IMAGES):
        # Anywhere in the log, or where something had just been acknowledged.
        end = case.chance.choice((case.chance.randint(told[0][0], told[-1][0]), case.chance.choice(told)[0]))
        heard = Acknowledged()
        for length, line in told:
            if length <= end:
                heard.take(line.decode())
        torn = case.folder / "torn.img"
        risked, gone = _image(log, end, size, torn, case.chance)
        at_risk, lost = at_risk + risked, lost + gone
        place = case.folder / "again"
        with mounted(Disk(torn, "ext4", place)):
            try:
                facts = judge(next_start(place / "desk", case.number), heard)
                headers_open(place / "desk")
            except FangxinError as error:
                raise AssertionError(f"the desk does not start on this image: {error}") from error
        answers, seconds = answers + int(str(facts["answers"])), seconds + int(str(facts["sound"]))
        torn.unlink()
        shutil.rmtree(place)
    assert lost, f"nothing was lost: {at_risk} writes were at risk in {IMAGES} images"
    return {
        "images": IMAGES,
        "at_risk": at_risk,
        "lost": lost,
        "answers": answers,
        "sound": seconds,
        "log": len(log),
    }


ROWS = [
    Row(
        "4",
        f"unflushed sectors torn, reordered, lost: {IMAGES} images a trial",
        _torn,
        1,
        50,
        PROGRAMS,
        root=True,
    ),
    Row(
        "4.control",
        "control: the same of a desk that never syncs recording and journal; the drive is honest",
        lambda case: _torn(case, no_fsync),
        1,
        2,
        PROGRAMS,
        root=True,
        control=r"start is refused|does not start on this image|\d+ acknowledged|is lost|NOT PROVEN|NOT COMPLETE",
    ),
]

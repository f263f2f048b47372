"""Journals for the tests, and the means to spoil them."""

from pathlib import Path

from app.clock import VirtualClock
from app.evidence.journal import Journal
from app.evidence.note import Signer

ORIGIN = "fangxin/dazhou-2017/0a1b2c3d/1"
SIGNER = Signer("fangxin/0a1b2c3d/1", b"\x01" * 32)


def begin(folder: Path, *, origin: str = ORIGIN, signer: Signer = SIGNER, rehearsal: bool = True) -> Journal:
    return Journal.open(folder, origin, signer, VirtualClock(1_790_000_000_000), rehearsal=rehearsal)


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "journal.jsonl").read_bytes().split(b"\n")[:-1]


def filled(folder: Path, lines: int = 5, *, checkpoint: bool = False) -> list[bytes]:
    """A journal with some lines, closed."""
    with begin(folder) as journal:
        for n in range(lines):
            journal.append("line", call="c1", state="alerting", at=n)
        if checkpoint:
            journal.checkpoint()
    return lines_of(folder)


def write_lines(folder: Path, lines: list[bytes]) -> None:
    (folder / "journal.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))

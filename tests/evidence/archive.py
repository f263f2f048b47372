"""A small archive, always the same: one workstation's afternoon, handed in twice.

Five calls: a finished interview with a corrected answer; nobody there; one that a crash cut off; its interview finished in a second
call; a busy line. `workstation` is the data folder of that workstation, `archive` what central has of it.
"""

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.canonical import decode, hexdigest
from app.central.log import CentralLog, log_signer
from app.clock import VirtualClock
from app.evidence.batch import Item, Manifest, checkpoint_hash
from app.evidence.note import Checkpoint, Signer, cosign, sign
from app.study.archive import pack
from tests.evidence.pen import CENTRAL, DEVICE, NOON, PUBLISHER, Lie, Pen

NAME = "0a1b2c3d.1"
ORIGIN = "fangxin/tiny/0a1b2c3d/1"
LOG = log_signer(CENTRAL)


def tiny_package(text: str = "id = 'tiny'\n") -> bytes:
    """A study package with one file in it."""
    files = {"study.toml": text.encode()}
    lines = [f"{hexdigest(data)} {name}" for name, data in files.items()]
    note = sign("\n".join(("fangxin-study/v1", "tiny", "1", str(NOON * 2), "S1", *lines, "")), PUBLISHER)
    return pack({"manifest.note": note.encode(), **files})


def hand_in(pen: Pen, archive: Path, start: int = 0, *, central: Signer = CENTRAL, name: str = NAME) -> int:
    """What central has after a sync: everything up to the newest checkpoint, its receipt, the manifest of both, and its log of it."""
    size, origin = pen.journal.size, pen.journal.origin
    checkpoint = pen.journal.checkpoint()
    seconds = pen.clock.wall() // 1000
    for sha, (path, _) in pen.parcels.items():
        (archive / "objects").mkdir(parents=True, exist_ok=True)
        if path.parent != archive / "objects":  # one that was made there is there
            shutil.copyfile(path, archive / "objects" / sha)
    items = tuple(Item(sha, path.stat().st_size, kind) for sha, (path, kind) in pen.parcels.items())
    pen.parcels.clear()
    manifest = sign(Manifest(origin, start, size, checkpoint_hash(checkpoint), items).text, signer_of(pen))
    receipt = cosign(checkpoint, central, seconds)
    put(archive / "journals" / name / "journal.jsonl", pen.journal.path.read_bytes())
    put(archive / "journals" / name / "checkpoints" / f"{size:012}.note", checkpoint.encode())
    put(archive / "journals" / name / "receipts" / f"{size:012}.note", receipt.encode())
    put(archive / "batches" / name / f"{size:012}.note", cosign(manifest, central, seconds).encode())
    put(pen.journal.path.parent / "receipts" / f"{size:012}.note", receipt.encode())
    pen.write("sync.receipt", size=size, sha256=hexdigest(receipt.encode()))
    pen.journal.checkpoint()
    log_of(archive)
    return size


def signer_of(pen: Pen) -> Signer:
    """The key of a pen's device."""
    return pen.journal._signer


def put(path: Path, data: bytes) -> None:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def log_of(archive: Path, more: int = 0) -> str:
    """Central's log over all that is handed in, in the archive; its last checkpoint. more: lines of devices that are not here."""
    shutil.rmtree(archive / "log", ignore_errors=True)
    put(archive / "log.vkey", LOG.vkey.encode() + b"\n")
    clock = VirtualClock(NOON)
    with closing(CentralLog.open(archive / "log", archive.parent / "log.tree", LOG)) as log:
        log.append(clock, "study", study="tiny", version=1, sha256="00" * 32)
        for path in sorted(archive.glob("journals/*/checkpoints/*.note")):
            note = path.read_bytes()
            point = Checkpoint.parse(note.decode().rpartition("\n\n")[0] + "\n")
            told = {"root": point.root.hex(), "sha256": hexdigest(note)}
            log.append(clock, "checkpoint", journal=path.parents[1].name, size=point.size, **told)
        for _ in range(more):
            log.append(clock, "device", journal="ffffffff.1", vkey="x")
        return log.checkpoint()


@dataclass(frozen=True)
class Made:
    """The two folders, and names in them. calls: finished, silent, cut, second, busy."""

    workstation: Path
    archive: Path
    calls: Mapping[str, str]

    @property
    def journal(self) -> Path:
        """Central's copy of the journal."""
        return self.archive / "journals" / NAME / "journal.jsonl"

    @property
    def lines(self) -> list[bytes]:
        """Its lines."""
        return self.journal.read_bytes().split(b"\n")[:-1]

    def line(self, kind: str, call: str = "") -> dict[str, Any]:
        """The last line of a type, of a call."""
        found = [decode(line) for line in self.lines]
        return [each for each in found if each["type"] == kind and call in ("", each.get("call"))][-1]

    def object(self, kind: str, field_name: str, call: str = "") -> Path:
        """The sealed file that a line names."""
        return self.archive / "objects" / str(self.line(kind, call)[field_name])


Story = Callable[[Pen, Path, dict[str, str]], None]


def make(
    folder: Path,
    *,
    lie: Lie = lambda _: None,
    story: Story | None = None,
    study: tuple[str, int] = ("tiny", 1),
) -> Made:
    """Build both folders. story: what happens, instead of the afternoon; it hands in by itself. study: that the interviews say they are of;
    the package is the tiny one's."""
    workstation, archive = folder / "workstation", folder / "archive"
    pen = Pen.begin(workstation, lie=lie, study=study)
    calls: dict[str, str] = {}
    with pen.journal:
        (story or afternoon)(pen, archive, calls)
    keys = {"central.vkey": CENTRAL, "publisher.vkey": PUBLISHER, f"devices/{NAME}.vkey": DEVICE}
    for name, signer in keys.items():
        put(archive / name, signer.vkey.encode() + b"\n")
    for place in (archive, workstation):
        put(place / "study" / "tiny-1.study", tiny_package())
    return Made(workstation, archive, calls)


def afternoon(pen: Pen, archive: Path, calls: dict[str, str]) -> None:
    """The five calls and the two syncs."""
    pen.sign_in()
    case = pen.id()
    first = pen.dial(case)
    first.speak(10)
    first.answered()
    first.speak(42)
    first.mark()
    first.answer("q01", "7")
    first.speak(3)
    first.answer("q02", "98")
    first.answer("q01", "8", reason="corrected")
    first.end("remote_hangup", "60")
    silent = pen.dial(pen.id())
    silent.speak(4)
    silent.end("no_answer", "21")
    other = pen.id()
    cut = pen.dial(other)
    cut.speak(3)
    cut.answered()
    cut.speak(52)
    cut.mark()
    cut.answer("q01", "3")
    cut.speak(4)
    cut.crash()
    done = hand_in(pen, archive)
    second = pen.dial(other)
    second.speak(2)
    second.answered(cut.interview)
    second.answer("q02", "4")
    second.speak(2)
    second.end("local_hangup", "60")
    busy = pen.dial(pen.id())
    busy.speak(1)
    busy.end("busy", "22")
    pen.write("shift.close")
    hand_in(pen, archive, done)
    calls |= {
        "finished": first.call,
        "silent": silent.call,
        "cut": cut.call,
        "second": second.call,
        "busy": busy.call,
    }

"""Row 33: what is far too large, far too deep, or named to lead elsewhere. Each is read in a child process with a limit on memory and time;
pass is an answer in plain words within both."""

import io
import os
import zipfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from random import Random

from app.canonical import decode, encode
from app.central.carry import import_from
from app.central.intake import read_offer
from app.central.registry import Registry
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import FangxinError
from app.evidence.age import decrypt, encrypt
from app.evidence.audit.seals import read_document
from app.evidence.batch import Manifest
from app.evidence.note import Checkpoint, open_note
from app.evidence.recording import join
from app.evidence.stanza import to_base64
from app.evidence.verify import verify
from app.study.bundle import open_bundle
from tests.evidence.archive import NAME
from tests.evidence.pen import CENTRAL, CENTRE, DEVICE, EVERYBODY, NOON, PUBLISHER
from tests.faults import evidence_rooms
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.limits import in_a_child

_VERSION = b"age-encryption.org/v1\n"
Bomb = Callable[[Path, Random], object]


def _stanzas(folder: Path, chance: Random) -> object:
    """A header of a million recipients."""
    one = f"-> X25519 {to_base64(chance.randbytes(32))}\n{to_base64(chance.randbytes(32))}\n".encode()
    return _age(folder, _VERSION + one * 1_000_000 + b"--- " + b"A" * 43 + b"\n")


def _wide_stanza(folder: Path, _: Random) -> object:
    """One recipient with a body of sixty megabytes."""
    return _age(folder, _VERSION + b"-> X25519 a\n" + (b"A" * 64 + b"\n") * 1_000_000)


def _one_line(folder: Path, _: Random) -> object:
    return _age(folder, _VERSION + b"-> " + b"a" * (64 << 20))


def _age(folder: Path, data: bytes) -> object:
    path = folder / "bomb.age"
    path.write_bytes(data)
    del data
    return lambda: decrypt(path, EVERYBODY)


def _tail_length(folder: Path, chance: Random) -> object:
    """A tail whose first frame says that it has four gigabytes, and a sparse file that has them."""
    age, tail = folder / "c.age", folder / "c.age.tail"
    age.write_bytes(encrypt(chance.randbytes(1000), [CENTRE.recipient], seeded("a"))[:-20])
    tail.write_bytes(b"\xff\xff\xff\xff" + bytes(8))
    os.truncate(tail, 4 << 30)
    return lambda: join(age, tail, [CENTRE], call_id="c")


def _sealed_depth(folder: Path, _: Random) -> object:
    """A sealed interview of an insider: a hundred thousand brackets."""
    deep = b'{"v":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    path = folder / "deep.age"
    path.write_bytes(encrypt(deep, [CENTRE.recipient], seeded("a")))
    return lambda: read_document(path, [CENTRE], "interview")


def _sealed_size(folder: Path, _: Random) -> object:
    path = folder / "large.age"
    with path.open("wb") as file:
        file.truncate(6 << 30)
    return lambda: read_document(path, [CENTRE], "interview")


def _deep_line(_: Path, __: Random) -> object:
    return lambda: decode(b'{"a":' * 200_000 + b"1" + b"}" * 200_000)


def _long_number(_: Path, __: Random) -> object:
    return lambda: decode(b'{"a":' + b"9" * 2_000_000 + b"}")


def _deep_offer(_: Path, __: Random) -> object:
    return lambda: read_offer(b'{"lines":' + b"[" * 500_000)


def _note_size(_: Path, __: Random) -> object:
    return lambda: open_note("a\n" * 20_000_000 + "\n— a AAAA\n", [DEVICE.verifier])


def _note_signatures(_: Path, chance: Random) -> object:
    line = f"— {DEVICE.name} {'A' * 88}\n"
    return lambda: open_note("a\n\n" + line * 12_000, [DEVICE.verifier])


def _checkpoint_number(_: Path, __: Random) -> object:
    return lambda: Checkpoint.parse("a\n" + "9" * 5_000_000 + "\nAAAA\n")


def _manifest_names(_: Path, __: Random) -> object:
    """A path in the place of a hash."""
    return lambda: Manifest.parse(f"fangxin-batch/v1\no\n0 1\n{'0' * 64}\n../../../etc/passwd 1 recording\n")


def _zip_ratio(folder: Path, _: Random) -> object:
    """A study package that unpacks to four gigabytes."""
    return _package(
        folder,
        zipfile.ZIP_DEFLATED,
        [("manifest.note", bytes(1)), *[(f"a{n}", bytes(64 << 20)) for n in range(3)]],
    )


def _zip_path(folder: Path, chance: Random) -> object:
    name = chance.choice(
        ("../../evil", "/etc/passwd", "a/../../b", "c:\\x", "a\\..\\b", ".hidden", "a//b", "x" * 300)
    )
    return _package(folder, zipfile.ZIP_STORED, [("manifest.note", b"x"), (name, b"x")])


def _zip_many(folder: Path, _: Random) -> object:
    return _package(folder, zipfile.ZIP_STORED, [(f"f{n}", b"") for n in range(60_000)])


def _zip_size(folder: Path, _: Random) -> object:
    path = folder / "x.study"
    with path.open("wb") as file:
        file.truncate(8 << 30)
    return lambda: open_bundle(path, trusted=[PUBLISHER.verifier], now=NOON)


def _package(folder: Path, kind: int, members: list[tuple[str, bytes]]) -> object:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as file:
        for name, data in members:
            file.writestr(zipfile.ZipInfo(name), data, kind)
    path = folder / "x.study"
    path.write_bytes(stream.getvalue())
    return lambda: open_bundle(path, trusted=[PUBLISHER.verifier], now=NOON)


def _archive_line(folder: Path, _: Random) -> object:
    """A journal of one line without an end, sparse, four gigabytes."""
    made, _seen = evidence_rooms.archive(folder)
    os.truncate(made.journal, 4 << 30)
    return lambda: _told(made.archive)


def _archive_notes(folder: Path, _: Random) -> object:
    made, _seen = evidence_rooms.archive(folder)
    os.truncate(made.archive / "batches" / NAME / "000000000048.note", 4 << 30)
    os.truncate(made.archive / "central.vkey", 4 << 30)
    os.truncate(made.archive / "study" / "tiny-1.study", 8 << 30)
    return lambda: _told(made.archive)


def _archive_links(folder: Path, _: Random) -> object:
    """Links to what never ends, in the place of files."""
    made, _seen = evidence_rooms.archive(folder)
    for path in (made.journal, made.archive / "central.vkey", next((made.archive / "objects").iterdir())):
        path.unlink()
        path.symlink_to("/dev/zero")
    os.mkfifo(made.archive / "objects" / ("f" * 64))
    return lambda: _told(made.archive)


def _told(archive: Path) -> None:
    verdict = verify(archive, identities=EVERYBODY)
    assert not verdict.ok
    raise FangxinError(verdict.text().splitlines()[1])


_STICK = ("a link", "a pipe", "a name", "a manifest of 4 GiB", "a checkpoint of 4 GiB", "a journal of 4 GiB")


def _stick(which: int, folder: Path, _: Random) -> object:
    """A stick with one such thing on it, and that is what is refused."""
    stick, name = folder / "stick", "0badcafe.1"
    journal, objects, batches = stick / "journals" / name, stick / "objects", stick / "batches" / name
    note = journal / "checkpoints" / "000000000001.note"
    for part in (journal, objects, batches):
        part.mkdir(parents=True)
    places = (
        objects / ("a" * 64),
        objects / ("b" * 64),
        note.with_name("x.note"),
        batches / "1.note",
        note,
        journal / "journal.jsonl",
    )
    bomb = places[which]
    if journal in bomb.parents:
        note.parent.mkdir()
        note.write_bytes(b"a\n\nb\n")
    match which:
        case 0:
            bomb.symlink_to("/dev/zero")
        case 1:
            os.mkfifo(bomb)
        case 2:
            bomb.write_bytes(b"\xff")
        case _:
            with bomb.open("wb") as file:
                file.truncate(4 << 30)

    def taken() -> None:
        with FolderStore.open(folder / "central", seeded("c")) as stores:
            try:
                import_from(stick, Registry(stores, VirtualClock(NOON)))
            except FangxinError as error:
                if bomb.name in str(error):
                    raise
                raise AssertionError(f"refused for something else than {bomb.name}: {error}") from error

    return taken


BOMBS: dict[str, Bomb] = {
    "age: 10^6 recipients": _stanzas,
    "age: one recipient of 60 MB": _wide_stanza,
    "age: a line of 64 MB": _one_line,
    "tail: a frame of 4 GiB": _tail_length,
    "sealed: 10^5 brackets": _sealed_depth,
    "sealed: 6 GiB": _sealed_size,
    "line: 200,000 deep": _deep_line,
    "line: a number of 2,000,000 digits": _long_number,
    "offer: 500,000 brackets": _deep_offer,
    "note: 40 MB": _note_size,
    "note: 12,000 signatures": _note_signatures,
    "checkpoint: a size of 5,000,000 digits": _checkpoint_number,
    "manifest: a path for a hash": _manifest_names,
    "study: unpacks to 192 MB": _zip_ratio,
    "study: a path that leads out": _zip_path,
    "study: 60,000 members": _zip_many,
    "study: 8 GiB": _zip_size,
    "archive: a line of 4 GiB": _archive_line,
    "archive: notes, keys and packages of 4 GiB": _archive_notes,
    "archive: links and a pipe": _archive_links,
    **{f"stick: {what}": partial(_stick, which) for which, what in enumerate(_STICK)},
}


@cache
def _ready() -> bool:
    evidence_rooms._archive()
    return encode({}) == b"{}" and CENTRAL is not None


def _bounded(case: Trial) -> Seen:
    assert _ready()
    name = list(BOMBS)[case.number % len(BOMBS)]
    act = BOMBS[name](case.folder, case.chance)
    assert callable(act)
    return {"bomb": name, **in_a_child(act)}


def _unbounded(case: Trial) -> Seen:
    """The control: the whole file is read and judged afterwards."""
    path = case.folder / "large"
    with path.open("wb") as file:
        file.truncate(4 << 30)
    return in_a_child(lambda: decrypt(path.read_bytes(), EVERYBODY))


ROWS = [
    Row(
        "33",
        "bombs and path tricks: bounded memory and time, an answer in words",
        _bounded,
        short=len(BOMBS),
        long=6 * len(BOMBS),
    ),
    Row(
        "33.control",
        "a reader that takes the whole file in first",
        _unbounded,
        short=1,
        long=2,
        control="MemoryError",
    ),
]

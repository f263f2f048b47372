"""Row 31: what can become of a journal's file, and of the tree files beside central's and the witness's logs. What is made of the lines is
built again from them; a last write that was cut short is cut off, with a line that says so; everything else stops the program."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from unittest.mock import patch

from app.canonical import decode, encode, hexdigest
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import FangxinError
from app.evidence.checkpoints import Checkpoints
from app.evidence.merkle import leaf_hash, root, verify_consistency
from app.evidence.treefile import FileTree
from app.evidence.verify import verify
from app.witness.keeper import Keeper
from app.workstation import Workstation
from tests.desk_room import NOON, centre
from tests.faults import evidence_rooms
from tests.faults.campaign import Row, Seen, Trial

Deed = Callable[[list[bytes], Random], bytes]


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _torn(lines: list[bytes], chance: Random) -> bytes:
    """The beginning of a line that was never finished, behind the last whole one."""
    last = decode(lines[-1])
    more = encode({**last, "seq": len(lines), "prev": hexdigest(lines[-1])})
    return _joined(lines) + more[: chance.randrange(1, len(more))]


def _doubled(lines: list[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(lines))
    return _joined([*lines[: at + 1], *lines[at:]])


def _newline_gone(lines: list[bytes], chance: Random) -> bytes:
    """Between two lines."""
    at = chance.randrange(1, len(lines) - 1)
    return _joined(lines[:at])[:-1] + _joined(lines[at:])


def _last_newline(lines: list[bytes], chance: Random) -> bytes:
    """Another byte in its place."""
    return _joined(lines)[:-1] + bytes([chance.choice([0, 0x0B, 0x8A, 0x20])])


def _foreign(lines: list[bytes], chance: Random) -> bytes:
    """A line of another epoch of this device, well chained."""
    at = chance.randrange(1, len(lines))
    data = decode(lines[at])
    return _joined([*lines[:at], encode({**data, "origin": str(data["origin"])[:-1] + "2"}), *lines[at:]])


def _nothing(_: list[bytes], __: Random) -> bytes:
    return b""


def _without_end(lines: list[bytes], chance: Random) -> bytes:
    """Whole lines gone, some of them under a checkpoint."""
    return _joined(lines[: chance.randrange(1, 74)])


def _edited(lines: list[bytes], chance: Random) -> bytes:
    """A line changed and the chain mended behind it."""
    at, made = chance.randrange(1, 70), list[bytes]()
    for number, line in enumerate(lines):
        data = {**decode(line), **({"mono": 1} if number == at else {})}
        made.append(encode({**data, "prev": hexdigest(made[-1]) if made else "0" * 64}))
    return _joined(made)


_STOPS: dict[str, Deed] = {
    "a line twice": _doubled,
    "a newline gone": _newline_gone,
    "another byte for the last newline": _last_newline,
    "a line of another epoch": _foreign,
    "0 bytes": _nothing,
    "lines gone at the end": _without_end,
    "a line changed and the chain mended": _edited,
}
_JOURNAL = Path("journals") / "1" / "journal.jsonl"


def _file(case: Trial) -> Seen:
    cut = evidence_rooms.desk(case.folder)
    path = cut.folder / _JOURNAL
    lines = path.read_bytes().split(b"\n")[:-1]
    names = ["the last line torn", *_STOPS, "0 bytes, and no checkpoint left"]
    name = names[case.number % len(names)]
    if name == names[0]:
        path.write_bytes(_torn(lines, case.chance))
        return {"case": name, **_repaired(cut, lines)}
    deed = _STOPS.get(name, _nothing)
    path.write_bytes(deed(lines, case.chance))
    if name == names[-1]:
        for each in (path.parent / "checkpoints").iterdir():
            each.unlink()
    left = path.read_bytes()
    try:
        cut.start().close()
    except FangxinError as error:
        assert path.read_bytes() == left, f"{name}: stopped, but the file was changed"
        said = str(error).replace(str(cut.folder), "")
        assert path.name in said, f"{name}: {said}"
        return {
            "case": name,
            "came": "stopped, the file as it was",
            "said": said,
        }
    raise AssertionError(f"{name}: the desk started")


def _repaired(cut: evidence_rooms.Cut, lines: list[bytes]) -> dict[str, object]:
    cut.start().close()
    after = (cut.folder / _JOURNAL).read_bytes().split(b"\n")[:-1]
    assert after[: len(lines)] == lines, "a whole line is gone"
    said = decode(after[len(lines)])
    assert (said["type"], said["where"]) == ("io.error", "journal"), said
    assert verify(cut.folder, identities=list(centre().identities.values())).integrity_ok
    return {"came": "cut off, and written down", "said": said["code"]}


def _spoilt(path: Path, chance: Random) -> str:
    """A tree file whose upper nodes are gone, wrong, or which is not there."""
    data = bytearray(path.read_bytes())
    what = chance.choice(("gone", "cut", "node", "empty", "longer"))
    match what:
        case "gone":
            path.unlink()
            return what
        case "cut":
            data = data[: chance.randrange(len(data))]
        case "node":
            at = chance.randrange(len(data))
            data[at] ^= 1 << chance.randrange(8)
            what = f"node {at // 32}"
        case "empty":
            data = bytearray()
        case _:
            data += chance.randbytes(32 * chance.randint(1, 4))
    path.write_bytes(bytes(data))
    return what


def _trees(case: Trial) -> Seen:
    """Every proof must be that of the lines: one false node would accuse central of a fork that never was."""
    log = evidence_rooms.central_keys()[1]
    if case.number % 2:
        folder = evidence_rooms.central(case.folder)
        done = _spoilt(folder / ".central" / "log.tree", case.chance)
        with FolderStore.open(folder, seeded("x")) as stores:
            _proofs(stores.log.tree, stores.log.entries(0, 10**6), done)
        return {"tree": "central", "done": done, "came": "built again from the lines"}
    folder = evidence_rooms.witness(case.folder)
    done = _spoilt(folder / "tree", case.chance)
    with Keeper.open(folder, log, VirtualClock(NOON), seeded("x")) as keeper:
        _proofs(keeper.tree, list(keeper.entries()), done)
    return {"tree": "witness", "done": done, "came": "built again from the lines"}


def _proofs(tree: FileTree, lines: list[bytes], done: str) -> None:
    roots = [root(lines[:size]) for size in range(len(lines) + 1)]
    assert (len(tree), tree.root()) == (len(lines), roots[-1]), f"{done}: another root"
    for new in range(1, len(lines) + 1):
        assert tree.root(new) == roots[new], f"{done}: another root at {new}"
        for old in range(1, new + 1):
            try:
                verify_consistency(old, new, roots[old], roots[new], tree.consistency(old, new))
            except FangxinError as error:
                raise AssertionError(f"{done}: the proof from {old} to {new} is false: {error}") from error
    assert tree.node(0, 0) == leaf_hash(lines[0])


def _believed(case: Trial) -> Seen:
    """The control: a tree file is taken as it is found."""
    try:
        with patch.object(FileTree, "settle", lambda *_: None):
            return _trees(case)
    except (FangxinError, ValueError) as error:
        raise AssertionError(f"the lines are accused instead of the tree: {error}") from error


def _unasked(case: Trial) -> Seen:
    """The control: a desk that asks neither its checkpoints nor its store how its journal was."""
    names = ("lines gone at the end", "a line changed and the chain mended")
    number = 1 + list(_STOPS).index(names[case.number % len(names)])
    with (
        patch.object(Checkpoints, "newest", lambda _self: None),
        patch.object(Workstation, "_as_remembered", lambda *_: None),
    ):
        return _file(Trial(case.seed, number, case.folder, case.chance))


ROWS = [
    Row(
        "31",
        "a journal's file torn, doubled, joined, foreign, empty, shortened, edited",
        _file,
        short=9,
        long=180,
    ),
    Row("31.trees", "a tree file without, or with false, upper levels", _trees, short=8, long=200),
    Row(
        "31.control",
        "a tree file that is believed",
        _believed,
        short=6,
        long=12,
        control="another root|is false|accused instead of the tree",
    ),
    Row(
        "31.control2",
        "a desk that does not ask its checkpoints",
        _unasked,
        short=2,
        long=6,
        control="the desk started",
    ),
]

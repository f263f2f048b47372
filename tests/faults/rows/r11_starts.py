"""Row 11, the programs' side: the desk, central and the witness are started on a damaged file. They refuse and leave it as it is, or they
start and a check still names it; what is only a cache or a working view is told apart. Nothing is repaired without a word."""

from collections.abc import Callable
from pathlib import Path

from app.central.registry import Registry
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import FangxinError
from app.evidence.journal import read
from app.evidence.merkle import Tree, leaf_hash, verify_consistency
from app.evidence.note import Checkpoint, Verifier, open_note
from app.evidence.verify import verify
from app.witness.asking import request
from app.witness.keeper import Keeper
from tests.desk_room import NOON, centre
from tests.faults import evidence_rooms
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.damage import damaged
from tests.faults.rows.r11_archive import said

Place = Callable[[Path], Path]


def _at(name: str) -> Place:
    return lambda folder: folder / name


def _last(pattern: str) -> Place:
    return lambda folder: sorted(folder.glob(pattern))[-1]


def _first(pattern: str) -> Place:
    return lambda folder: sorted(folder.glob(pattern))[0]


def _tail(folder: Path) -> Path:
    return next((folder / "recordings").glob("*.tail"))


DESK: dict[str, Place] = {
    "journal": _at("journals/1/journal.jsonl"),
    "newest checkpoint": _last("journals/1/checkpoints/*"),
    "receipt": _first("journals/1/receipts/*"),
    "batch manifest": _first("journals/1/batches/*"),
    "recording that was closed": lambda folder: next(
        path for path in sorted((folder / "recordings").glob("*.age")) if path.name != _tail(folder).name[:-5]
    ),
    "recording that was cut off": lambda folder: _tail(folder).with_suffix(""),
    "tail": _tail,
    "sealed object": _first("objects/*"),
    "study package": _first("study/*.study"),
    "device.json": _at("device.json"),
    "device key": _at("device.key"),
    "store.db": _at("store.db"),
    "store.db-wal": _at("store.db-wal"),
}
_VIEWS = ("store.db", "store.db-wal")
CENTRAL: dict[str, Place] = {
    "journal": _first("journals/*/journal.jsonl"),
    "newest checkpoint": _last("journals/*/checkpoints/*"),
    "newest receipt": _last("journals/*/receipts/*"),
    "batch manifest": _first("batches/*/*"),
    "sealed object": _first("objects/*"),
    "device key": _first("devices/*"),
    "central's log": _at("log/entries.jsonl"),
    "log checkpoint": _last("log/checkpoints/*"),
    "log tree": _at(".central/log.tree"),
    "central's secret key": _at(".central/central.key"),
    "central's public key": _at("central.vkey"),
    "log's public key": _at("log.vkey"),
    "registry": _at(".central/index.db"),
    "study package": _first("study/*"),
    "publisher's key": _at("publisher.vkey"),
}
_REBUILT = ("log tree", "central's public key", "log's public key")
WITNESS: dict[str, Place] = {
    "accepted checkpoint": _at("newest.note"),
    "copy of the log": _at("entries.jsonl"),
    "tree": _at("tree"),
    "witness's secret key": _at("witness.key"),
    "witness's public key": _at("witness.vkey"),
    "log's key": _at("log.vkey"),
    "cosigned checkpoint": _last("cosigned/*"),
}


def _refused(error: FangxinError, path: Path, left: bytes, done: str) -> dict[str, object]:
    """A start that was refused: in words that name the file or its folder, and the file as it was found."""
    assert path.read_bytes() == left, f"refused, but {path.name} was changed ({done}): {error}"
    names = {path.name, path.parent.name, *(folder.name for folder in path.parents[:3])} - {""}
    assert any(name in str(error) for name in names), f"{path.name}, {done}: refused without saying where: {error}"
    return {"done": done, "start": "refused", "said": str(error)}


def _desk(case: Trial) -> Seen:
    cut = evidence_rooms.desk(case.folder)
    kind = list(DESK)[case.number % len(DESK)]
    path = DESK[kind](cut.folder)
    before = [entry.line for entry in read(cut.folder / "journals" / "1" / "journal.jsonl")]
    done = damaged(path, case.chance)
    left = path.read_bytes()
    try:
        room = cut.start()
    except FangxinError as error:
        return {"class": kind, **_refused(error, path, left, done)}
    interrupted = bool(room.ledger.store.open_calls()) is False
    room.close()
    lines = [entry.line for entry in read(cut.folder / "journals" / "1" / "journal.jsonl")]
    assert lines[: len(before)] == before, f"{kind}, {done}: a line that stood in the journal is gone"
    verdict = verify(cut.folder, identities=list(centre().identities.values()))
    if kind in _VIEWS:
        told = {each.rule for each in (*verdict.integrity, *verdict.completeness)}
        assert "call.interrupted" in told, f"{kind}, {done}: started, and the call that was cut off is forgotten"
        assert verdict.ok or "device.fault" in told, f"{kind}, {done}: {verdict.text()}"
        return {"class": kind, "done": done, "start": "started", "settled": interrupted, "said": "; ".join(sorted(told))}
    if kind == "journal":
        told = [each.what for each in verdict.completeness if each.rule == "device.fault"]
        assert told, f"{kind}, {done}: cut off without a word"
        return {"class": kind, "done": done, "start": "started", "said": told[0]}
    return {"class": kind, "start": "started", **said(verdict, path, done)}


def _central(case: Trial) -> Seen:
    folder = evidence_rooms.central(case.folder)
    signer, log = evidence_rooms.central_keys()
    name = next((folder / "journals").iterdir()).name
    true = (folder / "log" / "entries.jsonl").read_bytes().split(b"\n")[:-1]
    vkey = (folder / "devices" / f"{name}.vkey").read_text(encoding="utf-8").strip()
    kind = list(CENTRAL)[case.number % len(CENTRAL)]
    path = CENTRAL[kind](folder)
    done = damaged(path, case.chance)
    left = path.read_bytes()
    try:
        with FolderStore.open(folder, seeded("again")) as stores:
            _gives_out_only_truth(Registry(stores, VirtualClock(NOON)), name, vkey, true, (signer, log), done)
    except FangxinError as error:
        return {"class": kind, **_refused(error, path, left, done)}
    verdict = verify(folder, keys=[signer, log, centre().publisher.verifier])
    if verdict.ok and kind in (*_REBUILT, "registry"):
        return {"class": kind, "done": done, "start": "started", "said": "written again from what it is made of" if kind in _REBUILT else "what was hit is not used"}
    return {"class": kind, "start": "started", **said(verdict, path, done)}


def _gives_out_only_truth(
    registry: Registry, name: str, vkey: str, lines: list[bytes], keys: tuple[Verifier, Verifier], done: str
) -> None:
    """What this central would answer to a device and to a witness."""
    signer, log = keys
    stores, tree = registry.stores, Tree()
    for line in lines:
        tree.append(leaf_hash(line))
    enrolled = registry.index.enrolled(name)
    assert enrolled is not None and enrolled.vkey == vkey, f"{done}: the registry has another key for the device"
    assert stores.signer.verifier == signer, f"{done}: central works with another key than its own"
    note = stores.log.checkpoint()
    assert Checkpoint.parse(open_note(note, [log]).text).root == tree.root(), f"{done}: another log is signed"
    for old in range(1, len(lines) + 1):
        proof = registry.consistency(str(old), str(len(lines)))
        verify_consistency(old, len(lines), tree.root(old), tree.root(), proof)
    assert stores.journal(name).size > 0, f"{done}: central has forgotten a journal"
    receipt = stores.journal(name).newest_receipt()
    assert receipt is not None and len(open_note(receipt, [signer, Verifier.parse(vkey)]).signatures) == 2
    stores.package()


def _witness(case: Trial) -> Seen:
    folder = evidence_rooms.witness(case.folder)
    signer, log = evidence_rooms.central_keys()
    lines = (folder / "entries.jsonl").read_bytes().split(b"\n")[:-1]
    vkey = (folder / "witness.vkey").read_text(encoding="utf-8")
    kind = list(WITNESS)[case.number % len(WITNESS)]
    path = WITNESS[kind](folder)
    done = damaged(path, case.chance)
    left = path.read_bytes()
    try:
        with Keeper.open(folder, log, VirtualClock(NOON), seeded("x")) as keeper:
            newest = keeper.newest
            assert newest is not None and newest.size == len(lines), f"{kind}, {done}: the witness has forgotten"
            assert f"{keeper.signer.vkey}\n" == vkey, f"{kind}, {done}: the witness signs with another key"
            assert keeper.entries() == lines, f"{kind}, {done}: the witness's copy was changed without a word"
            assert keeper.tree.root() == newest.root, f"{kind}, {done}: the tree is not that of the lines"
            answer = keeper.add_checkpoint(request(newest.size, [], keeper.newest_note), [])
            assert answer.status == 200, f"{kind}, {done}: {answer}"
    except FangxinError as error:
        return {"class": kind, **_refused(error, path, left, done)}
    return {"class": kind, "done": done, "start": "started", "said": "written again from what it is made of"}


ROWS = [
    Row("11.desk", "the desk is started on a damaged file, every class, after a power cut", _desk, short=26, long=910),
    Row("11.central", "central is started on a damaged file, every class", _central, short=30, long=1050),
    Row("11.witness", "the witness is started on a damaged file, every class", _witness, short=14, long=490),
]

"""Row 11, the programs' side: the desk, central and the witness are started on a damaged file. They refuse and leave it as it is, or they
start and a check still names it; what is only a cache or a working view is told apart. Nothing is repaired without a word."""

from collections.abc import Callable, Mapping
from pathlib import Path

from app.canonical import decode
from app.central.registry import Registry
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import FangxinError
from app.evidence.merkle import Tree, leaf_hash, verify_consistency
from app.evidence.note import Checkpoint, Verifier, open_note
from app.evidence.recording import join
from app.evidence.verify import Verdict, verify
from app.witness.asking import request
from app.witness.keeper import Keeper
from hardware.base import RATE
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
_UNSEEN = dict.fromkeys(
    ("log tree", "central's public key", "log's public key"), "written again from what it is made of"
)
_UNSEEN["registry"] = "what was hit is not used"
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
    assert path.read_bytes() == left or path.name.startswith("store.db"), (
        f"refused, but {path.name} was changed ({done}): {error}"
    )
    names = {path.name, path.parent.name, *(folder.name for folder in path.parents[:3])} - {""}
    assert any(name in str(error) for name in names), (
        f"{path.name}, {done}: refused without saying where: {error}"
    )
    return {"done": done, "start": "refused", "said": str(error)}


def _desk(case: Trial) -> Seen:
    cut = evidence_rooms.desk(case.folder)
    kind = list(DESK)[case.number % len(DESK)]
    path = DESK[kind](cut.folder)
    before, sound, whole = _lines(cut.folder), _sound(cut.folder), path.read_bytes()
    done = damaged(path, case.chance)
    left = path.read_bytes()
    try:
        room = cut.start()
    except FangxinError as error:
        return {"class": kind, **_refused(error, path, left, done)}
    case_in_hand = room.station.store.open_calls()
    room.close()
    assert not case_in_hand, f"{kind}, {done}: a call is still open"
    keys = [evidence_rooms.central_keys()[0], centre().publisher.verifier]
    verdict = verify(cut.folder, keys=keys, identities=list(centre().identities.values()))
    seen = {"class": kind, "done": done, "start": "started"}
    told = {each.rule: each.what for each in (*verdict.integrity, *verdict.completeness)}
    if kind in ("store.db", "store.db-wal"):
        return {**seen, "said": _view_lost(verdict, told, f"{kind}, {done}")}
    if kind == "journal":
        return {**seen, "said": _end_lost(before, _lines(cut.folder), told, f"{kind}, {done}")}
    if kind in ("recording that was cut off", "tail") and verdict.ok:
        return {**seen, "said": _made_good(sound - _sound(cut.folder), told, f"{kind}, {done}")}
    if kind in ("device key", "device.json") and left.strip() == whole.strip():
        return {**seen, "said": "it says the same"}
    return {**seen, **said(verdict, path, done)}


def _lines(folder: Path) -> list[bytes]:
    whole = (folder / "journals" / "1" / "journal.jsonl").read_bytes()
    return whole.split(b"\n")[:-1]


def _sound(folder: Path) -> int:
    """Samples of the call that was cut off that the centre can recover."""
    tail = _tail(folder)
    age = tail.with_suffix("")
    try:
        return join(age, tail, list(centre().identities.values()), call_id=age.stem)
    except FangxinError:
        return 0


def _view_lost(verdict: Verdict, told: Mapping[str, str], where: str) -> str:
    """The working memory lost something: the journal has the call, and it was told to its end all the same."""
    assert "call.interrupted" in told, f"{where}: the call that was cut off is forgotten"
    assert verdict.integrity_ok, f"{where}: {verdict.text()}"
    assert verdict.completeness_ok, f"{where}: {verdict.text()}"
    return told.get("device.fault", "what was hit is not used at the start")


def _end_lost(before: list[bytes], after: list[bytes], told: Mapping[str, str], where: str) -> str:
    """Lines at the end, under no signature yet: a cut between two lines shows only in what the store still has of them."""
    kept = next(
        (n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before)
    )
    promises = [
        {line["commit"] for line in map(decode, lines) if "commit" in line} for lines in (before, after)
    ]
    assert promises[0] <= promises[1], f"{where}: an answer's commitment is gone"
    lost = [str(decode(line)["type"]) for line in before[kept:]]
    assert "device.fault" in told or len(lost) <= 1, f"{where}: {lost} were cut off without a word"
    return f"{told.get('device.fault', 'nothing shows it')}; lost: {', '.join(lost) or 'nothing'}"


def _made_good(lost: int, told: Mapping[str, str], where: str) -> str:
    """Remains that verify is content with: each of the two files makes good for the other, and the marks bound what a cut can take."""
    assert lost <= 10 * RATE, f"{where}: {lost / RATE:.1f} s are gone without a word"
    assert not lost or "cut" in where or "recording.end" in told, (
        f"{where}: {lost / RATE:.1f} s do not open, without a word"
    )
    return (
        f"{lost / RATE:.1f} s lost since the last mark; {told.get('recording.end', '')}"
        if lost
        else "made good from the other file"
    )


def _central(case: Trial) -> Seen:
    folder = evidence_rooms.central(case.folder)
    signer, log = evidence_rooms.central_keys()
    name = next((folder / "journals").iterdir()).name
    true = (folder / "log" / "entries.jsonl").read_bytes().split(b"\n")[:-1]
    vkey = (folder / "devices" / f"{name}.vkey").read_text(encoding="utf-8").strip()
    kind = list(CENTRAL)[case.number % len(CENTRAL)]
    path = CENTRAL[kind](folder)
    whole, done = path.read_bytes(), damaged(path, case.chance)
    left = path.read_bytes()
    try:
        with FolderStore.open(folder, seeded("again")) as stores:
            gives_out_only_truth(Registry(stores, VirtualClock(NOON)), name, vkey, true, (signer, log), done)
    except FangxinError as error:
        return {"class": kind, **_refused(error, path, left, done)}
    verdict = verify(folder, keys=[signer, log, centre().publisher.verifier])
    if verdict.ok and (kind in _UNSEEN or left.strip() == whole.strip()):
        return {
            "class": kind,
            "done": done,
            "start": "started",
            "said": _UNSEEN.get(kind, "it says the same"),
        }
    return {"class": kind, "start": "started", **said(verdict, path, done)}


def gives_out_only_truth(
    registry: Registry, name: str, vkey: str, lines: list[bytes], keys: tuple[Verifier, Verifier], done: str
) -> None:
    """What this central would answer to a device and to a witness."""
    signer, log = keys
    stores, tree = registry.stores, Tree()
    for line in lines:
        tree.append(leaf_hash(line))
    enrolled = registry.index.enrolled(name)
    assert enrolled is not None, f"{done}: the registry has forgotten the device"
    assert enrolled.vkey == vkey, f"{done}: the registry has another key for the device"
    assert stores.signer.verifier == signer, f"{done}: central works with another key than its own"
    note = stores.log.checkpoint()
    assert Checkpoint.parse(open_note(note, [log]).text).root == tree.root(), f"{done}: another log is signed"
    for old in range(1, len(lines) + 1):
        proof = registry.consistency(str(old), str(len(lines)))
        verify_consistency(old, len(lines), tree.root(old), tree.root(), proof)
    assert stores.journal(name).size > 0, f"{done}: central has forgotten a journal"
    receipt = stores.journal(name).newest_receipt()
    assert receipt is not None
    assert len(open_note(receipt, [signer, Verifier.parse(vkey)]).signatures) == 2
    stores.package()


def _witness(case: Trial) -> Seen:
    folder = evidence_rooms.witness(case.folder)
    _signer, log = evidence_rooms.central_keys()
    lines = (folder / "entries.jsonl").read_bytes().split(b"\n")[:-1]
    vkey = (folder / "witness.vkey").read_text(encoding="utf-8")
    kind = list(WITNESS)[case.number % len(WITNESS)]
    path = WITNESS[kind](folder)
    done = damaged(path, case.chance)
    left = path.read_bytes()
    try:
        with Keeper.open(folder, log, VirtualClock(NOON), seeded("x")) as keeper:
            newest = keeper.newest
            assert newest is not None, f"{kind}, {done}: the witness has forgotten everything"
            assert newest.size == len(lines), f"{kind}, {done}: the witness has forgotten"
            assert f"{keeper.signer.vkey}\n" == vkey, f"{kind}, {done}: the witness signs with another key"
            had = keeper.copied
            answer = keeper.add_checkpoint(request(newest.size, [], keeper.newest_note), lines[had:])
            assert list(keeper.entries()) == lines, f"{kind}, {done}: the witness's copy is not the log"
            assert keeper.tree.root() == newest.root, f"{kind}, {done}: the tree is not that of the lines"
            assert answer.status == 200, f"{kind}, {done}: {answer}"
    except FangxinError as error:
        return {"class": kind, **_refused(error, path, left, done)}
    how = (
        "compared with what was accepted"
        if had == len(lines)
        else f"{len(lines) - had} lines asked for again and compared"
    )
    return {"class": kind, "done": done, "start": "started", "said": how}


ROWS = [
    Row(
        "11.desk",
        "the desk is started on a damaged file, every class, after a power cut",
        _desk,
        short=26,
        long=910,
    ),
    Row("11.central", "central is started on a damaged file, every class", _central, short=30, long=1050),
    Row("11.witness", "the witness is started on a damaged file, every class", _witness, short=14, long=490),
]

"""Row 12: an older copy put back, for every class of files that a desk, central or the witness has, alone and with what belongs to it. The
program refuses in words, or starts and is as good as before, or a check names what is gone; nothing older is ever continued or signed."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

from app.central.registry import Registry
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import FangxinError
from app.evidence.verify import Verdict, verify
from app.witness.asking import request
from app.witness.keeper import Keeper
from app.workstation import Workstation
from tests.desk_room import NOON, centre
from tests.faults import evidence_rooms
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.rows.r11_starts import gives_out_only_truth

_STORE = "store.db*"
_JOURNAL = "journals/*/"
DESK: dict[str, Sequence[str]] = {
    "journal": (f"{_JOURNAL}journal.jsonl",),
    "checkpoints": (f"{_JOURNAL}checkpoints/*",),
    "receipts": (f"{_JOURNAL}receipts/*",),
    "manifests": (f"{_JOURNAL}batches/*",),
    "journal with all that is signed about it": (f"{_JOURNAL}journal.jsonl", f"{_JOURNAL}*/*"),
    "store": (_STORE,),
    "recordings": ("recordings/*",),
    "sealed files": ("objects/*",),
    "keys": ("device.*",),
    "study": ("study/*",),
}
CENTRAL: dict[str, Sequence[str]] = {
    "journal": (f"{_JOURNAL}journal.jsonl",),
    "checkpoints": (f"{_JOURNAL}checkpoints/*",),
    "receipts": (f"{_JOURNAL}receipts/*",),
    "journal with all that is signed about it": (f"{_JOURNAL}journal.jsonl", f"{_JOURNAL}*/*"),
    "manifests": ("batches/*/*",),
    "sealed files": ("objects/*",),
    "log": ("log/entries.jsonl",),
    "log checkpoints": ("log/checkpoints/*",),
    "cosigned checkpoints": ("log/cosigned/*",),
    "log with its checkpoints": ("log/entries.jsonl", "log/*/*"),
    "log's tree": (".central/log.tree",),
    "registry": (".central/index.db*",),
    "keys": (".central/central.key", "*.vkey", "devices/*"),
    "study": ("study/*",),
}
WITNESS: dict[str, Sequence[str]] = {
    "accepted checkpoint": ("newest.note",),
    "copy of the log": ("entries.jsonl",),
    "tree": ("tree",),
    "cosigned checkpoints": ("cosigned/*",),
    "checkpoint and copy": ("newest.note", "entries.jsonl", "tree"),
    "keys": ("witness.*", "log.vkey"),
}
_NEVER_CHANGE = {
    each for files in (DESK, CENTRAL, WITNESS) for kind in ("keys", "study") for each in files.get(kind, ())
}
"""What is the same before the second call and after it, so that there is no older copy; the trial shows that this is true."""


def set_back(now: Path, before: Path, patterns: Sequence[str]) -> tuple[list[str], dict[Path, bytes]]:
    """Make these files what they were. Returns the names of those that changed or went, and what lies there now."""
    changed = []
    for path in sorted({path for pattern in patterns for path in now.glob(pattern) if path.is_file()}):
        older = before / path.relative_to(now)
        if not older.exists():
            path.unlink()
        elif older.read_bytes() != path.read_bytes():
            shutil.copyfile(older, path)
        else:
            continue
        changed.append(path.name)
    for path in sorted({path for pattern in patterns for path in before.glob(pattern) if path.is_file()}):
        if not (now / path.relative_to(before)).exists():  # a log of the database, gone since
            shutil.copyfile(path, now / path.relative_to(before))
            changed.append(path.name)
    assert bool(changed) != (set(patterns) <= _NEVER_CHANGE), (
        f"set back: {changed or 'nothing'} of {patterns}"
    )
    left = {path: path.read_bytes() for pattern in patterns for path in now.glob(pattern) if path.is_file()}
    return changed, left


def _refused(error: FangxinError, kind: str, left: dict[Path, bytes]) -> dict[str, object]:
    for path, data in left.items():
        if not path.name.startswith(("store.db", "index.db")):
            assert path.exists(), f"{kind}: refused, and {path.name} was taken away"
            assert path.read_bytes() == data, f"{kind}: refused, and {path.name} was changed"
    assert "/" in str(error), f"{kind}: no sentence with a place: {error}"
    return {"start": "refused", "said": str(error)[:300]}


def _named(verdict: Verdict, changed: Sequence[str], kind: str) -> dict[str, object]:
    """What a check says. Nothing may be gone that nobody names."""
    spoils = [each for each in (*verdict.integrity, *verdict.completeness) if each.spoils]
    assert spoils, f"{kind} ({', '.join(changed)}): not noticed"
    return {
        "start": "started",
        "rule": ", ".join(sorted({each.rule for each in spoils})),
        "said": spoils[0].what,
    }


def _desk(case: Trial) -> Seen:
    """The desk whose power was cut in its second call gets files back from the evening before."""
    cut = evidence_rooms.desk(case.folder)
    kind = list(DESK)[case.number % len(DESK)]
    changed, left = set_back(cut.folder, evidence_rooms.before("desk"), DESK[kind])
    seen = {"place": "desk", "class": kind, "set back": len(changed)}
    try:
        room = cut.start()
    except FangxinError as error:
        return {**seen, **_refused(error, kind, left)}
    assert not room.station.store.open_calls(), f"{kind}: a call is still open"
    room.close()
    keys = [evidence_rooms.central_keys()[0], centre().publisher.verifier]
    verdict = verify(cut.folder, keys=keys, identities=list(centre().identities.values()))
    told = {each.rule for each in verdict.completeness}
    assert "call.interrupted" in told, f"{kind}: the call that was cut off is forgotten"
    if verdict.ok:
        assert kind in _DESK_KEEPS or not changed, f"{kind} ({', '.join(changed)}): not noticed"
        return {**seen, "start": "started", "said": _DESK_KEEPS.get(kind, "they never change")}
    return {**seen, **_named(verdict, changed, kind)}


_DESK_KEEPS = {
    "store": "told to its end from the journal",
    "checkpoints": "signed again over the same lines",
    "manifests": "central has them",
}
"""What may go back without a loss, and why."""


def _central(case: Trial) -> Seen:
    """Central gets files back from before the second call."""
    folder = evidence_rooms.central(case.folder)
    name = next((folder / "journals").iterdir()).name
    true = (folder / "log" / "entries.jsonl").read_bytes().split(b"\n")[:-1]
    vkey = (folder / "devices" / f"{name}.vkey").read_text(encoding="utf-8").strip()
    kind = list(CENTRAL)[case.number % len(CENTRAL)]
    changed, left = set_back(folder, evidence_rooms.before("central"), CENTRAL[kind])
    seen = {"place": "central", "class": kind, "set back": len(changed)}
    keys = evidence_rooms.central_keys()
    whole = kind == "log with its checkpoints"
    try:
        with FolderStore.open(folder, seeded("again")) as stores:
            if not whole:
                registry = Registry(stores, VirtualClock(NOON))
                gives_out_only_truth(registry, name, vkey, true, keys, kind)
    except FangxinError as error:
        return {**seen, **_refused(error, kind, left)}
    if whole:
        return {**seen, **_witness_refuses(case, folder)}
    verdict = verify(folder, keys=[*keys, centre().publisher.verifier])
    if verdict.ok:
        assert kind in _CENTRAL_KEEPS or not changed, f"{kind} ({', '.join(changed)}): not noticed"
        return {**seen, "start": "started", "said": _CENTRAL_KEEPS.get(kind, "they never change")}
    return {**seen, **_named(verdict, changed, kind)}


_CENTRAL_KEEPS = {
    "log's tree": "built again from the lines",
    "log checkpoints": "signed again over the same lines",
    "cosigned checkpoints": "the witness has his own copy",
}


def _witness_refuses(case: Trial, folder: Path) -> dict[str, object]:
    """A log that went back as a whole is only short to itself. The witness knows, before central signs anything else."""
    signer, log = evidence_rooms.central_keys()
    with (
        FolderStore.open(folder, seeded("again")) as stores,
        Keeper.open(evidence_rooms.witness(case.folder), log, VirtualClock(NOON), seeded("x")) as keeper,
    ):
        assert stores.signer.verifier == signer
        answer = keeper.add_checkpoint(request(len(stores.log.tree), [], stores.log.checkpoint()))
    assert "rolled back" in answer.alarm, answer
    return {"start": "started", "said": answer.alarm}


def _witness(case: Trial) -> Seen:
    """The witness gets files back from before the second call."""
    folder, before = evidence_rooms.witness(case.folder), evidence_rooms.before("witness")
    lines = (folder / "entries.jsonl").read_bytes().split(b"\n")[:-1]
    kind = list(WITNESS)[case.number % len(WITNESS)]
    changed, left = set_back(folder, before, WITNESS[kind])
    seen = {"place": "witness", "class": kind, "set back": len(changed)}
    try:
        with Keeper.open(folder, evidence_rooms.central_keys()[1], VirtualClock(NOON), seeded("x")) as keeper:
            newest = keeper.newest
            assert newest is not None
            assert newest.size == len(lines), f"{kind}: the witness has forgotten what it cosigned"
            had = keeper.copied
            answer = keeper.add_checkpoint(request(newest.size, [], keeper.newest_note), lines[had:])
            assert (answer.status, list(keeper.entries())) == (200, lines), f"{kind}: {answer}"
    except FangxinError as error:
        return {**seen, **_refused(error, kind, left)}
    return {**seen, "start": "started", "said": f"{len(lines) - had} lines asked for again"}


def _forgetful(case: Trial) -> Seen:
    """The control: a desk that does not compare its journal with what it remembers, its signed journal set back as a whole."""
    number = list(DESK).index("journal with all that is signed about it")
    evidence_rooms.central_keys()
    with patch.object(Workstation, "_as_remembered", lambda *_: None):
        return _desk(Trial(case.seed, number, case.folder, case.chance))


def _signs_anything(case: Trial) -> Seen:
    """The control: a witness that does not look what it has cosigned, its accepted checkpoint set back."""
    number = list(WITNESS).index("checkpoint and copy")
    with patch.object(Keeper, "_remembers", lambda *_: None):
        return _witness(Trial(case.seed, number, case.folder, case.chance))


def _row(name: str, title: str, run: Callable[[Trial], Seen], classes: int) -> Row:
    return Row(f"12.{name}", title, run, short=classes, long=classes)


ROWS = [
    _row("back.desk", "a desk's files set back, each class: refused, told or named", _desk, len(DESK)),
    _row("back.central", "central's files set back, each class", _central, len(CENTRAL)),
    _row("back.witness", "the witness's files set back, each class", _witness, len(WITNESS)),
    Row(
        "12.back.control",
        "a desk that has no memory of its journal",
        _forgetful,
        short=1,
        long=1,
        control="the call that was cut off is forgotten",
    ),
    Row(
        "12.back.control2",
        "a witness that has no memory of what it cosigned",
        _signs_anything,
        short=1,
        long=1,
        control="has forgotten what it cosigned",
    ),
]

"""Row 12: files deleted, renamed, swapped, set back to an older copy, one at a time and in pairs that fit together, up to a whole last hour
taken out and signed again by whoever holds the keys. Each is named, and under the right verdict."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from app.canonical import decode, hexdigest
from app.evidence.audit.logged import Witnessed
from app.evidence.audit.verdict import Kind
from app.evidence.batch import Item, Manifest, checkpoint_hash
from app.evidence.merkle import root
from app.evidence.note import Checkpoint, Verifier, cosign, sign
from app.evidence.verify import Verdict, verify
from tests.evidence.archive import NAME, ORIGIN, Made, put
from tests.evidence.pen import CENTRAL, DEVICE, NOON
from tests.evidence.tampering import INTEGRITY, TAMPERINGS, chained, named, write_lines
from tests.faults import evidence_rooms
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.rows.r11_archive import ARCHIVE
from tests.witness.test_witnessed import WITNESS, with_log

_JOURNAL = f"journals/{NAME}"
_OWN_WORD = ("publisher's key", "cosigned log checkpoint", "log's key")
"""What an archive has only as its own word: the auditor brings the true one himself."""
_HALVES = {"integrity": Kind.INTEGRITY, "completeness": Kind.COMPLETENESS}


def _deleted(path: Path, _: Random) -> str:
    path.unlink()
    return "deleted"


def _renamed(path: Path, chance: Random) -> str:
    """To a name that none of ours has, or one that one of ours could have."""
    digits = f"{chance.getrandbits(256):064x}"
    stem = digits if len(path.name) == 64 else digits[:12]
    name = chance.choice((path.name + ".old", f"{stem}{path.suffix}"))
    path.rename(path.with_name(name))
    return f"renamed to {name}"


def _swapped(path: Path, chance: Random) -> str:
    """With another file that lies beside it; with one of another kind where it lies alone."""
    others = [each for each in sorted(path.parent.iterdir()) if each.is_file() and each != path]
    others = [each for each in others if each.read_bytes() != path.read_bytes()]
    other = chance.choice(others) if others else path.parents[1] / "central.vkey"
    if not other.exists():
        other = next(parent / "central.vkey" for parent in path.parents if (parent / "central.vkey").exists())
    kept = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    return f"swapped with {other.name}"


def _one_file(case: Trial) -> Seen:
    made, seen = evidence_rooms.archive(case.folder)
    kinds, deeds = list(ARCHIVE), (_deleted, _renamed, _swapped)
    kind = kinds[case.number % len(kinds)]
    path = ARCHIVE[kind](made)
    done = deeds[case.number // len(kinds) % len(deeds)](path, case.chance)
    verdict = verify(made.archive, witnessed=Witnessed({"sheet": seen}, [WITNESS.verifier]))
    if kind in _OWN_WORD and verdict.ok:
        told = [each for each in verdict.completeness if path.name in f"{each.at} {each.what} {each.needed}"]
        return {
            "class": kind,
            "done": done,
            "half": "its own word only",
            "said": told[0].what if told else "the auditor brings it",
        }
    if kind == "log checkpoint" and verdict.ok:
        # The cosigned one beside it has the same text and central's signature: nothing is lost.
        assert verdict.counts["log checkpoints"] == 1
        return {
            "class": kind,
            "done": done,
            "half": "nothing",
            "said": "the cosigned checkpoint says the same",
        }
    return {"class": kind, "done": done, **_classified(verdict, kind, path.name, done)}


_BY_RULE = {
    "batch manifest": ("manifest.absent",),
    "publisher's key": ("study.",),
    "log's key": ("note.signature", "log."),
}
"""Classes that another file speaks for: what a gone manifest covered, what a false key was to check."""


def _classified(verdict: Verdict, kind: str, name: str, done: str) -> dict[str, object]:
    assert not verdict.ok, f"{name}, {done}: not noticed"
    for half, findings in (("integrity", verdict.integrity), ("completeness", verdict.completeness)):
        for each in findings:
            by_rule = each.rule.startswith(_BY_RULE.get(kind, ("none",)))
            if each.spoils and (by_rule or name in f"{each.at} {each.what} {each.needed}"):
                return {"half": half, "rule": each.rule, "at": str(each.at), "said": each.what}
    raise AssertionError(f"{name}, {done}: noticed, but not named: {verdict.text()}")


def _known_deeds(case: Trial) -> Seen:
    """The list of tests/evidence: each has its verdict and its rule."""
    made, _ = evidence_rooms.archive(case.folder)
    name = list(TAMPERINGS)[case.number % len(TAMPERINGS)]
    tamper, kind, rule = TAMPERINGS[name]
    tamper(made)
    verdict = verify(made.archive)
    assert rule in named(verdict, kind), f"{name}: {verdict.text()}"
    return {"class": name, "half": "integrity" if kind is INTEGRITY else "completeness", "rule": rule}


def without_a_call(made: Made) -> None:
    """A recording, its contact and every line of its call, the chain mended: what takes no key."""
    call = made.calls["silent"]
    for kind, field in (("rec.close", "sha256"), ("dial.start", "contact")):
        made.object(kind, field, call).unlink()
    write_lines(made, chained([line for line in map(decode, made.lines) if line.get("call") != call]))


def signed_again(made: Made) -> None:
    """Everything that the device and central have signed about these lines, signed again by who has both keys."""
    for part in (f"{_JOURNAL}/checkpoints", f"{_JOURNAL}/receipts", "batches"):
        shutil.rmtree(made.archive / part)
    lines = made.lines
    size, named_files = len(lines), _named(lines)
    for path in (made.archive / "objects").iterdir():
        if path.name not in named_files:
            path.unlink()
    note = sign(Checkpoint(ORIGIN, size, root(lines)).text, DEVICE)
    files = sorted((made.archive / "objects").iterdir())
    items = tuple(Item(path.name, path.stat().st_size, "recording") for path in files)
    manifest = sign(Manifest(ORIGIN, 0, size, checkpoint_hash(note), items).text, DEVICE)
    put(made.archive / _JOURNAL / "checkpoints" / f"{size:012}.note", note.encode())
    receipt = cosign(note, CENTRAL, NOON // 1000)
    put(made.archive / _JOURNAL / "receipts" / f"{size:012}.note", receipt.encode())
    put(
        made.archive / "batches" / NAME / f"{size:012}.note", cosign(manifest, CENTRAL, NOON // 1000).encode()
    )


def _named(lines: list[bytes]) -> set[str]:
    fields = ("sha256", "contact", "object", "age_sha256", "tail_sha256")
    return {str(decode(line).get(field)) for line in lines for field in fields}


def last_hour_gone(made: Made) -> None:
    """The afternoon ends with the first sync; what came after never was."""
    lines = [line for line in map(decode, made.lines[:30]) if line["type"] != "sync.receipt"]
    write_lines(made, chained(lines))
    signed_again(made)
    with_log(made)


def call_gone(made: Made) -> None:
    """A call in the middle never was."""
    call = made.calls["silent"]
    kept = [
        line
        for line in map(decode, made.lines)
        if line.get("call") != call and line["type"] != "sync.receipt"
    ]
    write_lines(made, chained(kept))
    signed_again(made)
    with_log(made, more=1)


_BOTH_KEYS: dict[str, tuple[Callable[[Made], None], str]] = {
    "last hour taken out, all signed again": (last_hour_gone, "witness."),
    "a call and its recording taken out, all signed again": (call_gone, "witness.rewritten"),
}


def _pairs(case: Trial) -> Seen:
    made, seen = evidence_rooms.archive(case.folder)
    brought = Witnessed({"sheet": seen}, [WITNESS.verifier])
    which = case.number % 3
    if which == 2:
        without_a_call(made)
        verdict = verify(made.archive)
        assert "journal.root" in named(verdict, Kind.INTEGRITY) or "journal.cut" in named(
            verdict, Kind.COMPLETENESS
        )
        return {
            "class": "a call's recording and its lines, without a key",
            "rule": "journal.root, journal.cut",
        }
    name = list(_BOTH_KEYS)[which]
    deed, rule = _BOTH_KEYS[name]
    deed(made)
    alone = verify(made.archive)
    assert alone.ok, f"{name}: the trial itself left a seam: {alone.text()}"
    found = named(verify(made.archive, witnessed=brought), Kind.INTEGRITY)
    found |= named(verify(made.archive, witnessed=brought), Kind.COMPLETENESS)
    assert any(each.startswith(rule) for each in found), f"{name}: the witness's checkpoint does not show it"
    return {
        "class": name,
        "alone": "nothing is wrong",
        "with the witness's checkpoint": ", ".join(sorted(found)),
    }


def _without_the_witness(case: Trial) -> Seen:
    """The control: nobody outside has a checkpoint."""
    made, _ = evidence_rooms.archive(case.folder)
    name = list(_BOTH_KEYS)[case.number % len(_BOTH_KEYS)]
    _BOTH_KEYS[name][0](made)
    assert not verify(made.archive).ok, f"{name}: not noticed"
    return {"class": name}


def _workstation_alone(case: Trial) -> Seen:
    """The device's key holder cuts his own journal's end and signs again: central's receipt, kept by somebody else, shows it."""
    made, _ = evidence_rooms.archive(case.folder)
    folder = made.workstation / "journals" / "1"
    kept = (folder / "receipts" / "000000000048.note").read_text(encoding="utf-8")
    lines = (folder / "journal.jsonl").read_bytes().split(b"\n")[:30]
    (folder / "journal.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    for path in [*(folder / "checkpoints").iterdir(), *(folder / "receipts").iterdir()]:
        if int(path.stem) > 30:
            path.unlink()
    files = _named(lines)
    for path in [*(made.workstation / "objects").iterdir(), *(made.workstation / "recordings").iterdir()]:
        if hexdigest(path.read_bytes()) not in files:
            path.unlink()
    assert verify(made.workstation).ok, verify(made.workstation).text()
    keys: list[Verifier] = [CENTRAL.verifier]
    verdict = verify(made.workstation, witnessed=Witnessed({"receipt": kept}, keys))
    assert "witness.cut" in named(verdict, Kind.COMPLETENESS), verdict.text()
    return {"alone": "nothing is wrong", "with a kept receipt": "witness.cut"}


ROWS = [
    Row(
        "12",
        "a file of an archive deleted, renamed, swapped, every class: named",
        _one_file,
        short=54,
        long=1080,
    ),
    Row(
        "12.known",
        "each tampering on the list: under its verdict, by its rule",
        _known_deeds,
        short=len(TAMPERINGS),
        long=len(TAMPERINGS),
    ),
    Row(
        "12.pairs",
        "what fits together taken out together, with and without the keys",
        _pairs,
        short=3,
        long=30,
    ),
    Row(
        "12.workstation",
        "a device's own end cut and signed again: a kept receipt shows it",
        _workstation_alone,
        short=1,
        long=5,
    ),
    Row(
        "12.control",
        "all signed again, and no witness anywhere",
        _without_the_witness,
        short=2,
        long=2,
        control="not noticed",
    ),
]

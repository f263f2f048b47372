"""Row 11, the auditor's side: a bit turned over, zeros, an end cut off, bytes appended, in every class of files. `fangxin verify` names the
file. The starts of the program, central and the witness on damaged files: r11_starts.py."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from app.evidence.audit import place
from app.evidence.audit.logged import Witnessed
from app.evidence.audit.verdict import Finding
from app.evidence.verify import Verdict, verify
from tests.evidence.archive import NAME, Made
from tests.evidence.pen import CENTRAL, DEVICE, PUBLISHER
from tests.faults import evidence_rooms
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.damage import damaged, flipped
from tests.witness.test_witnessed import WITNESS

_JOURNAL = f"journals/{NAME}"
ARCHIVE: dict[str, Callable[[Made], Path]] = {
    "recording": lambda made: made.object("rec.close", "sha256", made.calls["finished"]),
    "remains of a recording": lambda made: made.object("rec.recovered", "age_sha256", made.calls["cut"]),
    "tail": lambda made: made.object("rec.recovered", "tail_sha256", made.calls["cut"]),
    "sealed contact": lambda made: made.object("dial.start", "contact", made.calls["busy"]),
    "sealed interview": lambda made: made.object("interview.close", "object", made.calls["second"]),
    "journal": lambda made: made.journal,
    "checkpoint": lambda made: made.archive / _JOURNAL / "checkpoints" / "000000000030.note",
    "newest checkpoint": lambda made: made.archive / _JOURNAL / "checkpoints" / "000000000048.note",
    "receipt": lambda made: made.archive / _JOURNAL / "receipts" / "000000000030.note",
    "batch manifest": lambda made: made.archive / "batches" / NAME / "000000000048.note",
    "study package": lambda made: made.archive / "study" / "tiny-1.study",
    "device key": lambda made: made.archive / "devices" / f"{NAME}.vkey",
    "central's key": lambda made: made.archive / "central.vkey",
    "publisher's key": lambda made: made.archive / "publisher.vkey",
    "log's key": lambda made: made.archive / "log.vkey",
    "central's log": lambda made: made.archive / "log" / "entries.jsonl",
    "log checkpoint": lambda made: made.archive / "log" / "checkpoints" / "000000000003.note",
    "cosigned log checkpoint": lambda made: made.archive / "log" / "cosigned" / "000000000003.note",
}
_WORKSTATION: dict[str, Callable[[Path], Path]] = {
    "recording": lambda folder: sorted((folder / "recordings").glob("*.age"))[0],
    "tail": lambda folder: next((folder / "recordings").glob("*.tail")),
    "sealed object": lambda folder: sorted((folder / "objects").iterdir())[0],
    "journal": lambda folder: folder / "journals" / "1" / "journal.jsonl",
    "checkpoint": lambda folder: sorted((folder / "journals" / "1" / "checkpoints").iterdir())[-1],
    "receipt": lambda folder: sorted((folder / "journals" / "1" / "receipts").iterdir())[0],
    "study package": lambda folder: folder / "study" / "tiny-1.study",
}


def named(verdict: Verdict, path: Path, done: str) -> Finding:
    """The finding that spoils a verdict and names this file; AssertionError when none does."""
    spoiling = [each for each in (*verdict.integrity, *verdict.completeness) if each.spoils]
    assert spoiling, f"not noticed: {path.name}, {done}"
    names = (path.name, *([path.name.partition(".")[0]] if path.parent.name == "recordings" else []))
    for finding in spoiling:
        if any(name in f"{finding.at} {finding.needed} {finding.what}" for name in names):
            return finding
    raise AssertionError(f"noticed, but no finding names {path.name}, {done}: {verdict.text()}")


def said(verdict: Verdict, path: Path, done: str) -> dict[str, object]:
    """What a trial tells of a verdict: which half named the file, by which rule, where, and in which words."""
    finding = named(verdict, path, done)
    half = "integrity" if finding in verdict.integrity else "completeness"
    return {"done": done, "half": half, "rule": finding.rule, "at": str(finding.at), "said": finding.what}


def _harmless(path: Path, before: bytes) -> bool:
    """A key file says the same with and without the newline behind it."""
    return path.suffix == ".vkey" and path.read_bytes() in (before.rstrip(b"\n"), before)


def _in_the_archive(case: Trial) -> Seen:
    made, seen = evidence_rooms.archive(case.folder)
    kind = list(ARCHIVE)[case.number % len(ARCHIVE)]
    path = ARCHIVE[kind](made)
    before, done = path.read_bytes(), damaged(path, case.chance)
    if _harmless(path, before):
        assert verify(made.archive).ok
        return {"class": kind, "done": done, "half": "neither: it says the same"}
    verdict = verify(made.archive, witnessed=Witnessed({"sheet": seen}, [WITNESS.verifier]))
    unchecked = [each for each in verdict.completeness if each.rule == "witness.unchecked"]
    if verdict.ok and unchecked and path.name in str(unchecked[0].at):
        return {"class": kind, "done": done, "half": "a note", "said": unchecked[0].what}
    return {"class": kind, **said(verdict, path, done)}


def _on_the_workstation(case: Trial) -> Seen:
    made, _ = evidence_rooms.archive(case.folder)
    kind = list(_WORKSTATION)[case.number % len(_WORKSTATION)]
    path = _WORKSTATION[kind](made.workstation)
    done = damaged(path, case.chance)
    verdict = verify(made.workstation, keys=[DEVICE.verifier, CENTRAL.verifier, PUBLISHER.verifier])
    torn = [each for each in verdict.completeness if each.rule == "line.torn"]
    if verdict.ok and torn and kind == "journal":
        # Where Fangxin works, an end without a newline is what a power cut leaves: told, and no reproach.
        return {"class": kind, "done": done, "half": "a note", "at": str(torn[0].at), "said": torn[0].what}
    return {"class": kind, **said(verdict, path, done)}


@contextmanager
def unhashed() -> Iterator[None]:
    """A verifier that believes that every sealed file is what its name says."""
    true = place.Eyes.digest

    def by_name(eyes: place.Eyes, path: Path, *stops: int) -> place.Digest | None:
        found = true(eyes, path, *stops)
        return found and place.Digest(path.name, found.bytes, found.prefixes, found.head, found.steady)

    with patch.object(place.Eyes, "digest", by_name):
        yield


def _believed(case: Trial) -> Seen:
    """The control: a bit in the last tag of a sealed file, where only its hash tells."""
    made, _ = evidence_rooms.archive(case.folder)
    kind = ("tail", "sealed contact", "sealed interview", "recording")[case.number % 4]
    path = ARCHIVE[kind](made)
    data = path.read_bytes()
    path.write_bytes(flipped(data, len(data) - 1 - case.chance.randrange(16), case.chance.randrange(8)))
    with unhashed():
        return {"class": kind, **said(verify(made.archive), path, "a bit of the last tag")}


ROWS = [
    Row(
        "11",
        "a file of an archive is damaged, every class: verify names it",
        _in_the_archive,
        short=36,
        long=1800,
    ),
    Row("11.workstation", "the same in a workstation's data folder", _on_the_workstation, short=14, long=700),
    Row(
        "11.control",
        "the same with a verify that looks at no hash",
        _believed,
        short=4,
        long=8,
        control="not noticed",
    ),
]

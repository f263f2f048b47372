"""The check of an archive that nobody touched: what it says, of an archive, a workstation, a single journal, with and without keys."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.canonical import decode, encode
from app.errors import EvidenceError, SealError
from app.evidence.audit.verdict import FEW, MOST, Finding, Findings, Kind, Severity, Spot
from app.evidence.merkle import Frontier, Tree, leaf_hash
from app.evidence.verify import Verdict, verify
from tests.evidence.archive import NAME, Made, make
from tests.evidence.pen import CENTRAL, CENTRE, DEVICE, EVERYBODY, LEAD, PUBLISHER, STRANGER


def rules(verdict: Verdict) -> set[str]:
    """The notes of a good verdict."""
    assert verdict.ok, verdict.text()
    return {finding.rule for finding in (*verdict.integrity, *verdict.completeness)}


def test_an_untouched_archive_is_whole_and_says_what_it_holds(made: Made) -> None:
    verdict = verify(made.archive)
    notes = {"key.own", "call.interrupted", "recording.recovered", "data.rehearsal"}
    assert rules(verdict) == notes
    expected = {
        "journals": 1,
        "lines": 48,
        "checkpoints": 2,
        "receipts": 2,
        "manifests": 2,
        "calls": 5,
        "interrupted calls": 1,
        "interviews": 2,
        "answers": 5,
        "objects": 13,
        "recordings": 4,
        "unclosed recordings": 1,
        "tails": 1,
        "sealed interviews": 2,
        "sealed contacts": 5,
        "study packages": 1,
        "rehearsal lines": 48,
        "log lines": 3,
    }
    assert {name: verdict.counts[name] for name in expected} == expected


def test_the_archive_of_these_tests_is_the_same_every_time(made: Made, tmp_path: Path) -> None:
    again = make(tmp_path / "again")
    assert {path.name for path in again.archive.rglob("*")} == {path.name for path in made.archive.rglob("*")}
    assert again.journal.read_bytes() == made.journal.read_bytes()


def test_the_verdict_in_words_begins_with_its_two_halves(made: Made) -> None:
    lines = verify(made.archive).text().split("\n")
    assert lines[:3] == [
        "REHEARSAL DATA: 48 of 48 journal lines are practice, not a survey",
        "Integrity: nothing was altered",
        "Completeness: nothing is missing",
    ]


def test_the_verdict_for_programs_is_canonical_json(made: Made) -> None:
    document = verify(made.archive).to_json()
    assert decode(encode(document)) == document
    assert document["ok"] is True
    assert set(document["integrity"]) == {"ok", "findings"}


def test_the_centres_keys_open_everything(made: Made) -> None:
    verdict = verify(made.archive, identities=EVERYBODY)
    assert "seal.others" not in rules(verdict)
    assert verdict.counts["opened"] == 12  # the tail opens with its recording
    assert verdict.counts["seconds of sound"] == 10


def test_the_team_lead_opens_recordings_only_and_is_told_so(made: Made) -> None:
    verdict = verify(made.archive, identities=[LEAD])
    notes = [finding.what for finding in verdict.completeness if finding.rule == "seal.others"]
    assert verdict.ok
    assert [note.rpartition(": ")[2] for note in notes] == ["5 files (contact)", "2 files (interview)"]


def test_a_stranger_opens_nothing_and_gets_one_sentence(made: Made) -> None:
    with pytest.raises(SealError, match="None of the given private keys opens anything here"):
        verify(made.archive, identities=[STRANGER])


def test_a_workstation_is_checked_where_it_stands(made: Made) -> None:
    found = rules(verify(made.workstation, identities=EVERYBODY))
    assert {"call.interrupted", "recording.recovered", "central.unknown", "study.unchecked"} <= found
    assert (
        rules(verify(made.workstation, keys=[DEVICE.verifier, CENTRAL.verifier, PUBLISHER.verifier])) <= found
    )


def test_a_single_journal_is_checked_without_its_sealed_files(made: Made) -> None:
    verdict = verify(made.archive / "journals" / NAME, keys=[DEVICE.verifier, CENTRAL.verifier])
    assert "object.elsewhere" in rules(verdict)
    assert verdict.counts["objects"] == 0


def test_progress_counts_every_byte_once_and_ends_at_the_whole(made: Made) -> None:
    heard: list[tuple[int, int]] = []
    verify(made.archive, identities=[CENTRE], progress=lambda done, total: heard.append((done, total)))
    done, totals = [each[0] for each in heard], {each[1] for each in heard}
    assert done == sorted(done)
    assert totals == {heard[-1][0]}


def test_memory_does_not_grow_with_the_journal() -> None:
    tree, frontier = Tree(), Frontier()
    for n in range(200):
        tree.append(leaf_hash(bytes([n])))
        frontier.append(leaf_hash(bytes([n])))
        assert frontier.root() == tree.root()
    assert len(frontier.peaks) <= 8


# What is no archive: one sentence, never a traceback


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda folder: folder / "nowhere", "nothing at this path"),
        (lambda folder: _made(folder / "empty"), "folder is empty"),
        (lambda folder: _made(folder / "photos", "IMG_1.jpg").parent, "not an archive"),
        (lambda folder: _made(folder / "x", "notes.txt"), "a file, not a folder"),
        (lambda folder: Path("\0"), "cannot be read"),
    ],
)
def test_what_is_no_archive_is_told_in_one_sentence(
    tmp_path: Path, prepare: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(EvidenceError, match=sentence) as caught:
        verify(prepare(tmp_path))
    assert "\n" not in str(caught.value)


def _made(folder: Path, name: str = "") -> Path:
    folder.mkdir()
    if name:
        (folder / name).write_bytes(b"x")
        return folder / name
    return folder


def test_an_archive_that_lost_everything_but_its_shell_is_incomplete(made: Made) -> None:
    shutil.rmtree(made.archive / "journals")
    shutil.rmtree(made.archive / "objects")
    verdict = verify(made.archive)
    assert {"journal.absent", "epoch.absent"} <= {
        finding.rule for finding in verdict.completeness if finding.spoils
    }


def test_an_archive_that_is_nothing_but_folders_is_not_complete(tmp_path: Path) -> None:
    for name in ("journals", "objects", "devices"):
        (tmp_path / name).mkdir()
    assert not verify(tmp_path).completeness_ok


def test_an_emptied_journal_is_not_complete(made: Made) -> None:
    for path in (made.archive / "objects", made.archive / "batches"):
        shutil.rmtree(path)
    for path in made.journal.parent.glob("*/*.note"):
        path.unlink()
    made.journal.write_bytes(b"")
    assert not verify(made.archive).completeness_ok


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_what_an_enemy_writes_cannot_steer_the_terminal_or_break_the_json(made: Made) -> None:
    (made.archive / "objects" / "\x1b[2Jgone\n").write_bytes(b"x")
    Path(os.fsdecode(os.fsencode(made.archive / "objects") + b"/\xff\xfe")).write_bytes(b"x")
    verdict = verify(made.archive)
    assert "\x1b" not in verdict.text()
    assert decode(encode(verdict.to_json()))["ok"] is False


def test_a_workstation_made_of_an_archive_is_called_one(made: Made) -> None:
    (made.archive / "recordings").mkdir()
    (made.archive / "journals" / "1").mkdir()
    assert verify(made.archive).checked == "an archive"
    assert verify(made.workstation).checked == "a workstation's data folder"
    assert verify(made.workstation / "journals" / "1").checked == "one journal"


@pytest.mark.parametrize("name", ["journal.jsonl", "checkpoints/000000000048.note"])
def test_a_folder_in_a_files_place_is_found_not_stumbled_over(made: Made, name: str) -> None:
    path = made.journal.parent / name
    path.unlink()
    path.mkdir()
    assert not verify(made.archive).ok


def test_a_file_that_cannot_be_read_leaves_integrity_unproven(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, target = Path.open, made.object("rec.close", "sha256")

    def refusing(path: Path, *arguments: Any, **more: Any) -> Any:
        if path == target:
            raise PermissionError(13, "Permission denied")
        return whole(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", refusing)
    verdict = verify(made.archive)
    assert [finding.rule for finding in verdict.integrity] == ["file.unreadable"]
    assert not verdict.integrity_ok


# The book of findings


def test_very_many_findings_of_one_kind_are_counted_not_listed() -> None:
    findings = Findings()
    for n in range(MOST + 7):
        findings.missing("object.absent", f"object {n}", Spot("journal.jsonl", n))
    verdict = findings.verdict()
    assert len(verdict.completeness) == MOST + 1
    assert verdict.completeness[-1].what == "7 more of the kind object.absent are not listed"
    assert not verdict.completeness_ok


def test_people_hear_a_few_notes_of_a_kind_and_every_fault() -> None:
    findings = Findings()
    for n in range(FEW + 2):
        findings.note("call.interrupted", f"note {n}")
        findings.broken("object.altered", f"fault {n}", Spot("objects/00"), needed="the file")
    text = findings.verdict().text()
    assert text.count("[note] note") == FEW
    assert "2 more notes of the kind call.interrupted" in text
    assert text.count("[broken] fault") == FEW + 2
    assert "Needed: the file." in text


def test_a_note_spoils_nothing_and_everything_else_does() -> None:
    for severity in Severity:
        finding = Finding(Kind.INTEGRITY, severity, "x", "x")
        verdict = Verdict((finding,), (), {})
        assert verdict.ok is (severity is Severity.NOTE)
        assert verdict.completeness_ok


def test_what_pretends_to_be_a_journal_or_leads_elsewhere_is_named_and_not_opened(made: Made) -> None:
    (made.archive / "journals" / "0a1b2c3d.1 copy").mkdir()
    shutil.move(made.archive / "objects", made.archive / "elsewhere")
    (made.archive / "objects").symlink_to(made.archive / "elsewhere")
    (made.archive / "batches" / NAME / "000000000009.note").symlink_to("/etc/hostname")
    verdict = verify(made.archive)
    places = {finding.at.file: finding.rule for finding in (*verdict.integrity, *verdict.completeness)}
    assert places["journals/0a1b2c3d.1 copy"] == "file.foreign"
    assert places["objects"] == places[f"batches/{NAME}/000000000009.note"] == "file.link"
    assert verdict.counts["objects"] == 0

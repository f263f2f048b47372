"""A check that is taken away must be missed: otherwise some other check did the finding, and this one was never tested."""

import shutil
from pathlib import Path

import pytest

from app.evidence.audit import chain, place, seals, signed
from app.evidence.audit.logged import Logged
from app.evidence.merkle import root
from app.evidence.note import Checkpoint, Verifier
from app.evidence.verify import Verdict, verify
from tests.evidence.archive import ORIGIN, Made, make
from tests.evidence.pen import CENTRE
from tests.evidence.tampering import NOTES, Tamper, append_call, edited, flip, line_number, write_lines


def sabotaged(
    made: Made, tamper: Tamper, monkeypatch: pytest.MonkeyPatch, target: object, name: str, fake: object
) -> Verdict:
    tamper(made)
    assert not verify(made.archive).ok
    monkeypatch.setattr(target, name, fake)
    return verify(made.archive)


def edited_behind_the_first_sync(made: Made) -> None:
    """No sealed file, manifest or receipt tells against it: only the root does."""
    edited(made, len(made.lines) - 2, at=7)


def without_the_logs_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Central's log holds each journal's roots too, and would name it by itself."""
    monkeypatch.setattr(Logged, "check", lambda *_: None)


def test_saboteur_without_roots_an_edited_line_with_a_mended_chain_is_missed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_the_logs_word(monkeypatch)
    assert sabotaged(made, edited_behind_the_first_sync, monkeypatch, signed, "same_root", lambda *_: True).ok


def test_saboteur_without_signatures_a_resigned_journal_is_missed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resign_all(made: Made) -> None:
        edited_behind_the_first_sync(made)
        text = Checkpoint(ORIGIN, len(made.lines), root(made.lines)).text
        for kind in ("checkpoints", "receipts"):
            path = made.archive / NOTES / kind / "000000000048.note"
            path.write_bytes(text.encode() + b"\n" + path.read_bytes().partition(b"\n\n")[2])
        shutil.rmtree(made.archive / "batches")

    without_the_logs_word(monkeypatch)
    resign_all(made)
    assert not verify(made.archive).integrity_ok
    monkeypatch.setattr(Verifier, "verify", lambda *_: 0)
    assert verify(made.archive).integrity_ok


def test_saboteur_without_hashing_objects_a_forged_recording_is_missed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The last byte: the header is compared with the journal, and the mark covers the first part.
    def forge(made: Made) -> None:
        flip(made.object("rec.close", "sha256", made.calls["silent"]), -1)

    true = place.Eyes.digest

    def by_name(eyes: place.Eyes, path: Path, *stops: int) -> place.Digest | None:
        found = true(eyes, path, *stops)
        return found and place.Digest(path.name, found.bytes, found.prefixes, found.head, found.steady)

    assert sabotaged(made, forge, monkeypatch, place.Eyes, "digest", by_name).ok


def test_saboteur_without_counting_lines_a_hole_is_no_matter_of_completeness(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_a_line(made: Made) -> None:
        number = line_number(made, "line")
        write_lines(made, made.lines[:number] + made.lines[number + 1 :])

    verdict = sabotaged(made, without_a_line, monkeypatch, chain.Walk, "_hole", lambda *_: None)
    assert verdict.completeness_ok
    assert not verdict.integrity_ok


def test_saboteur_without_the_unsigned_end_added_lines_are_missed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sabotaged(made, append_call, monkeypatch, signed.Signatures, "_say_uncovered", lambda *_: None).ok


def test_saboteur_without_commitments_an_insiders_answer_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lie(content: dict[str, list[dict[str, str]]]) -> None:
        for answer in (*content["trail"], *content["answers"]):
            answer["value"] = "10"

    made = make(tmp_path, lie=lie)
    assert not verify(made.archive, identities=[CENTRE]).ok
    monkeypatch.setattr(seals.Seals, "_answers", lambda *_: None)
    assert verify(made.archive, identities=[CENTRE]).ok

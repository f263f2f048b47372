"""What a witness saw cannot be taken back: not by central, not by a workstation, not by both together."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.canonical import decode, encode, hexdigest
from app.central.log import CentralLog
from app.certificate import Checked, html, page_of
from app.clock import VirtualClock
from app.evidence.audit import logged
from app.evidence.audit.logged import Witnessed
from app.evidence.batch import Item, Manifest, checkpoint_hash
from app.evidence.journal import GENESIS
from app.evidence.merkle import root
from app.evidence.note import COSIGNATURE, Checkpoint, Signer, cosign, sign
from app.evidence.verify import Verdict, verify
from tests.evidence.archive import LOG, NAME, ORIGIN, Made, log_of, put
from tests.evidence.pen import CENTRAL, DEVICE, NOON
from tests.evidence.tampering import flip, write_lines

WITNESS = Signer("supervisor.example", b"\x0a" * 32, COSIGNATURE)


def with_log(made: Made, more: int = 0) -> str:
    """Central's log as it stands after the afternoon, in the archive. Returns what the witness cosigned."""
    return cosign(log_of(made.archive, more), WITNESS, NOON // 1000)


def checked(made: Made, cosigned: str, keys: tuple[Signer, ...] = (WITNESS,)) -> Verdict:
    return verify(made.archive, witnessed=Witnessed({"sheet": cosigned}, [key.verifier for key in keys]))


def spoiling(verdict: Verdict) -> set[str]:
    return {each.rule for each in (*verdict.integrity, *verdict.completeness) if each.spoils}


def test_an_archive_that_begins_with_what_the_witness_saw_is_good_years_later(made: Made) -> None:
    seen = with_log(made)
    verdict = checked(made, seen)
    assert verdict.ok, verdict.text()
    assert (verdict.counts["log lines"], verdict.counts["lines fixed by the witness"]) == (3, 3)
    assert verdict.counts["witness cosignatures"] == 1
    log = CentralLog.open(made.archive / "log", made.archive.parent / "log.tree", LOG)
    log.append(VirtualClock(NOON), "device", journal="ffffffff.1", vkey="x")
    log.checkpoint()
    log.close()
    assert checked(made, seen).ok


def rewritten_by_both(made: Made) -> None:
    """The workstation's key and central's in one hand: what the line said is changed, and everything signed again, without a seam."""
    for folder in (
        made.archive / "batches",
        *(made.journal.parent / part for part in ("receipts", "checkpoints")),
    ):
        shutil.rmtree(folder)
    again: list[bytes] = []
    for line in made.lines:
        data = decode(line)
        if data["type"] != "sync.receipt":  # it names a receipt that does not exist in this history
            said = {"raw": "changed"} if data["type"] == "dial.end" else {}
            prev = hexdigest(again[-1]) if again else GENESIS
            again.append(encode({**data, **said, "seq": len(again), "prev": prev}))
    write_lines(made, again)
    size = len(again)
    note = sign(Checkpoint(ORIGIN, size, root(again)).text, DEVICE)
    put(made.journal.parent / "checkpoints" / f"{size:012}.note", note.encode())
    put(made.journal.parent / "receipts" / f"{size:012}.note", cosign(note, CENTRAL, NOON // 1000).encode())
    items = tuple(
        Item(path.name, path.stat().st_size, "recording") for path in (made.archive / "objects").iterdir()
    )
    manifest = sign(Manifest(ORIGIN, 0, size, checkpoint_hash(note), items).text, DEVICE)
    put(
        made.archive / "batches" / NAME / f"{size:012}.note", cosign(manifest, CENTRAL, NOON // 1000).encode()
    )


def test_workstation_and_central_together_rewrite_everything_and_only_the_witness_shows_it(
    made: Made,
) -> None:
    seen = with_log(made)
    rewritten_by_both(made)
    with_log(made, more=1)
    assert verify(made.archive).ok, verify(made.archive).text()
    assert spoiling(checked(made, seen)) == {"witness.rewritten"}


def cut_the_log(made: Made) -> None:
    path = made.archive / "log" / "entries.jsonl"
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:2]) + b"\n")


def edit_the_log(made: Made) -> None:
    path = made.archive / "log" / "entries.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":2'))


def torn_log(made: Made) -> None:
    path = made.archive / "log" / "entries.jsonl"
    path.write_bytes(path.read_bytes()[:-5])


def journal_of_yesterday(made: Made) -> None:
    write_lines(made, made.lines[:30])
    for path in made.archive.rglob("000000000048.note"):
        path.unlink()


DEEDS: list[tuple[Callable[[Made], None], set[str]]] = [
    (cut_the_log, {"log.cut", "witness.cut"}),
    (edit_the_log, {"log.rewritten", "witness.rewritten"}),
    (torn_log, {"log.torn", "log.cut", "witness.cut"}),
    (lambda made: shutil.rmtree(made.archive / "log"), {"witness.cut"}),
    (journal_of_yesterday, {"log.cut"}),
    (lambda made: write_lines(made, [x.replace(b'"60"', b'"21"') for x in made.lines]), {"log.journal"}),
    (lambda made: flip(made.archive / "log" / "checkpoints" / "000000000003.note"), {"note.signature"}),
    (lambda made: flip(made.archive / "log.vkey"), {"key.altered"}),
    (lambda made: insert_in_log(made, b"x"), {"log.line", "log.rewritten", "witness.rewritten"}),
]


def insert_in_log(made: Made, line: bytes) -> None:
    path = made.archive / "log" / "entries.jsonl"
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], line, *lines[1:]]))


@pytest.mark.parametrize(("deed", "rules"), DEEDS)
def test_what_is_done_to_the_log_or_behind_it_is_named(
    made: Made, deed: Callable[[Made], None], rules: set[str]
) -> None:
    seen = with_log(made)
    deed(made)
    assert rules <= spoiling(checked(made, seen))


def test_a_cosignature_of_somebody_else_or_over_something_else_proves_nothing(made: Made) -> None:
    seen = with_log(made)
    stranger = Signer("supervisor.example", b"\x0b" * 32, COSIGNATURE)
    assert spoiling(checked(made, seen, (stranger,))) == {"witness.signature"}
    assert spoiling(checked(made, "hello")) == {"witness.signature"}
    other = cosign(sign(Checkpoint("else/log", 3, b"\x01" * 32).text, LOG), WITNESS, 1)
    assert spoiling(checked(made, other)) == {"witness.foreign"}


def notes(made: Made, **brought: Witnessed) -> set[str]:
    verdict = verify(made.archive, **brought)
    assert verdict.ok, verdict.text()
    return {each.rule for each in verdict.completeness}


def test_a_cosignature_in_the_archive_is_worth_nothing_without_his_key_and_that_is_said(made: Made) -> None:
    seen = with_log(made)
    put(made.archive / "log" / "cosigned" / "000000000003.note", seen.encode())
    assert "witness.unchecked" in notes(made)
    assert "witness.unchecked" not in notes(made, witnessed=Witnessed({"sheet": seen}, [WITNESS.verifier]))


def test_the_end_of_the_log_that_central_has_not_signed_yet_is_said(made: Made) -> None:
    with_log(made)
    assert "log.unsigned" not in notes(made)
    log = CentralLog.open(made.archive / "log", made.archive.parent / "log.tree", LOG)
    log.append(VirtualClock(NOON), "device", journal="ffffffff.1", vkey="x")
    log.close()
    assert "log.unsigned" in notes(made)


def cut_behind_the_first_receipt(made: Made) -> None:
    """Lines, signatures and sealed files of all that came later: it takes no key."""
    write_lines(made, made.lines[:30])
    for path in [*made.journal.parent.glob("*/*.note"), *(made.archive / "batches").glob("*/*.note")]:
        if int(path.stem) > 30:
            path.unlink()
    told = b"".join(made.lines)
    for path in (made.archive / "objects").iterdir():
        if path.name.encode() not in told:
            path.unlink()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_centrals_log_what_cannot_be_shown_is_said(made: Made, lang: str) -> None:
    with_log(made)
    assert "log.absent" not in notes(made)
    assert "Completeness: nothing is missing" in verify(made.archive).text().split("\n")
    cut_behind_the_first_receipt(made)
    assert "log.cut" in spoiling(verify(made.archive))
    shutil.rmtree(made.archive / "log")
    assert "log.absent" in spoiling(verify(made.archive)), "its key is here, so there was one"
    (made.archive / "log.vkey").unlink()
    verdict = verify(made.archive)
    assert spoiling(verdict) == {"log.absent"}, "nothing that is here contradicts it"
    (said,) = [each for each in verdict.completeness if each.rule == "log.absent"]
    assert (said.at.line, said.to_json()["severity"]) == (30, "missing")
    assert "after line 30 of this journal" in verdict.text()
    assert "Completeness: NOT COMPLETE (one finding)" in verdict.text().split("\n")
    assert "witness's sheet" in said.needed
    page = html(page_of(Checked(made.archive, verdict), lang, datetime(2026, 11, 26, tzinfo=UTC)))
    expected = {
        "zh": ("没有中心总账", "第 30 行", "见证日报"),
        "en": ("log is not here", "line 30", "sheet"),
    }
    for words in expected[lang]:
        assert words in page


def test_an_archive_that_central_never_signed_for_says_so_from_its_first_line(made: Made) -> None:
    without_log(made, "log.vkey")
    shutil.rmtree(made.journal.parent / "receipts")
    (note,) = [each for each in verify(made.archive).completeness if each.rule == "log.absent"]
    assert "after this journal began" in note.what
    assert note.at.line == 0


def test_a_devices_own_checkpoint_that_somebody_kept_fixes_its_journal(made: Made) -> None:
    kept = (made.journal.parent / "receipts" / "000000000030.note").read_text(encoding="utf-8")
    assert checked(made, kept, (CENTRAL,)).ok
    rewritten_by_both(made)
    with_log(made)
    assert spoiling(checked(made, kept, (CENTRAL,))) == {"witness.rewritten"}


def test_saboteur_without_comparing_roots_a_rewritten_history_is_missed(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logged, "same_history", lambda *_: True)
    with pytest.raises(AssertionError):
        test_workstation_and_central_together_rewrite_everything_and_only_the_witness_shows_it(made)


def without_log(made: Made, *more: str) -> None:
    with_log(made)
    shutil.rmtree(made.archive / "log")
    for name in more:
        (made.archive / name).unlink()


def test_a_log_that_was_taken_away_is_missed(made: Made) -> None:
    without_log(made)
    assert spoiling(verify(made.archive)) == {"log.absent"}


@pytest.mark.parametrize("left", [0, 1, 2], ids=["nothing", "one line", "all but the newest receipt's"])
def test_a_log_that_lost_lines_and_its_checkpoints_lacks_a_receipt_that_is_here(
    made: Made, left: int
) -> None:
    with_log(made)
    path = made.archive / "log" / "entries.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:left]))
    shutil.rmtree(path.parent / "checkpoints")
    assert spoiling(verify(made.archive)) == {"log.cut" if left else "log.absent"}


def test_with_its_key_it_is_missed_by_whoever_knows_that_key(made: Made) -> None:
    without_log(made, "log.vkey")
    assert "log.absent" in spoiling(verify(made.archive))
    known = [DEVICE.verifier, CENTRAL.verifier, LOG.verifier]
    assert "log.absent" in spoiling(verify(made.archive, keys=known))


def test_a_log_whose_key_was_taken_away_is_judged_by_the_one_that_was_brought(made: Made) -> None:
    """Else nobody need hold the log's key to write another log."""
    with_log(made)
    (made.archive / "log.vkey").unlink()
    assert spoiling(verify(made.archive)) == {"log.unchecked"}
    known = [DEVICE.verifier, CENTRAL.verifier, LOG.verifier]
    assert verify(made.archive, keys=known).ok
    (path,) = (made.archive / "log" / "checkpoints").iterdir()
    path.write_bytes(path.read_bytes()[:-9] + b"AAAAAAA=\n")
    assert "note.signature" in spoiling(verify(made.archive, keys=known))

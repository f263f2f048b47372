"""The journal: what it took is there again, in one chain, signed when asked, and by one writer only."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from app.canonical import encode, hexdigest
from app.errors import EvidenceError, StorageError
from app.evidence import appended as module
from app.evidence.journal import GENESIS, read
from app.evidence.merkle import root, verify_consistency
from app.evidence.note import Checkpoint, open_note
from tests.evidence.journals import ORIGIN, SIGNER, begin, lines_of


def test_a_line_is_canonical_and_has_everything_a_reader_needs(tmp_path: Path) -> None:
    with begin(tmp_path) as journal:
        entry = journal.append("dial.start", call="c1", case="k1", number="ab" * 32)
        assert lines_of(tmp_path) == [entry.line]
        assert entry.line == encode(
            {
                "v": 1,
                "origin": ORIGIN,
                "seq": 0,
                "prev": GENESIS,
                "wall": 1_790_000_000_000,
                "mono": 0,
                "boot": "virtual",
                "type": "dial.start",
                "rehearsal": 1,
                "call": "c1",
                "case": "k1",
                "number": "ab" * 32,
            }
        )
        assert journal.append("dial.end", call="c1").data["prev"] == hexdigest(entry.line) != journal.head


def test_field_work_is_marked_as_such(tmp_path: Path) -> None:
    with begin(tmp_path, rehearsal=False) as journal:
        assert journal.append("shift.open").data["rehearsal"] == 0


def test_everything_is_there_again_after_closing(tmp_path: Path) -> None:
    with begin(tmp_path) as journal:
        written = [journal.append("line", at=n) for n in range(7)]
        size, head, tree_root = journal.size, journal.head, journal.root
    with begin(tmp_path) as journal:
        assert (journal.size, journal.head, journal.root) == (size, head, tree_root)
        assert tree_root == root(entry.line for entry in written)
        written.append(journal.append("line", at=7))
    assert list(read(tmp_path / "journal.jsonl")) == written
    assert [entry.number for entry in written] == list(range(1, 9))


def test_own_fields_cannot_be_claimed_and_floats_not_be_written(tmp_path: Path) -> None:
    with begin(tmp_path) as journal:
        with pytest.raises(ValueError, match="journal's own"):
            journal.append("line", seq=7)
        with pytest.raises(TypeError, match="float"):
            journal.append("line", at=0.5)
        with pytest.raises(ValueError, match="too long"):
            journal.append("line", text="x" * 2_000_000)
        assert journal.size == 0
        assert journal.append("line", at=1).data["seq"] == 0


# Groups


def test_a_group_is_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(module, "sync_data", synced.append)
    with begin(tmp_path) as journal:
        with journal.group():
            journal.append("rec.open", call="c1")
            with journal.group():
                journal.append("dial.start", call="c1")
            assert lines_of(tmp_path) == []
            assert journal.size == 0
        assert len(synced) == 1
        assert journal.size == 2
        with journal.group():
            pass
        assert len(synced) == 1
    assert len(list(read(tmp_path / "journal.jsonl"))) == 2


def test_a_group_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with begin(tmp_path) as journal:
        with suppress(TypeError), journal.group():
            journal.append("rec.open", call="c1")
            journal.append("dial.start", call=object())
        assert lines_of(tmp_path) == []
        journal.append("line", at=1)
    assert len(list(read(tmp_path / "journal.jsonl"))) == 1


# Checkpoints


def test_checkpoint_is_signed_durable_and_the_same_when_asked_twice(tmp_path: Path) -> None:
    with begin(tmp_path) as journal:
        journal.append("shift.open")
        journal.append("shift.close")
        note = journal.checkpoint()
        assert journal.checkpoint() == note
        assert (tmp_path / "checkpoints" / "000000000002.note").read_text() == note
        checkpoint = Checkpoint.parse(open_note(note, [SIGNER.verifier]).text)
        assert checkpoint == Checkpoint(ORIGIN, 2, journal.root)
        with journal.group(), pytest.raises(ValueError, match="inside a group"):
            journal.checkpoint()
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["000000000002.note"]


def test_each_checkpoint_is_the_beginning_of_the_next(tmp_path: Path) -> None:
    with begin(tmp_path) as journal:
        journal.append("line", at=0)
        old = journal.root
        for n in range(1, 9):
            journal.append("line", at=n)
        verify_consistency(1, 9, old, journal.root, journal.tree.consistency(1))


def test_an_empty_journal_can_be_signed(tmp_path: Path) -> None:
    with begin(tmp_path) as journal:
        assert Checkpoint.parse(open_note(journal.checkpoint(), [SIGNER.verifier]).text).size == 0
    begin(tmp_path).close()


# Disks that refuse, and two at a time


def failing(monkeypatch: pytest.MonkeyPatch, name: str, fault: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(module, name, refuse)


def test_a_full_disk_takes_nothing_and_may_be_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The half that it took is cut off again: glued to the next line it would be damage."""
    with begin(tmp_path) as journal:
        journal.append("line", at=0)
        write = module.write_all

        def half(descriptor: int, data: bytes) -> None:
            write(descriptor, data[: len(data) // 2])
            raise OSError(28, os.strerror(28))

        monkeypatch.setattr(module, "write_all", half)
        for _ in range(2):
            with pytest.raises(StorageError, match="full"):
                journal.append("line", at=1)
        monkeypatch.undo()
        journal.append("line", at=2)
        assert journal.size == 2
    assert [entry.data["at"] for entry in read(journal.path)] == [0, 2]


@pytest.mark.parametrize(
    ("name", "fault", "says"), [("write_all", 5, "does not work"), ("sync_data", 28, "full")]
)
def test_what_the_disk_refuses_is_not_acknowledged_and_nothing_more_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, fault: int, says: str
) -> None:
    with begin(tmp_path) as journal:
        journal.append("line", at=0)
        failing(monkeypatch, name, fault)
        with pytest.raises(StorageError, match=says):
            journal.append("line", at=1)
        monkeypatch.undo()
        assert journal.size == 1
        with pytest.raises(StorageError, match="cannot be written any more"):
            journal.append("line", at=2)
    with begin(tmp_path) as journal:
        assert journal.size in (1, 2)
        journal.append("line", at=3)


def check_second_is_refused(folder: Path) -> None:
    with begin(folder), pytest.raises(StorageError, match="already running"):
        begin(folder)


def test_a_second_fangxin_on_the_same_data_is_refused(tmp_path: Path) -> None:
    check_second_is_refused(tmp_path)
    begin(tmp_path).close()


def test_another_process_is_refused_too(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from tests.evidence.journals import begin; begin(Path(sys.argv[1]))"
    with begin(tmp_path):
        result = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            check=False,
        )
    assert "already running" in result.stderr


def test_saboteur_without_the_lock_two_write_one_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.evidence.durable.fcntl.flock", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        check_second_is_refused(tmp_path)


def test_a_closed_journal_takes_nothing(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    journal.close()
    journal.close()
    with pytest.raises(StorageError, match="cannot be written"):
        journal.append("line")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    with begin(tmp_path) as journal, journal.group():
        for n in range(10_000):
            journal.append("answer.commit", call="c" * 16, question="q01", commit="e5" * 32, at=n)
    return tmp_path


def test_a_long_journal_opens_quickly(many: Path) -> None:
    start = time.process_time()
    begin(many).close()
    assert (
        time.process_time() - start < 1.5
    )  # measured 0.4: 26,000 lines a second; others use this machine too


@pytest.mark.parametrize("end", [b"\x0b", b""])
def test_what_does_not_hold_is_left_as_it_was_found(tmp_path: Path, end: bytes) -> None:
    """The last line under a checkpoint without its newline: refused, and not one byte is cut off."""
    with begin(tmp_path) as journal:
        journal.append("line", at=0)
        journal.append("line", at=1)
        journal.checkpoint()
    path = tmp_path / "journal.jsonl"
    spoilt = path.read_bytes()[:-1] + end
    path.write_bytes(spoilt)
    with pytest.raises(EvidenceError, match="signed a checkpoint over 2"):
        begin(tmp_path)
    assert path.read_bytes() == spoilt
    (tmp_path / "checkpoints" / "000000000002.note").unlink()
    if end:
        with pytest.raises(StorageError, match="lost its newline"):
            begin(tmp_path)
        assert path.read_bytes() == spoilt

"""The journal: what it took is there again, and nothing can be changed, left out or cut off without somebody noticing."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.canonical import encode, hexdigest
from app.clock import VirtualClock
from app.errors import EvidenceError, StorageError
from app.evidence import journal as module
from app.evidence.journal import GENESIS, Chain, Entry, Journal, read
from app.evidence.merkle import leaf_hash, root, verify_consistency
from app.evidence.note import Checkpoint, Signer, open_note, sign

ORIGIN = "fangxin/dazhou-2017/0a1b2c3d/1"
SIGNER = Signer("fangxin/0a1b2c3d/1", b"\x01" * 32)


def begin(folder: Path, *, origin: str = ORIGIN, signer: Signer = SIGNER, rehearsal: bool = True) -> Journal:
    return Journal.open(folder, origin, signer, VirtualClock(1_790_000_000_000), rehearsal=rehearsal)


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "journal.jsonl").read_bytes().split(b"\n")[:-1]


def filled(folder: Path, lines: int = 5, *, checkpoint: bool = False) -> list[bytes]:
    """A journal with some lines, closed."""
    with begin(folder) as journal:
        for n in range(lines):
            journal.append("line", call="c1", state="alerting", at=n)
        if checkpoint:
            journal.checkpoint()
    return lines_of(folder)


def write_lines(folder: Path, lines: list[bytes]) -> None:
    (folder / "journal.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


# What it writes


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
    synced = []
    real = module.sync_data
    monkeypatch.setattr(module, "sync_data", lambda file: (synced.append(file), real(file)))
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
        with pytest.raises(TypeError), journal.group():
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


# What somebody may have done to it


def check_refused(folder: Path, says: str) -> None:
    with pytest.raises(EvidenceError, match=says) as caught:
        begin(folder).close()
    assert "journal" in str(caught.value)


def spoilt(lines: list[bytes], what: str) -> tuple[list[bytes], str]:
    """The lines after somebody was at them, and what must be said."""
    foreign = json.loads(lines[2]) | {"origin": "fangxin/other/0a1b2c3d/1"}
    newer = json.loads(lines[2]) | {"v": 2}
    match what:
        case "changed":
            return [
                *lines[:2],
                lines[2].replace(b"alerting", b"answered"),
                *lines[3:],
            ], "line 4.*does not follow"
        case "left out":
            return [*lines[:2], *lines[3:]], "line 3.*has the number 3, but 2"
        case "doubled":
            return [*lines[:3], lines[2], *lines[3:]], "line 4.*has the number 2, but 3"
        case "swapped":
            return [lines[0], lines[2], lines[1], *lines[3:]], "line 2.*has the number"
        case "foreign":
            return [*lines[:2], encode(foreign), *lines[3:]], "line 3.*another journal"
        case "newer":
            return [*lines[:2], encode(newer), *lines[3:]], "line 3.*kind that this version"
        case "blank":
            return [*lines[:2], b"", *lines[2:]], "line 3.*not canonical"
        case "spaced":
            return [*lines[:2], lines[2].replace(b",", b", ", 1), *lines[3:]], "line 3.*not canonical"
        case "zeroed":
            return [*lines[:2], bytes(len(lines[2])), *lines[3:]], "line 3.*not canonical"
        case _:
            return [*lines[:2], lines[2].replace(b'"mono":0,', b""), *lines[3:]], 'line 3.*no proper "mono"'


DEEDS = [
    "changed",
    "left out",
    "doubled",
    "swapped",
    "foreign",
    "newer",
    "blank",
    "spaced",
    "zeroed",
    "field gone",
]


@pytest.mark.parametrize("what", DEEDS)
def test_what_was_done_to_the_middle_is_found_and_the_line_named(tmp_path: Path, what: str) -> None:
    lines, says = spoilt(filled(tmp_path), what)
    write_lines(tmp_path, lines)
    place = says.partition(".*")
    with pytest.raises(EvidenceError, match=place[2]) as caught:
        begin(tmp_path).close()
    assert f"journal.jsonl, {place[0]})" in str(caught.value)
    with pytest.raises(EvidenceError, match=place[2]) as caught:
        list(read(tmp_path / "journal.jsonl"))
    assert f"journal.jsonl, {place[0]})" in str(caught.value)


def test_saboteur_without_the_chain_a_changed_line_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(tmp_path, spoilt(filled(tmp_path), "changed")[0])
    monkeypatch.setattr(Chain, "_check", lambda chain, data: None)
    with pytest.raises(pytest.fail.Exception):
        check_refused(tmp_path, "does not follow")


def test_lines_cut_off_the_end_show_against_the_last_checkpoint(tmp_path: Path) -> None:
    lines = filled(tmp_path, checkpoint=True)
    write_lines(tmp_path, lines[:-1])
    check_refused(tmp_path, "has 4 lines, but this workstation signed a checkpoint over 5")


def test_a_journal_written_anew_shows_against_the_last_checkpoint(tmp_path: Path) -> None:
    filled(tmp_path, checkpoint=True)
    (tmp_path / "journal.jsonl").unlink()
    other = tmp_path / "other"
    filled(other, 7)
    write_lines(tmp_path, lines_of(other)[:3])
    check_refused(tmp_path, "signed a checkpoint")
    with begin(tmp_path / "third") as journal:
        for n in range(6):
            journal.append("line", call="forged", at=n)
    write_lines(tmp_path, lines_of(tmp_path / "third"))
    check_refused(tmp_path, "not what its own checkpoint says")


def test_saboteur_without_the_checkpoint_a_cut_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(tmp_path, filled(tmp_path, checkpoint=True)[:-1])
    monkeypatch.setattr(Journal, "_promised", lambda journal: None)
    with pytest.raises(pytest.fail.Exception):
        check_refused(tmp_path, "signed a checkpoint")


@pytest.mark.parametrize(
    "text",
    [
        "rubbish",
        sign(Checkpoint(ORIGIN, 5, bytes(32)).text, Signer("stranger", b"\x02" * 32)),
        sign(Checkpoint(ORIGIN, 4, bytes(32)).text, SIGNER),
        sign(Checkpoint("fangxin/other/0a1b2c3d/1", 5, bytes(32)).text, SIGNER),
        sign("no checkpoint\n", SIGNER),
    ],
)
def test_a_checkpoint_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    filled(tmp_path, checkpoint=True)
    (tmp_path / "checkpoints" / "000000000005.note").write_text(text)
    with pytest.raises(EvidenceError, match=r"000000000005\.note"):
        begin(tmp_path)


def test_the_journal_of_another_device_is_refused(tmp_path: Path) -> None:
    filled(tmp_path)
    with pytest.raises(EvidenceError, match="another journal"):
        begin(tmp_path, origin="fangxin/dazhou-2017/0a1b2c3d/2")


def test_a_flood_without_newlines_does_not_fill_the_memory(tmp_path: Path) -> None:
    filled(tmp_path)
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b"x" * 3_000_000)
    check_refused(tmp_path, "far too long")
    with pytest.raises(EvidenceError, match="line 6"):
        list(read(tmp_path / "journal.jsonl"))


def test_a_journal_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not there"):
        list(read(tmp_path / "journal.jsonl"))


# Crashes


@given(st.data())
@settings(max_examples=60)
def test_crash_at_any_byte_keeps_all_whole_lines_and_goes_on(draw: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = filled(folder)
        whole = (folder / "journal.jsonl").read_bytes()
        cut = draw.draw(st.integers(0, len(whole)))
        (folder / "journal.jsonl").write_bytes(whole[:cut])
        kept = whole[:cut].count(b"\n")
        assert [entry.line for entry in read(folder / "journal.jsonl")] == lines[:kept]
        with begin(folder) as journal:
            assert journal.size == kept
            journal.append("shift.open")
        assert [entry.line for entry in read(folder / "journal.jsonl")][:-1] == lines[:kept]


def test_saboteur_that_leaves_the_torn_line_spoils_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = filled(tmp_path)
    (tmp_path / "journal.jsonl").write_bytes(b"\n".join(lines) + b"\n" + lines[4][:40])
    monkeypatch.setattr(os, "ftruncate", lambda file, size: None)
    with begin(tmp_path) as journal:
        journal.append("shift.open")
    with pytest.raises(EvidenceError):
        list(read(tmp_path / "journal.jsonl"))


class Life(RuleBasedStateMachine):
    """A journal through appends, groups, checkpoints, clean ends and crashes: what was acknowledged is always there."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.folder = Path(self.place.name)
        self.journal = begin(self.folder)
        self.acknowledged: list[bytes] = []
        self.roots: dict[int, bytes] = {}

    def teardown(self) -> None:
        self.journal.close()
        self.place.cleanup()

    @rule(at=st.integers(0, 9))
    def append(self, at: int) -> None:
        self.acknowledged.append(self.journal.append("line", at=at).line)

    @rule(count=st.integers(0, 4))
    def group(self, count: int) -> None:
        with self.journal.group():
            entries: list[Entry] = [self.journal.append("line", at=n) for n in range(count)]
        self.acknowledged += [entry.line for entry in entries]

    @rule()
    def checkpoint(self) -> None:
        checkpoint = Checkpoint.parse(open_note(self.journal.checkpoint(), [SIGNER.verifier]).text)
        self.roots[checkpoint.size] = checkpoint.root

    @rule()
    def close_and_open(self) -> None:
        self.journal.close()
        self.journal = begin(self.folder)

    @rule(torn=st.binary(max_size=60).filter(lambda data: b"\n" not in data))
    def crash_in_the_middle_of_a_write(self, torn: bytes) -> None:
        self.journal.close()
        with (self.folder / "journal.jsonl").open("ab") as file:
            file.write(torn)
        self.journal = begin(self.folder)

    @precondition(lambda self: self.roots)
    @rule()
    def prove_that_nothing_was_rewritten(self) -> None:
        for size, old in self.roots.items():
            if size:
                proof = self.journal.tree.consistency(size)
                verify_consistency(size, self.journal.size, old, self.journal.root, proof)

    @invariant()
    def all_that_was_acknowledged_is_there(self) -> None:
        assert [entry.line for entry in read(self.journal.path)] == self.acknowledged
        assert self.journal.size == len(self.acknowledged)
        assert self.journal.root == root(self.acknowledged)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=25, stateful_step_count=20)


# Disks that refuse, and two at a time


def failing(monkeypatch: pytest.MonkeyPatch, name: str, fault: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(module, name, refuse)


@pytest.mark.parametrize(
    ("name", "fault", "says"), [("write_all", 28, "full"), ("sync_data", 5, "does not work")]
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
    script = "import sys; from pathlib import Path; from tests.evidence.test_journal import begin; begin(Path(sys.argv[1]))"
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
def many(tmp_path: Path) -> Iterator[Path]:
    with begin(tmp_path) as journal, journal.group():
        for n in range(10_000):
            journal.append("answer.commit", call="c" * 16, question="q01", commit="e5" * 32, at=n)
    yield tmp_path


def test_a_long_journal_opens_quickly(many: Path) -> None:
    start = time.process_time()
    begin(many).close()
    assert (
        time.process_time() - start < 1.5
    )  # measured 0.4: 26,000 lines a second; others use this machine too

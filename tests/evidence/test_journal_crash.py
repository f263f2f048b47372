"""Crashes while the journal is written: every acknowledged line is there, and the chain goes on from it."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.errors import EvidenceError
from app.evidence.journal import Entry, read
from app.evidence.merkle import root, verify_consistency
from app.evidence.note import Checkpoint, open_note
from tests.evidence.journals import SIGNER, begin, filled


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

"""The wall clock of a workstation may jump: the journal says so, and order and durations do not suffer."""

from pathlib import Path

import pytest

from app.clock import Reading, VirtualClock
from app.errors import StorageError
from app.evidence import appended as module
from app.evidence.journal import Journal, read
from tests.evidence.journals import ORIGIN, SIGNER

NOW = 1_790_000_000_000
HOUR = 3_600_000


def begin(folder: Path, clock: VirtualClock) -> Journal:
    return Journal.open(folder, ORIGIN, SIGNER, clock, rehearsal=True)


def told(folder: Path) -> list[tuple[str, int, int]]:
    """(type, before, after); zeros for lines that are no jump."""
    lines = [entry.data for entry in read(folder / "journal.jsonl")]
    return [(line["type"], line.get("before", 0), line.get("after", 0)) for line in lines]


@pytest.mark.parametrize("jump", [-HOUR, 365 * 24 * HOUR, -NOW, 2_147_483_648_000 - NOW, 3000, -3000])
def test_a_jump_is_told_before_the_next_line(tmp_path: Path, jump: int) -> None:
    clock = VirtualClock(NOW)
    with begin(tmp_path, clock) as journal:
        journal.append("shift.close")
        clock.advance(5000)
        clock.now += jump
        journal.append("shift.close")
        clock.advance(60_000)
        journal.append("shift.close")
    jumped = ("clock.jump", NOW + 5000, NOW + 5000 + jump)
    assert told(tmp_path) == [("shift.close", 0, 0), jumped, ("shift.close", 0, 0), ("shift.close", 0, 0)]
    begin(tmp_path, clock).close()  # and the chain holds


def test_small_steps_of_a_clock_that_is_set_right_are_no_jumps_but_add_up_to_one(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    with begin(tmp_path, clock) as journal:
        for _ in range(100):  # a part in two thousand, all day long: NTP
            clock.advance(60_000)
            clock.now += 30
            journal.append("shift.close")
        assert "clock.jump" not in [kind for kind, *_ in told(tmp_path)]
        for _ in range(8):  # somebody turns it forward bit by bit
            clock.advance(100)
            clock.now += 1500
            journal.append("shift.close")
    assert "clock.jump" in [kind for kind, *_ in told(tmp_path)]


@pytest.mark.parametrize(("jump", "found"), [(-HOUR, True), (-NOW, True), (HOUR, False), (0, False)])
def test_between_two_starts_only_time_that_goes_back_is_known(tmp_path: Path, jump: int, found: bool) -> None:
    with begin(tmp_path, VirtualClock(NOW, boot="one")) as journal:
        journal.append("shift.close")
    with begin(tmp_path, VirtualClock(NOW + jump, boot="two")) as journal:
        journal.append("shift.close")
    assert ("clock.jump" in [kind for kind, *_ in told(tmp_path)]) is found


def test_a_jump_whose_line_did_not_reach_the_disk_is_told_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock(NOW)
    with begin(tmp_path, clock) as journal:
        journal.append("shift.close")
        clock.now += HOUR
        with pytest.raises(TypeError), journal.group():
            journal.append("shift.close", share=0.5)  # no line may have that
        journal.append("shift.close")
        assert [kind for kind, *_ in told(tmp_path)] == ["shift.close", "clock.jump", "shift.close"]
        clock.now -= HOUR

        def full(*_: object) -> None:
            raise OSError(28, "full")

        monkeypatch.setattr(module, "write_all", full)
        with pytest.raises(StorageError):
            journal.append("shift.close")
    monkeypatch.undo()
    with begin(tmp_path, clock) as journal:
        journal.append("shift.close")
    assert [kind for kind, *_ in told(tmp_path)][-2:] == ["clock.jump", "shift.close"]


def test_saboteur_a_journal_that_does_not_compare_its_clocks_hides_the_jump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reading, "jumped", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_jump_is_told_before_the_next_line(tmp_path, HOUR)


def test_a_checkpoint_is_due_again_after_its_time_and_after_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock(NOW)
    with begin(tmp_path, clock) as journal:
        signed = []
        for second in range(0, 121, 10):
            clock.advance(10_000)
            journal.append("shift.close")
            journal.checkpoint_within(50_000)
            signed.append((second, len(list(journal.checkpoints.glob("*.note")))))
    assert [second for (second, n), (_, before) in zip(signed[1:], signed, strict=False) if n > before] == [
        50,
        100,
    ]
    with begin(tmp_path, clock) as journal:
        journal.append("shift.close")
        before = len(list(journal.checkpoints.glob("*.note")))
        journal.checkpoint_within(50_000)
        assert len(list(journal.checkpoints.glob("*.note"))) == before + 1

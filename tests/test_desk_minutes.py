"""While a call runs no minute is without a signed checkpoint; and what stands around the calls."""

import errno
import itertools
from pathlib import Path

import pytest

from app.errors import StorageError
from app.evidence.audit.events import EVENTS, wrong_field
from app.evidence.journal import Journal, read
from app.evidence.program import program_sha
from tests.desk_room import Room
from tests.desk_talk import answers, events, seat


def longest_unsigned(room: Room) -> int:
    """ms of a call that lay under no checkpoint, at worst."""
    monos = [entry.data["mono"] for entry in read(room.ledger.journal.path)]
    started = next(e.data["mono"] for e in read(room.ledger.journal.path) if e.data["type"] == "dial.start")
    signed = sorted(int(path.stem) for path in room.ledger.journal.checkpoints.glob("*.note"))
    times = [started, *(monos[size - 1] for size in signed if monos[size - 1] > started), room.clock.mono()]
    return max(later - earlier for earlier, later in itertools.pairwise(times))


def long_call(folder: Path) -> Room:
    room = seat(folder, answers())
    room.desk.next_case()
    room.desk.dial()
    room.pass_time(200_000, step=200)
    return room


def test_no_minute_of_a_call_is_without_a_signed_checkpoint(tmp_path: Path) -> None:
    room = long_call(tmp_path)
    assert longest_unsigned(room) <= 60_000
    room.close()


def test_saboteur_without_it_a_call_is_signed_only_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "checkpoint_within", lambda *_: None)
    with pytest.raises(AssertionError):
        test_no_minute_of_a_call_is_without_a_signed_checkpoint(tmp_path)


def test_a_shift_says_with_which_program_it_was_worked_and_how_much_room_there_was(tmp_path: Path) -> None:
    room = seat(tmp_path)
    (opened,) = events(room, "shift.open")
    assert opened["app_sha"] == program_sha()
    assert len(opened["app_sha"]) == 64
    assert opened["disk_free"] > 0
    room.close()


def test_a_fault_of_the_disk_is_told_in_a_line_that_the_check_knows(tmp_path: Path) -> None:
    room = seat(tmp_path)
    refused = StorageError("The disk does not take it", where=str(room.ledger.journal.path))
    refused.__cause__ = OSError(errno.EIO, "Input/output error")
    room.ledger.fault_met(refused)
    room.ledger.tell_faults()
    (fault,) = events(room, "io.error")
    assert (fault["where"], fault["code"]) == ("journals", "EIO")
    assert wrong_field(fault) == ""
    assert fault["type"] in EVENTS
    room.close()

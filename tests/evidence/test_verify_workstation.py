"""Recordings where they were made: on a workstation they lie under their call's name, not under their hash."""

from pathlib import Path

import pytest

from app.evidence.recording import tail_of
from app.evidence.verify import verify
from tests.evidence.archive import Made
from tests.evidence.pen import Pen
from tests.evidence.scenes import begun, missing, noted, played
from tests.evidence.tampering import COMPLETENESS, INTEGRITY, flip, named


def recording(made: Made, call: str) -> Path:
    return made.workstation / "recordings" / f"{made.calls[call]}.age"


def test_a_recording_that_was_altered_on_the_workstation_is_called_altered(made: Made) -> None:
    flip(recording(made, "finished"))
    (finding,) = [each for each in verify(made.workstation).integrity if each.spoils]
    assert (finding.rule, finding.at.call) == ("object.altered", made.calls["finished"])


def test_two_recordings_that_changed_places_on_the_workstation_are_both_altered(made: Made) -> None:
    one, other = recording(made, "finished"), recording(made, "silent")
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    altered = [each.at.call for each in verify(made.workstation).integrity if each.rule == "object.altered"]
    assert sorted(altered) == sorted(made.calls[name] for name in ("finished", "silent"))


@pytest.mark.parametrize("name", ["kept for later.age", "00aa00aa00aa00aa.age", "00aa00aa00aa00aa.age.tail"])
def test_a_file_among_the_recordings_that_no_line_names_is_a_stray(made: Made, name: str) -> None:
    (made.workstation / "recordings" / name).write_bytes(b"x" * (4000 if name.endswith("tail") else 40))
    assert missing(verify(made.workstation)) == ["object.stray"]


def test_a_tail_that_came_back_with_a_power_cut_adds_nothing_and_is_no_fault(made: Made) -> None:
    tail_of(recording(made, "finished")).write_bytes(b"x" * 40_000)
    assert "recording.tail" in noted(verify(made.workstation))


def test_a_tail_that_stops_opening_far_before_its_end_was_damaged_even_if_enough_sound_is_left(
    tmp_path: Path,
) -> None:
    """Told without any key: a write that a crash cut short leaves less than a second behind the last whole frame."""

    def scene(pen: Pen) -> None:
        talk = begun(pen, 60)
        tail = tail_of(talk.recorder.path)
        whole = bytearray(tail.read_bytes())
        whole[len(whole) // 2 :] = bytes(len(whole) - len(whole) // 2)
        tail.write_bytes(whole)
        talk.crash()

    assert "recording.unreadable" in named(verify(played(tmp_path, scene).archive), INTEGRITY)


def test_a_closed_recording_that_is_gone_from_the_workstation_is_missing(made: Made) -> None:
    recording(made, "finished").unlink()
    verdict = verify(made.workstation)
    assert "object.absent" in named(verdict, COMPLETENESS)
    assert verdict.integrity_ok

"""Whether the recording covers the interview, as the interviewer and the journal hear of it."""

import errno
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import SealError
from app.evidence.age import decrypt
from app.interview.screen import Notice, Page, RecordingView
from app.line.contract import RESERVE_SECONDS
from hardware.base import AudioBlock, Pickup
from tests.desk_room import Room, centre
from tests.desk_talk import answers, events, picks, ring, seat, talk


def spoil(room: Room, monkeypatch: pytest.MonkeyPatch, **sides: bool) -> None:
    """From now on these sides of the sound have no signal, or are lost."""
    poll = room.room.sound.poll

    def spoiled() -> Sequence[AudioBlock]:
        return [bad(block) for block in poll()]

    def bad(block: AudioBlock) -> AudioBlock:
        zeros = bytes(len(block.left))
        if sides.get("lost"):
            return AudioBlock(block.start, zeros, zeros, block.samples)
        return replace(block, **dict.fromkeys(sides, zeros))

    monkeypatch.setattr(room.room.sound, "poll", spoiled)


def finish(room: Room) -> dict[str, object]:
    """The whole interview; returns its rec.close."""
    talk(room)
    room.wait_for(Page.OUTCOME)
    (closed,) = events(room, "rec.close")
    return closed


def test_an_ordinary_interview_is_covered_and_its_levels_are_in_the_journal(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    ring(room)
    closed = finish(room)
    assert closed["covered"] == 1
    assert room.desk.screen.notice is not Notice.NOT_COVERED
    assert 0 < int(str(closed["spoken"])) <= int(str(closed["samples"]))
    assert int(str(closed["right_speech"])) > 8000
    assert closed["left_missing"] == closed["right_missing"] == 0
    room.close()


@pytest.mark.parametrize(("how", "side"), [("left", "left"), ("lost", "right")])
def test_trouble_is_on_screen_within_five_seconds_and_the_outcome_is_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, side: str
) -> None:
    room = seat(tmp_path, answers())
    ring(room)
    assert room.desk.screen.recording is RecordingView.ON
    spoil(room, monkeypatch, **{how: True})
    room.pass_time(5000)
    assert room.desk.screen.recording is RecordingView.TROUBLE
    closed = finish(room)
    assert closed["covered"] == 0
    assert room.desk.screen.notice is Notice.NOT_COVERED
    told = [(line["where"], line["code"]) for line in events(room, "io.error")]
    assert (f"{side} channel", "no signal") in told
    room.desk.choose_outcome("60")
    assert [line["outcome"] for line in events(room, "outcome.commit")] == ["60"]
    room.close()


def test_edge_29_who_answers_without_a_sound_is_called_again_and_the_call_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line says that somebody is there, and nobody is heard: the desk shows it, and nothing is taken for an interview."""
    room = seat(tmp_path, answers())
    ring(room)
    spoil(room, monkeypatch, right=True)
    room.pass_time(5000)
    assert room.desk.screen.recording is RecordingView.TROUBLE
    assert room.desk.screen.case is not None
    case = room.desk.screen.case.case
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.NOT_ACCEPTED
    room.desk.choose_outcome("14")
    assert [attempt.outcome for attempt in room.ledger.store.case(case).attempts] == ["14"]
    room.desk.next_case()
    assert room.desk.screen.case is None or room.desk.screen.case.case != case, "it has its delay"
    room.close()


def test_a_call_that_nobody_took_has_nothing_to_cover(tmp_path: Path) -> None:
    room = seat(tmp_path, picks(Pickup.BUSY))
    room.desk.next_case()
    room.desk.dial()
    room.wait_for(Page.OUTCOME)
    (closed,) = events(room, "rec.close")
    assert "covered" not in closed
    room.close()


def test_the_desk_has_no_verb_that_stops_a_recording(tmp_path: Path) -> None:
    """Whatever the interviewer does while somebody is on the line, every second of the call is in the recording."""
    room = seat(tmp_path, answers())
    verbs = {name for name in dir(room.desk) if not name.startswith("_")}
    assert not [name for name in verbs if "record" in name or "tape" in name]
    ring(room)
    room.desk.mute()
    room.desk.pause()
    before = room.worker.samples
    room.pass_time(3000)
    assert room.worker.samples - before >= 2.8 * 8000
    room.desk.mute()
    closed = finish(room)
    (ended,) = events(room, "dial.end")
    assert closed["samples"] == ended["at"]
    room.close()


def test_every_recipient_of_the_study_opens_the_recording_by_himself(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    ring(room)
    closed = finish(room)
    path = room.ledger.recording_path(str(closed["call"]))
    keys = centre().identities
    assert decrypt(path, [keys["centre"]]) == decrypt(path, [keys["lead"]])
    with pytest.raises(SealError, match="None of the given keys"):
        decrypt(path, [keys["contact"]])
    room.close()


def test_edge_24_where_nothing_can_be_recorded_nothing_is_dialled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def full(descriptor: int, size: int, folder: Path) -> None:
        asked.append(size)
        raise OSError(errno.ENOSPC, "No space left on device")

    room = seat(tmp_path, answers())
    monkeypatch.setattr("app.evidence.recording.reserve", full)
    room.desk.next_case()
    room.desk.dial()
    room.pass_time(3000)
    assert asked[0] >= RESERVE_SECONDS * 16_000
    assert events(room, "dial.start", "rec.open") == []
    assert room.desk.screen.notice is Notice.STOPPED
    assert "full" in room.desk.screen.notice_text or "space" in room.desk.screen.notice_text
    room.close()

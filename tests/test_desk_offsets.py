"""Every answer, change and outcome stands at a sample of its call's recording: in order, and inside it."""

from pathlib import Path
from typing import Any

import pytest

from app.interview.screen import Page
from app.line.worker import LineWorker
from tests.desk_room import Room
from tests.desk_talk import answers, events, leaves, on, opened, ring, seat, talk

BOUND = ("answer.commit", "answer.amend", "outcome.commit", "line", "dial.end")


def two_calls(folder: Path) -> Room:
    """An interview with a changed answer, and one that is broken off by the respondent."""
    room = seat(folder, answers(), leaves("q05"))
    ring(room)
    talk(room, until="q06")
    room.desk.back()
    assert on(room).name == "q05"
    room.pass_time(1500)
    room.desk.answer("3")
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.pass_time(2000)  # the outcome is chosen when the line is long idle
    room.desk.choose_outcome("60")
    ring(room)
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome(room.desk.screen.proposed or "31")
    return room


def faults(room: Room) -> list[str]:
    """Lines of the journal whose offset is missing, goes back within its call, or lies outside the call's recording."""
    found, latest = list[str](), dict[str, int]()
    samples = {str(line["call"]): int(line["samples"]) for line in events(room, "rec.close")}
    for line in events(room, *BOUND):
        call, at = str(line["call"]), line.get("at", -1)
        if not latest.get(call, 0) <= at <= samples[call]:
            found.append(f"{line['type']} at {at}, after {latest.get(call, 0)} of {samples[call]}")
        latest[call] = max(latest.get(call, 0), at)
    return found


def test_every_offset_is_in_order_and_inside_the_recording(tmp_path: Path) -> None:
    room = two_calls(tmp_path)
    assert faults(room) == []
    bound = events(room, *BOUND)
    assert len({line["call"] for line in bound}) == 2
    assert {line["type"] for line in bound} == set(BOUND)
    room.close()


def test_answers_given_one_after_the_other_have_different_offsets(tmp_path: Path) -> None:
    room = two_calls(tmp_path)
    trail: list[dict[str, Any]] = [
        each for document in opened(room, "interview") for each in document["trail"]
    ]
    changed = [each for each in trail if each["question"] == "q05" and each["value"] == "3"]
    first = [each for each in trail if each["question"] == "q05" and each["value"] != "3"]
    assert changed
    assert changed[0]["at"] - first[0]["at"] >= 1.4 * 8000
    room.close()


@pytest.mark.parametrize("wrong", ["back to zero", "beyond the end"])
def test_saboteur_offsets_that_do_not_follow_the_sound_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    room = seat(tmp_path, answers())
    ring(room)
    talk(room, until="q03")
    shift = -room.worker.samples if wrong == "back to zero" else 10**9
    real = LineWorker.__getattribute__

    def shifted(worker: LineWorker, name: str) -> Any:
        return real(worker, name) + shift if name == "samples" else real(worker, name)

    with monkeypatch.context() as patch:
        patch.setattr(LineWorker, "__getattribute__", shifted)
        room.desk.answer("7")
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("60")
    assert faults(room) != []
    room.close()

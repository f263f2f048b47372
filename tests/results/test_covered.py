"""An interview whose recording has lost a side is complete and in the response rate, but nobody could check it: not in the index."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.errors import StorageError
from app.evidence.recording import Recorder
from app.interview.screen import Page
from app.results import open as opening
from app.results.open import Opened, open_archive
from app.results.summary import build, subject_of
from app.results.words import notes
from tests.desk_room import centre, source
from tests.desk_talk import answers, ring, seat, talk
from tests.line.test_covered_desk import spoil


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two interviews; during the second the interviewer's microphone was dead."""
    room = seat(tmp_path_factory.mktemp("covered"), answers(), answers())
    with pytest.MonkeyPatch.context() as patch:
        for number in range(2):
            ring(room)
            if number:
                spoil(room, patch, left=True)
            talk(room)
            room.wait_for(Page.OUTCOME)
            room.desk.choose_outcome("60")
    room.desk.sign_out()
    room.close()
    return room.folder


def opened(folder: Path) -> Opened:
    return open_archive(folder, list(centre().identities.values()))


def test_edge_24_an_interview_without_its_recording_is_not_scored_and_said_in_the_notes(worked: Path) -> None:
    rows = opened(worked)
    assert [row.covered for row in rows.interviews] == [True, False]
    assert [row.outcome for row in rows.interviews] == ["60", "60"]
    made = build(subject_of(source()), rows.calls, rows.interviews, created=date(2017, 11, 30))
    assert (made.scored, made.uncovered, made.counts["I"]) == (1, 1, 2)
    assert any("录音不完整" in note.zh and note.zh.startswith("另有1份") for note in notes(made))


def test_nothing_is_said_where_every_recording_is_whole(worked: Path) -> None:
    rows = opened(worked)
    whole = [replace(row, covered=True) for row in rows.interviews]
    made = build(subject_of(source()), rows.calls, whole, created=date(2017, 11, 30))
    assert (made.scored, made.uncovered) == (2, 0)
    assert not any("录音不完整" in note.zh for note in notes(made))


def test_an_interview_whose_recording_broke_off_is_not_scored_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What of it is there was never counted; that the last question had been asked does not make it whole."""
    room = seat(tmp_path, answers())
    ring(room)

    def cannot(self: Recorder) -> None:
        self.abandon()
        raise StorageError("The disk is full")

    monkeypatch.setattr(Recorder, "close", cannot)
    talk(room)
    room.wait_for(Page.OUTCOME)
    monkeypatch.undo()
    room.desk.choose_outcome("60")
    room.desk.sign_out()
    room.close()
    assert [(row.outcome, row.covered) for row in opened(room.folder).interviews] == [("60", False)]


def test_saboteur_that_does_not_look_at_the_recordings_scores_it(
    worked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = frozenset(row.call for row in opened(worked).calls)
    monkeypatch.setattr(opening, "_covered", lambda place: calls)
    assert all(row.covered for row in opened(worked).interviews)

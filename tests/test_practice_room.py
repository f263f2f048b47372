"""The practice desk that the window opens: furnished once, the same the next time, and it stands up to verify."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import VirtualClock, seeded
from app.desk import Desk
from app.errors import StorageError
from app.evidence.verify import verify
from app.interview.screen import Page
from app.interviewer import Interviewer
from app.line.worker import LineWorker
from app.practice_room import PracticeRoom, open_practice_room
from app.sample.outcome import load_outcomes
from hardware.rehearsal import Rehearsal
from tests.desk_room import NOON, STUDY


@pytest.fixture
def room(tmp_path: Path) -> Iterator[PracticeRoom]:
    room = open_practice_room(tmp_path / "practice", STUDY, VirtualClock(NOON), seeded("practice"))
    yield room
    room.ledger.close()


def test_a_practice_call_can_be_made_and_verified_from_beginning_to_end(room: PracticeRoom) -> None:
    clock = room.ledger.clock
    assert isinstance(clock, VirtualClock)
    line = Rehearsal(room.residents, clock, room.seed)
    worker = LineWorker(line.line, line.sound, room.ledger.entropy)
    desk = Desk(room.ledger, worker, load_outcomes(), practice=line.practice, characters_per_second=40)
    assert desk.screen.rehearsal
    person = Interviewer(desk, "小李")
    while desk.screen.counts.dials < 2 or desk.screen.page is not Page.READY:
        if not person.step():
            clock.advance(200)
            desk.tick()
    desk.sign_out()
    desk.close()
    verdict = verify(room.ledger.folder)
    assert verdict.ok, verdict.text()


def test_the_next_start_finds_the_same_room(room: PracticeRoom, tmp_path: Path) -> None:
    cases = room.ledger.store.cases()
    room.ledger.close()
    again = open_practice_room(tmp_path / "practice", STUDY, VirtualClock(NOON + 10**6), seeded("other"))
    assert again.ledger.store.cases() == cases
    assert again.residents == room.residents
    again.ledger.close()


def test_a_second_window_is_refused_and_lets_go_of_the_store(room: PracticeRoom, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="already running"):
        open_practice_room(tmp_path / "practice", STUDY, VirtualClock(NOON), seeded("other"))

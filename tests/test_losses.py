"""What central has lost stands at the desk until somebody has had it before his eyes, whatever became of the round that found it."""

from pathlib import Path

import pytest

from app import desk as desk_module
from app.errors import StorageError
from app.interview.screen import SendingView
from app.losses import alarm, lost
from tests.desk_room import NOON, Room
from tests.desk_talk import seat

LOST = "Central had lost lines that it signed for (it held 0 of 3); they are handed in again"


def shown(room: Room) -> str:
    view = room.desk.screen.sending
    return view.alarm if view else ""


def restarted(room: Room) -> Room:
    room.close()
    room.clock.advance(3_600_000)
    return room.open()


def test_the_next_start_shows_it_and_who_signs_in_has_seen_it(tmp_path: Path) -> None:
    room = seat(tmp_path)
    lost(room.station.store, 0, 3)  # by a round that was killed: nobody tells the window anything
    for _ in range(2):
        restarted(room)
        assert (shown(room), alarm(room.station.store)) == (LOST, LOST)
    room.desk.sign_in("小李")
    room.desk.sending(SendingView(at=NOON, last=NOON))
    assert (shown(room), alarm(room.station.store)) == (LOST, ""), "on the screen until the program ends"
    assert shown(restarted(room)) == ""
    room.close()


def test_whatever_a_round_tells_of_itself_the_desk_shows_it_and_who_signs_out_has_seen_it(
    tmp_path: Path,
) -> None:
    room = seat(tmp_path)
    room.desk.sending(SendingView(at=NOON, last=NOON))
    assert shown(room) == ""
    lost(room.station.store, 0, 3)
    room.desk.sending(SendingView(at=NOON, since=NOON, refused="exit -9"))
    assert (shown(room), alarm(room.station.store)) == (LOST, LOST)
    room.desk.sign_out()
    assert (shown(room), alarm(room.station.store)) == (LOST, "")
    room.close()


def test_what_was_found_after_the_last_look_at_the_screen_is_not_seen(tmp_path: Path) -> None:
    room = seat(tmp_path)
    lost(room.station.store, 0, 3)
    room.desk.sign_out()
    assert shown(restarted(room)) == LOST
    room.close()


def test_saboteur_a_desk_that_asks_only_the_round_never_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "alarm", lambda _: "")
    room = seat(tmp_path)
    lost(room.station.store, 0, 3)
    room.desk.sending(SendingView(at=NOON, since=NOON, refused="exit -9"))
    assert shown(room) == shown(restarted(room)) == ""
    room.close()


def test_a_store_that_cannot_be_asked_ends_no_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = seat(tmp_path)

    def refuses(_: object) -> str:
        raise StorageError("The disk does not work")

    with monkeypatch.context() as broken:
        broken.setattr(desk_module, "alarm", refuses)
        room.desk.sending(SendingView(at=NOON, last=NOON))
    assert (shown(room), room.desk.screen.notice_text) == ("", "")
    room.close()

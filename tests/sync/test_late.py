"""Handing in does not end with the study, nor with a clock that has run ahead; and what a renewed workstation leaves behind is said."""

from pathlib import Path

import pytest
import stamina

from app.__main__ import main
from app.clock import VirtualClock
from app.commands import sync as sync_command
from app.workstation import Workstation
from tests.desk_room import NOON
from tests.desk_talk import answers, seat
from tests.sync.test_renewal import restored
from tests.sync.world import World

LONG_AFTER = NOON + 3 * 10**10


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workstation with a call to hand in, a year after its study has ended, and no central at its address."""
    room = seat(tmp_path, answers())
    room.work(1)
    room.close()
    monkeypatch.setattr(sync_command, "SystemClock", lambda: VirtualClock(LONG_AFTER))
    monkeypatch.setenv("FANGXIN_CENTRAL_URL", "http://127.0.0.1:9")
    return room.folder


def test_sync_now_tries_central_after_the_study_has_ended(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with stamina.set_testing(True, attempts=5):  # no pause before another try
        assert main(["--data-dir", str(desk), "sync", "now"]) == 1
    said = capsys.readouterr().err
    assert "expired" not in said
    assert "127.0.0.1" in said


def test_a_new_epoch_may_begin_after_the_study_has_ended(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data-dir", str(desk), "sync", "renew", "--reason", "damaged", "--offline"]) == 0
    said = capsys.readouterr()
    assert ".2 now" in said.out
    assert "until the centre decides" not in said.err, "a damaged epoch's lines are handed in by the new one"


def test_saboteur_a_sync_that_asks_for_a_study_to_call_with_would_keep_everything_back(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = Workstation.study
    monkeypatch.setattr(Workstation, "study", lambda station, **_: study(station))
    for command in (["now"], ["renew", "--reason", "damaged", "--offline"]):
        assert main(["--data-dir", str(desk), "sync", *command]) == 1
        assert "expired" in capsys.readouterr().err


def test_calls_that_were_made_in_a_restored_copy_are_counted_and_where_they_lie_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with World(tmp_path) as world:
        _, room, _ = restored(tmp_path, world)
        room.work(2)
        room.close()
        monkeypatch.setattr(sync_command, "SystemClock", lambda: VirtualClock(LONG_AFTER))
        assert (
            main(["--data-dir", str(room.folder), "sync", "renew", "--reason", "restored", "--offline"]) == 0
        )
    said = capsys.readouterr().err
    assert "2 calls of " in said
    assert str(room.folder / "journals" / "1") in said
    assert "stick" in said


def test_nothing_is_said_where_nothing_was_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with World(tmp_path) as world:
        _, room, _ = restored(tmp_path, world)
        room.close()
        monkeypatch.setattr(sync_command, "SystemClock", lambda: VirtualClock(LONG_AFTER))
        assert (
            main(["--data-dir", str(room.folder), "sync", "renew", "--reason", "restored", "--offline"]) == 0
        )
    assert "until the centre decides" not in capsys.readouterr().err

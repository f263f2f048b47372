"""A desk put together on a workplace: the practice desk with its child process, and what a field desk needs."""

import shutil
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from app import settings
from app.clock import system_entropy
from app.desk import Desk
from app.errors import StudyError, UsageError
from app.interview.screen import Notice, Page
from app.interviewer import Interviewer
from app.line.process import WorkerProcess
from app.settings import LineSettings, choose_line
from app.study.bundle import build
from app.study.load import load
from app.study.model import StudySource
from app.workplace import Place, field_desk, line_choice, practice_desk
from app.workstation import open_workstation
from tests.desk_room import CENTRAL, STUDY, centre, source
from tests.desk_talk import drawn
from tests.line.desk import NoonClock
from ui.__main__ import main

FIELD = 1_795_833_000_000  # Saturday 2026-11-28 10:30 in China: an hour in which is called


def noon() -> NoonClock:
    """A clock in the middle of a field day."""
    clock = NoonClock()
    clock.now = FIELD
    return clock


def place(folder: Path) -> Place:
    """A workplace at noon."""
    return Place(folder, noon(), system_entropy)


@cache
def real_study(folder: Path) -> StudySource:
    """The study as if its numbers were real."""
    copy = folder / "study"
    shutil.copytree(STUDY, copy)
    toml = copy / "study.toml"
    toml.write_text(
        toml.read_text("utf-8").replace("rehearsal_only = true", "rehearsal_only = false"), "utf-8"
    )
    return load(copy)


def install(folder: Path, study: StudySource) -> None:
    """A study on the workstation."""
    out = folder.parent / "made.study"
    build(
        study,
        version=study.version,
        expires=FIELD + 10**10,
        recipients=centre().recipients,
        central_vkey=CENTRAL.vkey,
        witness_vkeys=(),
        signer=centre().publisher,
        out=out,
    )
    station = open_workstation(folder, noon(), system_entropy)
    try:
        station.install_study(out.read_bytes(), centre().publisher.verifier)
    finally:
        station.store.close()


def until(desk: Desk, true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Tick until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, desk.screen
        desk.tick()
        time.sleep(0.01)


def test_the_practice_desk_makes_a_call_over_its_child_process(tmp_path: Path) -> None:
    desk = practice_desk(place(tmp_path / "practice"), STUDY)
    try:
        assert isinstance(desk._worker, WorkerProcess)
        person = Interviewer(desk, "小李")
        until(desk, lambda: not person.step() and desk.screen.page is Page.DIALING)
        assert desk.screen.rehearsal
        assert "138" not in (desk.screen.case.number[3:] if desk.screen.case else "")
        desk.hang_up()
        until(desk, lambda: desk.screen.page is Page.OUTCOME)
        desk.choose_outcome("16")
        assert desk.screen.notice is Notice.SAVED
    finally:
        desk.close()
    assert (tmp_path / "practice" / "logs" / "line.log").exists()


def test_a_workplace_without_a_line_is_told_how_to_choose_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data-dir", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "No telephone line is chosen on this workstation" in said
    assert "fangxin line use" in said
    assert "--rehearse" in said


def test_the_rehearsal_line_is_no_line_for_the_field(tmp_path: Path) -> None:
    choose_line(tmp_path, LineSettings(driver="rehearsal"))
    with pytest.raises(UsageError, match="reaches nobody"):
        line_choice(settings.load(tmp_path))


def test_a_workstation_without_a_study_is_told_to_enrol(tmp_path: Path) -> None:
    choose_line(tmp_path, LineSettings(driver="softphone", port="sip:1@127.0.0.1"))
    with pytest.raises(StudyError, match="No study is installed"):
        field_desk(place(tmp_path), settings.load(tmp_path))
    # and everything was let go of:
    with pytest.raises(StudyError, match="No study is installed"):
        field_desk(place(tmp_path), settings.load(tmp_path))


def test_made_up_numbers_are_never_dialled_in_earnest(tmp_path: Path) -> None:
    choose_line(tmp_path, LineSettings(driver="softphone", port="sip:1@127.0.0.1"))
    install(tmp_path, source())
    with pytest.raises(StudyError, match="for practice only"):
        field_desk(place(tmp_path), settings.load(tmp_path))


@pytest.mark.slow
def test_a_field_desk_opens_with_a_line_that_is_not_there_and_says_so(tmp_path: Path) -> None:
    """The interviewer may sign in; he is told what is wrong, and nothing is dialled or journalled as dialled."""
    folder = tmp_path / "desk"
    missing = {"program": str(tmp_path / "no such program")}
    choose_line(folder, LineSettings(driver="softphone", port="sip:1@127.0.0.1", options=missing))
    install(folder, real_study(tmp_path))
    desk = field_desk(place(folder), settings.load(folder, auto_dial=True))
    try:
        assert not desk.screen.rehearsal
        assert desk.screen.auto_dial is True
        until(desk, lambda: any(not each.good for each in desk.screen.device.conditions))
        (condition,) = [each for each in desk.screen.device.conditions if not each.good]
        assert "softphone cannot be opened" in condition.value
        desk.sign_in("小李")
        desk._ledger.assigned("0" * 64, drawn("real", 5))
        desk.next_case()
        desk.dial()
        assert (desk.screen.page, desk.screen.notice) == (Page.CASE, Notice.STOPPED)
        assert "softphone cannot be opened" in desk.screen.notice_text
        assert not list((folder / "recordings").glob("*"))
    finally:
        desk.close()


@pytest.mark.skipif(sys.platform == "win32", reason="not tried on Windows")
def test_two_desks_on_one_folder_are_refused_in_plain_words(tmp_path: Path) -> None:
    first = practice_desk(place(tmp_path / "practice"), STUDY)
    try:
        with pytest.raises(Exception, match="already running"):
            practice_desk(place(tmp_path / "practice"), STUDY)
    finally:
        first.close()

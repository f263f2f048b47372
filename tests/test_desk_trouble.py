"""The desk when disk, journal, store or line refuse: nothing acknowledged is lost, and nothing is dialled unrecorded."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.case_in_hand import CaseInHand
from app.clock import SystemClock, system_entropy
from app.errors import LineError, StorageError
from app.evidence import appended as journal_module
from app.evidence import checkpoints, durable
from app.evidence.journal import Journal, read
from app.evidence.recording import Recorder
from app.evidence.verify import verify
from app.interview.events import Answered
from app.interview.screen import Entered, LineView, Notice, Page, RecordingView, UnsavedView
from app.line.contract import Unheard
from app.room import BALLAST
from app.store import Store
from app.workstation import open_workstation
from hardware.base import RATE, LineEvent, Pickup
from hardware.rehearsal import RehearsalLine
from tests.desk_room import Room, centre
from tests.desk_talk import (
    answered,
    answers,
    commitments_open,
    drawn,
    events,
    hear,
    on,
    picks,
    ring,
    seat,
    talk,
)

FULL = StorageError("The disk is full", where="/somewhere", todo="Free some space, then start again.")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A desk whose first two respondents answer everything."""
    room = seat(tmp_path, answers(), answers())
    yield room
    room.close()


def restarted(room: Room) -> Room:
    """The program ended, and started again a minute later."""
    room.close()
    room.clock.advance(60_000)
    return room.open()


def judged(room: Room) -> None:
    """Sign out and let the whole folder be verified."""
    room.desk.sign_out()
    room.ledger.journal.checkpoint()
    verdict = verify(room.folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()


def test_the_lamp_shows_trouble_until_both_sides_are_heard_again(room: Room) -> None:
    """Both were dead; one is back: what is recorded is still no conversation."""
    ring(room)
    desk = room.desk

    def told(side: str, *, over: bool) -> RecordingView:
        desk._take([Unheard(side, 0, over=over)])
        return desk.screen.recording

    assert told("left", over=False) is RecordingView.TROUBLE
    assert told("right", over=False) is RecordingView.TROUBLE
    assert told("left", over=True) is RecordingView.TROUBLE
    assert told("right", over=True) is RecordingView.ON
    sides = [e.data["where"] for e in read(room.ledger.journal.path) if e.data.get("code") == "no signal"]
    assert sides == ["left channel", "right channel"]


# What leaves the machine, and when


class Witness:
    """Looks at the disk at the moment at which the number leaves the machine. A saboteur's line would not care."""

    def __init__(self, room: Room) -> None:
        self.saw: list[str] = []
        self.unsynced: list[str] = []
        self._room, self._line, self._dial = room, room.room.line, room.room.line.dial
        self._line.dial = self.dial  # type: ignore[method-assign]

    def dial(self, number: str, call_id: str) -> None:
        journal = self._room.ledger.journal.path
        self.saw = [e.data["type"] for e in read(journal) if e.data.get("call") == call_id]
        recording = self._room.ledger.recording_path(call_id)
        assert recording.stat().st_size > 200, "the recording's header is not on the disk"
        self._dial(number, call_id)


def test_header_and_intent_are_on_the_disk_before_the_number_is_dialled(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    write, sync = journal_module.write_all, journal_module.sync_data
    monkeypatch.setattr(journal_module, "write_all", lambda *a: (order.append("write"), write(*a))[1])
    monkeypatch.setattr(journal_module, "sync_data", lambda *a: (order.append("sync"), sync(*a))[1])
    witness = Witness(room)
    dial = room.room.line.dial
    room.room.line.dial = lambda *a: (order.append("dial"), dial(*a))[1]  # type: ignore[method-assign]
    room.desk.next_case()
    room.desk.dial()
    assert witness.saw == ["rec.open", "dial.start"]
    assert order[:3] == ["write", "sync", "dial"]


def test_a_desk_that_dials_first_is_caught(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur: the property above is not true by itself."""
    real = CaseInHand.prepare

    def dials_first(self: CaseInHand, ledger: Any, worker: Any) -> None:
        worker._line.dial(self.case.number, "0" * 16)
        real(self, ledger, worker)

    monkeypatch.setattr(CaseInHand, "prepare", dials_first)
    Witness(room)
    room.desk.next_case()
    with pytest.raises(FileNotFoundError):
        room.desk.dial()


def test_no_telephone_number_lies_anywhere_in_clear(room: Room) -> None:
    room.work(6)
    room.desk.sign_out()
    files = [path for path in room.folder.rglob("*") if path.is_file()]
    assert {"journal.jsonl", "store.db"} <= {path.name for path in files}
    assert sum(path.parent.name == "objects" for path in files) >= 6
    numbers = [case.number.encode() for case in drawn("room", 40)]
    for path in files:
        data = path.read_bytes()
        for number in numbers:
            assert number not in data, path
            assert number[3:] not in data, path
            assert number.decode() not in path.name


def test_every_line_of_a_rehearsal_says_so(room: Room) -> None:
    room.work(3)
    assert {event["rehearsal"] for event in events(room)} == {1}


# The disk refuses before the call


def test_without_room_for_the_recording_nothing_is_dialled_and_dialling_works_later(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.case_in_hand.RESERVE_SECONDS", 10**9)
    room.desk.next_case()
    room.desk.dial()
    screen = room.desk.screen
    assert (screen.page, screen.notice) == (Page.CASE, Notice.STOPPED)
    assert "full" in screen.notice_text or "grow" in screen.notice_text
    assert not events(room, "rec.open", "dial.start")
    assert room.room.line._exchange.call is None
    assert list((room.folder / "recordings").iterdir()) == []
    monkeypatch.undo()
    room.desk.dial()
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.DIALING, Notice.NONE)
    room.wait_for(Page.INTERVIEW)
    talk(room)
    room.desk.choose_outcome("60")
    ring(room)
    room.desk.hang_up()
    room.desk.choose_outcome("31")
    judged(room)


def test_when_the_intent_cannot_be_written_nothing_is_dialled(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.desk.next_case()
    monkeypatch.setattr(journal_module, "write_all", no_space)
    room.desk.dial()
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.CASE, Notice.STOPPED)
    assert room.room.line._exchange.call is None
    monkeypatch.undo()
    again = restarted(room)
    assert again.desk.screen.notice is Notice.NONE, "nothing was interrupted: nobody was dialled"
    assert not events(again, "call.interrupted")
    again.desk.sign_in("小李")
    again.desk.next_case()
    assert again.desk.screen.case is not None
    assert again.desk.screen.case.attempts == 0
    again.desk.dial()
    again.wait_for(Page.INTERVIEW)
    again.desk.hang_up()
    again.desk.choose_outcome("31")
    judged(again)


# The disk refuses during the call


def no_space(*_: object) -> None:
    """What a full disk says."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("fault", ["write_all", "sync_data"])
def test_a_journal_that_cannot_be_written_ends_the_call_and_acknowledges_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    ring(room)
    talk(room, "q03")
    hear(room)
    before = answered(room)
    monkeypatch.setattr(journal_module, fault, no_space)
    room.desk.answer("7")
    screen = room.desk.screen
    assert screen.notice is Notice.STOPPED
    assert "The disk is full" in screen.notice_text
    assert on(room).name == "q03" if screen.question else True
    room.wait_for(Page.OUTCOME, limit=1000)
    assert room.desk.screen.line is LineView.ENDED
    assert room.room.line._exchange.call is None
    room.desk.choose_outcome("39")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.STOPPED)
    monkeypatch.undo()
    again = restarted(room)
    assert again.desk.screen.notice is Notice.RESUMED_AFTER_CRASH
    assert answered(again)[: len(before)] == before
    again.desk.sign_in("小李")
    ring(again)
    assert on(again).name in ("q03", "q04")
    talk(again)
    again.desk.choose_outcome("60")
    assert again.desk.screen.notice is Notice.SAVED
    judged(again)


def test_what_the_disk_refuses_stays_on_the_screen_until_it_is_saved_or_the_next_case(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interviewer must be able to copy it to paper: it stands nowhere else."""
    ring(room)
    talk(room, "q03")
    hear(room)
    monkeypatch.setattr(Store, "record_event", lambda *_: (_ for _ in ()).throw(FULL))
    room.desk.answer("7")
    case = room.desk.screen.case
    assert case is not None
    answer = UnsavedView(Entered.ANSWER, case.case, "q03", "7")
    assert room.desk.screen.unsaved == (answer,)
    room.wait_for(Page.OUTCOME, limit=1000)
    room.desk.choose_outcome("39", "磁盘坏了")
    room.desk.choose_outcome("36", "磁盘坏了")
    assert room.desk.screen.notice is Notice.STOPPED
    outcomes = [each for each in room.desk.screen.unsaved if each.what is Entered.OUTCOME]
    assert outcomes == [UnsavedView(Entered.OUTCOME, case.case, "36", "磁盘坏了")], "the last choice counts"
    monkeypatch.undo()
    room.desk.choose_outcome("39")
    assert room.desk.screen.notice is Notice.SAVED
    assert answer in room.desk.screen.unsaved, "it was not saved, and still is not"
    room.desk.next_case()
    assert room.desk.screen.unsaved == ()


def test_a_call_without_room_for_all_of_it_is_not_begun(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("app.evidence.appended.reserve", "app.store.reserve", "app.room.write_file"):
        monkeypatch.setattr(place, no_space)
        (room.folder / "ballast").unlink(missing_ok=True)
        if room.desk.screen.page is Page.READY:
            room.desk.next_case()
        room.desk.dial()
        assert (room.desk.screen.page, room.desk.screen.notice) == (Page.CASE, Notice.STOPPED), place
        assert "The disk is full" in room.desk.screen.notice_text
        assert room.ledger.store.open_calls() == {}
        monkeypatch.undo()
    room.desk.dial()
    assert room.desk.screen.page is Page.DIALING


def test_a_small_file_that_finds_no_room_gets_the_ballasts(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)
    talk(room)
    ballast, write = room.folder / "ballast", checkpoints.write_file
    assert ballast.stat().st_size == BALLAST

    def full(path: Path, data: bytes) -> None:
        if ballast.exists():
            no_space()
        write(path, data)

    monkeypatch.setattr(checkpoints, "write_file", full)
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.SAVED, room.desk.screen.notice_text
    assert not ballast.exists()
    room.desk.next_case()
    room.desk.dial()
    assert ballast.exists(), "the next call has it again"


def test_a_mark_that_cannot_be_written_does_not_hide_that_the_call_ended(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)
    room.clock.advance(11_000)
    room.worker.hang_up()
    monkeypatch.setattr(journal_module, "write_all", no_space)
    room.desk.tick()
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.STOPPED)


def test_a_recording_that_cannot_go_on_ends_the_call_and_what_is_there_is_kept(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)
    talk(room, "q03")
    hear(room)
    durable = room.worker.seconds_durable
    assert durable > 5
    monkeypatch.setattr("app.evidence.recording.sync_data", no_space)
    room.pass_time(2000)
    screen = room.desk.screen
    assert (screen.page, screen.notice, screen.recording) == (
        Page.OUTCOME,
        Notice.STOPPED,
        RecordingView.TROUBLE,
    )
    monkeypatch.undo()
    room.desk.choose_outcome("39")
    assert room.desk.screen.notice is Notice.SAVED
    (fault,) = events(room, "io.error")
    (found,) = events(room, "rec.recovered")
    assert fault["code"] == "ENOSPC"
    pending = {parcel.sha256: parcel.kind for parcel in room.ledger.store.pending()}
    assert pending[found["age_sha256"]] == "recording-part"
    assert pending[found["tail_sha256"]] == "tail"
    for file in (room.folder / "recordings").iterdir():
        assert file.stat().st_blocks * 512 < 1_000_000, "what was reserved is given back"
    room.desk.next_case()
    room.desk.dial()
    assert (room.desk.screen.page, room.desk.screen.recording) == (Page.DIALING, RecordingView.ON)
    room.wait_for(Page.INTERVIEW)
    room.desk.hang_up()
    room.desk.choose_outcome("31")
    judged(room)


def test_a_recording_that_cannot_be_closed_is_kept_as_it_is(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)
    talk(room, "q03")

    def cannot(self: Recorder) -> None:
        self.abandon()
        raise FULL

    monkeypatch.setattr(Recorder, "close", cannot)
    room.desk.hang_up()
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.OUTCOME, Notice.STOPPED)
    monkeypatch.undo()
    room.desk.choose_outcome("39")
    assert len(events(room, "rec.recovered")) == 1
    judged(room)


@pytest.mark.parametrize("verb", ["enqueue", "record_event", "save_case", "close_call", "close_interview"])
def test_a_store_that_refuses_once_loses_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    ring(room)
    talk(room, "thanks")
    hear(room)
    real, refusals = getattr(Store, verb), [FULL]

    def refuse(self: Store, *arguments: Any, **named: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return real(self, *arguments, **named)

    monkeypatch.setattr(Store, verb, refuse)
    room.desk.answer("")
    room.wait_for(Page.OUTCOME)
    for _ in range(3):
        if room.desk.screen.page is Page.OUTCOME:
            room.desk.choose_outcome("60")
    assert not refusals
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.SAVED)
    assert room.desk.screen.counts.completes == 1
    assert len(events(room, "outcome.commit")) == len(events(room, "rec.close")) == 1
    (case,) = [case for case in room.ledger.store.cases() if case.attempts]
    assert [attempt.outcome for attempt in case.attempts] == ["60"]
    kinds = [parcel.kind for parcel in room.ledger.store.pending()]
    assert kinds.count("recording") == 1
    assert "interview" in kinds
    judged(room)


def disk_fails(*_: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def faults(room: Room) -> list[tuple[str, str]]:
    """What the journal says of the disk: where, what."""
    return [(event["where"], event["code"]) for event in events(room, "io.error")]


def test_a_fault_of_the_store_is_in_the_journal_at_the_end_of_the_call(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)
    room.station.store._database.execute("PRAGMA query_only = ON")  # SQLite's own refusal
    room.desk.answer("")
    assert room.desk.screen.notice is Notice.STOPPED
    room.station.store._database.execute("PRAGMA query_only = OFF")
    room.wait_for(Page.OUTCOME)
    assert faults(room) == []
    room.desk.choose_outcome("39")
    assert faults(room) == [("store.db", "SQLITE_READONLY")]
    judged(room)


def test_a_fault_of_the_journal_is_in_it_after_the_next_start(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)
    monkeypatch.setattr(journal_module, "sync_data", disk_fails)
    hear(room)
    room.desk.answer("")
    monkeypatch.undo()
    assert room.desk.screen.notice is Notice.STOPPED
    again = restarted(room)
    assert faults(again) == [("journals", "EIO")]
    assert faults(restarted(again)) == [("journals", "EIO")]


def test_a_sealed_file_whose_name_did_not_become_durable_does_not_stay(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was once found by the verifier as a file that no line names, in a day in which nothing was lost."""
    ring(room)
    room.desk.hang_up()
    room.wait_for(Page.OUTCOME)
    real, refusals = durable.sync_folder, [1]

    def refuses_once(folder: Path) -> None:
        if folder.name == "objects" and refusals:
            refusals.clear()
            disk_fails()
        real(folder)

    monkeypatch.setattr(durable, "sync_folder", refuses_once)
    room.desk.choose_outcome("39")
    assert (room.desk.screen.page, refusals) == (Page.OUTCOME, [])
    room.desk.choose_outcome("39")
    assert room.desk.screen.notice is Notice.SAVED
    assert faults(room) == [("objects", "EIO")]
    judged(room)


def test_a_checkpoint_whose_name_did_not_become_durable_is_written_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []

    def refuses_once(folder: Path) -> None:
        synced.append(folder)
        if len(synced) == 1:
            disk_fails()

    room.ledger.journal.append("shift.close")
    monkeypatch.setattr(durable, "sync_folder", refuses_once)
    with pytest.raises(StorageError):
        room.ledger.journal.checkpoint()
    room.ledger.journal.checkpoint()
    assert synced == [room.ledger.journal.checkpoints] * 2


def test_an_outcome_that_is_written_is_not_changed_by_a_second_try(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)
    talk(room)
    monkeypatch.setattr(Store, "close_call", lambda *_, **__: (_ for _ in ()).throw(FULL))
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.STOPPED
    monkeypatch.undo()
    room.desk.choose_outcome("39")
    assert [event["outcome"] for event in events(room, "outcome.commit")] == ["60"]
    (case,) = [case for case in room.ledger.store.cases() if case.attempts]
    assert [attempt.outcome for attempt in case.attempts] == ["60"]
    assert room.desk.screen.counts.completes == 1


def test_a_store_that_cannot_be_read_is_said_and_no_case_is_handed_out(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "case", lambda *_: (_ for _ in ()).throw(FULL))
    room.desk.next_case()
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.READY, Notice.STOPPED)
    monkeypatch.undo()
    room.desk.next_case()
    assert room.desk.screen.page is Page.CASE


def test_sign_in_that_cannot_be_written_does_not_happen(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.desk.sign_out()
    monkeypatch.setattr(Journal, "append", lambda *_, **__: (_ for _ in ()).throw(FULL))
    room.desk.sign_in("小王")
    assert (room.desk.screen.page, room.desk.screen.notice) == (Page.SIGN_IN, Notice.STOPPED)
    monkeypatch.undo()
    room.desk.sign_in("小王")
    assert room.desk.screen.page is Page.READY


# The line


def test_a_line_that_will_not_dial_ends_the_call_in_plain_words(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.desk.next_case()

    def broken(self: RehearsalLine, number: str, call_id: str) -> None:
        raise LineError("The modem does not answer", where="COM3", todo="Plug it in again.")

    monkeypatch.setattr(RehearsalLine, "dial", broken)
    room.desk.dial()
    screen = room.desk.screen
    assert (screen.page, screen.notice) == (Page.OUTCOME, Notice.STOPPED)
    assert screen.notice_text == "The modem does not answer (COM3). Plug it in again."
    monkeypatch.undo()
    assert screen.proposed == "19"
    room.desk.choose_outcome("19", "猫掉了")
    assert room.desk.screen.notice is Notice.SAVED
    assert events(room, "dial.end")[0]["cause"] == "device"
    ring(room)
    room.desk.hang_up()
    room.desk.choose_outcome("31")
    judged(room)


def test_a_line_that_fails_while_it_is_asked_is_said_and_the_desk_lives_on(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(room)

    def gone(self: RehearsalLine) -> tuple[LineEvent, ...]:
        raise LineError("The modem is gone", where="COM3")

    monkeypatch.setattr(RehearsalLine, "poll", gone)
    room.pass_time(500)
    assert (room.desk.screen.notice, room.desk.screen.notice_text) == (
        Notice.STOPPED,
        "The modem is gone (COM3).",
    )
    monkeypatch.undo()
    room.pass_time(500)
    assert room.desk.screen.page is Page.OUTCOME


# Another window, and the end


def test_a_second_window_on_the_same_folder_is_refused_in_plain_words_and_harms_nothing(room: Room) -> None:
    ring(room)
    talk(room, "q02")
    lines = room.ledger.journal.size
    station = open_workstation(room.folder, SystemClock(), system_entropy)
    study = station.study() if room.clock.wall() > SystemClock().wall() else room.study
    assert study is not None
    with pytest.raises(StorageError, match="already running") as refused:
        station.open_ledger(study, rehearsal=True)
    assert "Traceback" not in str(refused.value)
    assert "Close the other window first." in str(refused.value)
    station.store.close()
    assert room.ledger.journal.size == lines
    talk(room)
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.SAVED
    judged(room)


def test_closing_the_program_during_a_call_hangs_up_and_keeps_everything(room: Room) -> None:
    ring(room)
    talk(room, "q04")
    seconds = room.worker.samples / RATE
    again = restarted(room)
    (closed,) = events(again, "rec.close")
    assert closed["samples"] / RATE >= seconds
    assert [event["cause"] for event in events(again, "dial.end")] == ["local_hangup"]
    assert len(events(again, "call.interrupted")) == 1
    again.desk.sign_in("小李")
    again.desk.next_case()
    assert again.desk.screen.notice is Notice.INTERVIEW_RESUMES
    again.desk.dial()
    again.wait_for(Page.INTERVIEW)
    assert on(again).name == "q04"
    talk(again)
    again.desk.choose_outcome("60")
    judged(again)


def test_a_draft_is_sealed_before_a_final_outcome_without_a_conversation_deletes_it(tmp_path: Path) -> None:
    room = seat(tmp_path, answers())
    ring(room)
    talk(room, "q06")
    interview = room.ledger.store.open_interviews()[0]
    given = [event for event in room.ledger.store.events(interview) if isinstance(event, Answered)]
    room.close()  # as after a crash: no outcome, so nothing was sealed yet
    room.clock.advance(60_000)
    room.residents = {number: picks(Pickup.BUSY)(number) for number in room.residents}
    room.open().desk.sign_in("小李")
    room.desk.next_case()
    room.desk.dial()
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("54")
    assert room.desk.screen.notice is Notice.SAVED
    assert room.ledger.store.open_interviews() == ()
    assert commitments_open(room) == len(given) == 12
    judged(room)
    room.close()

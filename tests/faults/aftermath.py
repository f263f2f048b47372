"""After the fault: the desk is started again, and everything that it had acknowledged must be there."""

from pathlib import Path

from app.canonical import commit
from app.clock import VirtualClock
from app.errors import FangxinError
from app.evidence.journal import read
from app.evidence.recording import join, remains_of
from app.evidence.verify import Verdict, verify
from app.interview.events import Answered
from app.interview.screen import Notice
from hardware.base import RATE
from tests.desk_room import Room, centre
from tests.faults.told import Acknowledged

Entries = list[dict[str, object]]


def judge(room: Room, told: Acknowledged, *, another: bool = True) -> dict[str, object]:
    """Everything acknowledged is there, the interruption is logged, the case comes first, another call can be made, and verify is
    satisfied with the whole. room: of the dead desk's folder, not open; its clock later than any of the dead desk's. another=False:
    without the other call."""
    try:
        room.open()
    except FangxinError as error:
        raise AssertionError(f"the next start is refused: {error}") from error
    try:
        entries = [entry.data for entry in read(room.ledger.journal.path)]
        interrupted = [str(e["case"]) for e in entries if e["type"] == "call.interrupted"]
        _acknowledged_is_there(room, told, entries)
        assert not room.station.store.open_calls(), "a call is still open after recovery"
        resumed = room.desk.screen.notice is Notice.RESUMED_AFTER_CRASH
        if resumed:
            room.desk.sign_in("小李")
            room.desk.next_case()
            assert room.desk.screen.case is not None, "no case after recovery"
            assert room.desk.screen.case.case == interrupted[-1], "the interrupted case is not the next one"
        if another:
            _another_call(room)
    finally:
        room.close()
    check(room.folder)
    in_call = any(e["type"] == "dial.start" and e["case"] == told.case for e in entries) and told.case
    return {
        "phase": told.phase,
        "answers": len(told.answers),
        "sound": sum(told.sound.values()),
        "in_call": bool(in_call),
        "interrupted": len(interrupted),
        "resumed": resumed,
    }


def _another_call(room: Room) -> None:
    try:
        room.work(room.desk.screen.counts.dials + 1)
    except (
        AssertionError
    ) as error:  # the screen shows the last refusal; what the disk said first is kept here
        raise AssertionError(f"no other call, the disk said {room.ledger._met}: {error}") from error
    room.desk.sign_out()


def check(folder: Path) -> Verdict:
    """Integrity and completeness, with the centre's keys."""
    verdict = verify(folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()
    return verdict


def later(clock: VirtualClock, milliseconds: int = 1_800_000) -> VirtualClock:
    """The clock of the next start."""
    return VirtualClock(clock.wall() + milliseconds)


def _acknowledged_is_there(room: Room, told: Acknowledged, entries: Entries) -> None:
    _answers_are_there(room, told, entries)
    for call, seconds in told.sound.items():
        _sound_is_there(room, entries, call, seconds)
    outcomes = {(e["case"], e["outcome"]) for e in entries if e["type"] == "outcome.commit"}
    for outcome in told.outcomes:
        assert outcome in outcomes, f"outcome {outcome} is lost"


def _answers_are_there(room: Room, told: Acknowledged, entries: Entries) -> None:
    commits = {str(e["commit"]) for e in entries if e["type"] in ("answer.commit", "answer.amend")}
    closed = {e["case"] for e in entries if e["type"] == "interview.close"}
    for case, question, value in told.answers:
        interview = room.station.store.interview_of(case)
        if interview is None:
            assert case in closed, f"the interview of case {case} is gone"
            continue
        kept = [
            e
            for e in room.station.store.events(interview)
            if isinstance(e, Answered) and e.question == question
        ]
        assert any(e.value == value for e in kept), f"answer {question}={value} is lost"
        assert commit(bytes.fromhex(kept[-1].salt), kept[-1].value) in commits, (
            f"{question} has no commitment"
        )


def _sound_is_there(room: Room, entries: Entries, call: str, seconds: int) -> None:
    closed = [e for e in entries if e["type"] == "rec.close" and e["call"] == call]
    path = room.ledger.recording_path(call)
    found = remains_of(path)
    samples = join(
        found.age, None if closed else found.tail, list(centre().identities.values()), call_id=call
    )
    assert samples >= seconds * RATE, f"call {call}: {samples / RATE:.2f} s of {seconds} acknowledged"
    if closed:
        assert int(str(closed[0]["samples"])) == samples, "rec.close says another length"

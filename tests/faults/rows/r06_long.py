"""Row 6, a call that outlasts its reserve of 40 minutes: it has more of the disk in time; on a disk that others have filled meanwhile its
interviewer hears how long it can go on, and it ends within what it has. Played on a virtual clock, written to a real file system."""

from functools import partial
from pathlib import Path

from app.case_in_hand import MORE
from app.desk import Desk
from app.interview.screen import Notice, Page
from app.line.contract import RESERVE_SECONDS
from hardware.base import RATE
from tests.desk_room import Room
from tests.desk_talk import events, ring, talk
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.disks import PROGRAMS, fill
from tests.faults.rows.r06_full import closed, judged, place, room_on, works

MINUTE = 60
BEYOND = RESERVE_SECONDS + 3 * MINUTE


def _goes_on(room: Room, seconds: int) -> list[int]:
    """They talk until the call is so long, or over. Returns the minutes left of which the interviewer was told."""
    told: list[int] = []
    while room.worker.samples < seconds * RATE and room.desk.screen.page is Page.INTERVIEW:
        room.pass_time(1_000, step=500)
        if room.desk.screen.notice is Notice.NO_ROOM:
            told.append(int(room.desk.screen.notice_text))
    return sorted(set(told), reverse=True)


def _more_in_time(room: Room, _: int) -> Path:
    """The disk is filled in the 36th minute, when more had to be reserved: the call goes on all the same."""
    _goes_on(room, 36 * MINUTE)
    greedy = fill(room.folder.parent)
    assert _goes_on(room, BEYOND) == [], "told of a want of room, and there was room"
    assert room.desk.screen.page is Page.INTERVIEW, f"the call is over: {room.desk.screen.notice_text}"
    talk(room)
    closed(room, "60")
    return greedy


def _ended(room: Room, chance: int) -> Path:
    """The disk is filled before: told from the tenth minute before the end on, and ended; the interview stays open for another call."""
    _goes_on(room, (5 + chance % 20) * MINUTE)
    greedy = fill(room.folder.parent)
    told = _goes_on(room, RESERVE_SECONDS + MORE)
    assert told == list(range(9, 0, -1)), f"told of these minutes: {told}"
    screen = room.desk.screen
    assert (screen.page, screen.notice) == (Page.OUTCOME, Notice.STOPPED), screen
    closed(room, "39")
    samples = int(events(room, "rec.close")[-1]["samples"])
    assert samples < RESERVE_SECONDS * RATE, "the call outlasts its reserve"
    return greedy


def _finished(room: Room, chance: int) -> Path:
    """The interviewer, being told, comes to the end: the whole interview is saved on the full disk."""
    greedy = fill(room.folder.parent)
    assert _goes_on(room, (32 + chance % 6) * MINUTE), "nobody is told"
    talk(room)
    closed(room, "60")
    return greedy


STAGES = (_ended, _more_in_time, _finished)


def _long(case: Trial) -> Seen:
    stage, chance = STAGES[case.number % len(STAGES)], case.chance.randrange(1000)
    with place(case) as (kind, folder), room_on(folder) as room:
        works(room)
        room.clock.advance(60_000)
        ring(room)
        talk(room, "q05")
        stage(room, chance).unlink()
        seconds = int(events(room, "rec.close")[-1]["samples"]) // RATE
        works(room)
        judged(room, 2 if stage is _ended else 3)
        return {"stage": stage.__name__.strip("_"), "on": kind, "length": seconds}


def _careless(case: Trial) -> Seen:
    """The control: nobody looks how much of the reserve is left."""
    real = Desk._keep_room
    Desk._keep_room = lambda _self: None  # type: ignore[method-assign]
    try:
        return _long(case)
    finally:
        Desk._keep_room = real  # type: ignore[method-assign]


_row = partial(Row, needs=PROGRAMS["ext4"], root=True)
ROWS = [
    _row("6.long", "a call longer than its reserve, on a disk that is filled meanwhile", _long, 4, 12),
    _row(
        "6.control3",
        "control: a desk that does not look at its reserve",
        _careless,
        1,
        3,
        control=r"told of these minutes: \[\]",
    ),
]

"""Row 6: the disk is full, at every stage. A call is begun only with room for all of it, and comes to its end on a full disk; what is
refused is said in plain words, nothing acknowledged is lost, and once there is room again work goes on without a new start."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from app.errors import FangxinError
from app.evidence import appended, recording
from app.evidence.verify import verify
from app.interview.screen import Notice, Page
from app.room import Room as Reserve
from app.store import Store
from tests.desk_room import Room, centre
from tests.desk_talk import answers, events, opened, ring, seat, talk
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.disks import PROGRAMS, disk, fill, memory
from tests.sync.world import World, round_of

MEMORY, LOOP = 192, 384
"""MB: a call reserves some 100."""


@contextmanager
def place(case: Trial) -> Iterator[tuple[str, Path]]:
    """A small disk: in memory, or an ext4, by turns."""
    if case.number % 2:
        with disk(case.folder, "ext4", LOOP) as made:
            yield "ext4", made.place
    else:
        with memory(case.folder, MEMORY) as folder:
            yield "tmpfs", folder


@contextmanager
def room_on(place: Path) -> Iterator[Room]:
    room = seat(place, answers(), answers(), answers())
    try:
        yield room
    finally:
        room.close()


def works(room: Room, outcome: str = "60") -> None:
    """A whole interview, from the next case to the outcome."""
    ring(room)
    talk(room)
    closed(room, outcome)


def closed(room: Room, outcome: str) -> None:
    room.desk.choose_outcome(outcome)
    said = f"{room.desk.screen.notice} {room.desk.screen.notice_text}"
    assert room.desk.screen.notice is Notice.SAVED, f"the outcome is not taken: {said}"


def judged(room: Room, interviews: int) -> None:
    """Everything is there, sealed and closed."""
    room.desk.sign_out()
    assert room.desk.screen.page is Page.SIGN_IN, f"no end of the shift: {room.desk.screen.notice_text}"
    verdict = verify(room.folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()
    assert len(events(room, "rec.close")) == len(events(room, "dial.start"))
    whole = [document for document in opened(room, "interview") if len(document["answers"]) >= 17]
    assert len(whole) == interviews, f"{len(whole)} whole interviews, not {interviews}"


def _said(room: Room) -> None:
    screen = room.desk.screen
    assert screen.notice is Notice.STOPPED
    assert "disk is full" in screen.notice_text, screen.notice_text


def _before_dial(room: Room, chance: int) -> None:
    """Less room than a call may need: nobody is dialled."""
    room.desk.next_case()
    greedy = fill(room.folder.parent, leave=(0, 1 << 20, 40 << 20, 80 << 20)[chance % 4])
    dialled = len(events(room, "dial.start"))
    room.desk.dial()
    _said(room)
    assert room.desk.screen.page is Page.CASE
    assert room.room.line._exchange.call is None, "somebody was dialled"
    assert len(events(room, "dial.start")) == dialled
    greedy.unlink()
    room.desk.dial()
    room.wait_for(Page.INTERVIEW)
    talk(room)
    closed(room, "60")


def _in_call(room: Room, chance: int) -> None:
    """Somebody fills the disk between two answers; the interview is brought to its end all the same."""
    ring(room)
    talk(room, f"q{1 + chance % 12:02}")
    greedy = fill(room.folder.parent)
    _to_its_end(room)
    closed(room, "60")
    greedy.unlink()


def _to_its_end(room: Room) -> None:
    """The interview; the disk has no part in how it ends."""
    with suppress(AssertionError):  # a refused answer; what the screen says of it is told below
        talk(room)
    said = room.desk.screen
    assert said.notice is not Notice.STOPPED, f"the call is stopped: {said.notice_text}"
    assert said.page is Page.OUTCOME, f"the interview does not come to its end: {said}"


def _at_close(room: Room, _: int) -> None:
    """Somebody fills the disk when the call is over and nothing is chosen yet."""
    ring(room)
    talk(room)
    greedy = fill(room.folder.parent)
    closed(room, "60")
    greedy.unlink()


def _at_a_write(owner: type, name: str, room: Room, chance: int) -> None:
    """Somebody fills the disk just before a write of the call: the n-th of its kind."""
    ring(room)
    count, real, greedy = 1 + chance % 12, getattr(owner, name), list[Path]()

    def filled(self: object, *arguments: object) -> object:
        nonlocal count
        count -= 1
        if count == 0:
            greedy.append(fill(room.folder.parent))
        return real(self, *arguments)

    setattr(owner, name, filled)
    try:
        talk(room)
    finally:
        setattr(owner, name, real)
    (film,) = greedy  # or the disk was never full
    closed(room, "60")
    film.unlink()


def _out_of_call(room: Room, _: int) -> None:
    """The shift ends and begins on a full disk: either it stands there, or it is said; afterwards it goes on."""
    greedy = fill(room.folder.parent)
    for _turn in range(3):
        room.desk.sign_out()
        room.desk.sign_in("小李")
    room.desk.next_case()
    greedy.unlink()
    if room.desk.screen.page is Page.CASE:
        room.desk.dial()
        room.wait_for(Page.INTERVIEW)
        talk(room)
        closed(room, "60")
        return
    room.desk.sign_in("小李")
    assert room.desk.screen.page is Page.READY, room.desk.screen
    works(room)


def _at_start(room: Room, _: int) -> None:
    """The program starts on a full disk, with a call of the last run that was never closed."""
    ring(room)
    talk(room, "q05")
    room.close()
    greedy = fill(room.folder.parent)
    room.clock.advance(60_000)
    said = ""
    try:
        room.open()
        room.desk.close()
    except FangxinError as error:
        said = str(error)
    assert not said or "full" in said, said
    greedy.unlink()
    room.clock.advance(60_000)
    room.open().desk.sign_in("小李")
    ring(room)
    talk(room)
    closed(room, "60")


STAGES: dict[str, Callable[[Room, int], None]] = {
    "before dialling": _before_dial,
    "in the call": _in_call,
    "at the close": _at_close,
    "at a commit of the store": partial(_at_a_write, Store, "record_event"),
    "at a line of the journal": partial(_at_a_write, appended.Appended, "write"),
    "outside a call": _out_of_call,
    "at the start": _at_start,
}


def _full(stage: str, case: Trial) -> Seen:
    with place(case) as (kind, folder), room_on(folder) as room:
        works(room)  # so that files and folders have their usual size
        room.clock.advance(60_000)
        STAGES[stage](room, case.chance.randrange(1000))
        works(room)
        judged(room, 3)
        return {"stage": stage, "on": kind, "lines": room.ledger.journal.size}


def _syncing(case: Trial) -> Seen:
    """The workstation's disk is full while central signs for what was handed in, or central's while it takes in."""
    at_central = case.number // 2 % 2 == 1
    (case.folder / "other").mkdir()
    with place(case) as (kind, folder), World(folder) as here, World(case.folder / "other") as there:
        central = (here if at_central else there).central()
        station = (there if at_central else here).workstation()
        client = here.enrolled(station, central)
        station.call(1)
        round_of(station, client)
        hashes = station.call(2, 3_000_000)
        # A workstation only has small files to write then: a receipt, lines of its store.
        greedy = fill(
            folder, case.chance.choice((0, 4096, 100_000, 1_000_000) if at_central else (0, 0, 4096))
        )
        said = ""
        try:
            round_of(station, client)
        except FangxinError as error:
            said = str(error)
            assert "Traceback" not in said
        assert "disk is full" in said, f"nothing was refused for want of room: {said or 'all went well'}"
        waiting = {parcel.sha256 for parcel in station.store.pending()}
        for sha256 in set(hashes) - waiting:
            assert central.stores.has(sha256), "counted as sent, and central has it not"
        greedy.unlink()
        round_of(station, client)
        assert not station.store.pending(), "not everything was sent once there was room again"
        held = central.stores.folder / "journals" / station.name / "journal.jsonl"
        assert held.read_bytes() == station.journal.path.read_bytes()
        return {"stage": "central takes in" if at_central else "syncing", "on": kind, "said": said[:120]}


def _without(what: str, case: Trial) -> Seen:
    """The control: nothing is reserved."""
    real = Reserve.take, recording.reserve, Reserve.spend
    if what == "room":
        Reserve.take = lambda _self: None  # type: ignore[method-assign]
    else:
        recording.reserve = lambda *_: None
    try:
        return _full("in the call", case)
    finally:
        Reserve.take, recording.reserve, Reserve.spend = real  # type: ignore[method-assign]


_NEEDS = PROGRAMS["ext4"]
_CONTROLS = {"recording": "its recording", "room": "journal and drafts"}
ROWS = [
    *(
        Row(f"6.{place}", f"disk full {stage}", partial(_full, stage), 2, 12, _NEEDS, root=True)
        for place, stage in enumerate(STAGES, 1)
    ),
    Row("6.sync", "disk full while syncing, here or at central", _syncing, 4, 16, _NEEDS, root=True),
    *(
        Row(
            f"6.control{place}",
            f"control: a call without reserved room for {what}",
            partial(_without, which),
            2,
            4,
            _NEEDS,
            root=True,
            control="the call is stopped: The disk is full",
        )
        for place, (which, what) in enumerate(_CONTROLS.items(), 1)
    ),
]

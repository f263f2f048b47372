"""Row 9: the disk turns read-only in the middle of a call, as an ext4 does that meets an error. The call is ended with a notice, what could
not be saved stays on the screen to be copied to paper, nothing crashes, and once the disk is back everything acknowledged is there."""

from app.canonical import commit
from app.desk import Desk
from app.errors import FangxinError
from app.evidence.verify import verify
from app.interview.events import Answered
from app.interview.screen import Entered, Notice, Page
from tests.desk_room import Room, centre
from tests.desk_talk import SAYS, answered, answers, events, hear, on, ring, seat, talk
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.disks import PROGRAMS, Disk, command, disk


def _refused(room: Room, made: Disk) -> None:
    """The next answer is not taken, and said so; the call ends; the outcome cannot be written, and stays on the screen."""
    hear(room)
    made.fail()
    name = on(room).name
    room.desk.answer(SAYS.get(name, ""))
    screen = room.desk.screen
    assert screen.notice is Notice.STOPPED, f"nothing is said: {screen.notice}"
    unsaved = [(each.what, each.name) for each in screen.unsaved]
    assert (Entered.ANSWER, name) in unsaved, f"the refused answer is not kept on the screen: {unsaved}"
    room.wait_for(Page.OUTCOME, limit=10_000)
    assert room.room.line._exchange.call is None, "the call is still on"
    for _ in range(3):
        room.desk.choose_outcome("39", "磁盘坏了")
        room.pass_time(2_000)
    screen = room.desk.screen
    assert (screen.page, screen.notice) == (Page.OUTCOME, Notice.STOPPED), screen.notice
    kept = {(each.what, each.name): each.value for each in screen.unsaved}
    assert kept[Entered.OUTCOME, "39"] == "磁盘坏了"
    assert {each.case for each in screen.unsaved} == {screen.case.case if screen.case else ""}


def _starts(room: Room) -> str:
    """What a start on the read-only disk says, three times over."""
    said = ""
    for _ in range(3):
        room.clock.advance(60_000)
        try:
            room.open()
        except FangxinError as error:
            said = str(error)
        else:
            room.close()
            said = said or "it starts"
    return said


def _repaired(made: Disk) -> None:
    made.unmount()
    command("sh", "-c", f"e2fsck -fy '{made.image}' >/dev/null; test $? -le 2")
    made.mount()


def _kept(room: Room, before: list[tuple[str, str]]) -> None:
    """After the repair: what was acknowledged is there, the call is logged as interrupted, its case comes next."""
    assert answered(room)[: len(before)] == before, "an acknowledged answer is lost"
    assert len(events(room, "call.interrupted")) == 1
    (interview,) = room.ledger.store.open_interviews()
    commits = {str(e["commit"]) for e in events(room, "answer.commit", "answer.amend")}
    for event in room.ledger.store.events(interview):
        if isinstance(event, Answered):
            assert commit(bytes.fromhex(event.salt), event.value) in commits
    room.desk.sign_in("小李")
    ring(room)
    talk(room)
    room.desk.choose_outcome("60")
    assert room.desk.screen.notice is Notice.SAVED, room.desk.screen.notice_text
    room.desk.sign_out()
    verdict = verify(room.folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()


def _read_only(case: Trial) -> Seen:
    with disk(case.folder, "ext4", 384, "errors=remount-ro") as made:
        room = seat(made.place, answers(), answers())
        try:
            ring(room)
            talk(room, f"q{case.chance.randint(1, 12):02}")
            before = answered(room)
            _refused(room, made)
        finally:
            room.close()
        said = _starts(room)
        assert "read-only" in said, f"a start on a disk that takes nothing: {said}"
        _repaired(made)
        room.clock.advance(60_000)
        room.open()
        try:
            _kept(room, before)
        finally:
            room.close()
        return {"answers": len(before), "start": said[:160]}


def _forgetful(case: Trial) -> Seen:
    """The control: a desk that shows the notice and forgets what was entered."""
    real = Desk._kept
    Desk._kept = lambda _self, _what, _name, _value, step: step()  # type: ignore[method-assign]
    try:
        return _read_only(case)
    finally:
        Desk._kept = real  # type: ignore[method-assign]


_NEEDS = (*PROGRAMS["ext4"], "e2fsck", "findmnt")
ROWS = [
    Row(
        "9",
        "the disk turns read-only in a call",
        _read_only,
        short=2,
        long=20,
        needs=_NEEDS,
        root=True,
    ),
    Row(
        "9.control",
        "control: a desk that forgets what it could not save",
        _forgetful,
        1,
        2,
        _NEEDS,
        root=True,
        control="not kept on the screen",
    ),
]

"""Whatever is pressed, whenever: the desk never fails, never gets stuck, and what it wrote down is verified at the end."""

import random
from pathlib import Path

import pytest

from app.evidence.journal import read
from app.evidence.verify import verify
from app.interview.screen import LineView, Notice, Page, Screen
from tests.desk_room import Room, centre, source
from tests.desk_talk import SAYS, commitments_open

NAMES = [question.name for question in source().form.asked] + ["", "no such"]
VALUES = [
    "",
    "1",
    "2",
    "3",
    "7",
    "10",
    "45",
    "16",
    "98",
    "99",
    "7.5",
    "不知道",
    "１０",
    " ",
    "9" * 30,
    "\x00",
    "\ud800",
]
KEYS = ["11", "13", "15", "16", "19", "31", "32", "33", "36", "39", "51", "54", "60", "61", "", "x"]


def press(room: Room, chance: random.Random) -> str:
    """Something that a person, a cat or a hurried interviewer may do."""
    desk, screen = room.desk, room.desk.screen
    sensible = chance.random() < 0.8
    if sensible and screen.page is Page.INTERVIEW and screen.question is not None:
        desk.answer(SAYS.get(screen.question.name, ""))
        return f"answer {screen.question.name}"
    verbs = {
        "sign_in": lambda: desk.sign_in(chance.choice(["小李", " ", "王" * 500])),
        "sign_out": desk.sign_out,
        "next_case": desk.next_case,
        "dial": desk.dial,
        "answer": lambda: desk.answer(chance.choice(VALUES)),
        "back": desk.back,
        "jump": lambda: desk.jump(chance.choice(NAMES)),
        "hang_up": desk.hang_up,
        "note": lambda: desk.note(chance.choice(["", "吵", "\ud800"])),
        "switch": lambda: desk.switch_language(chance.choice(["zh", "en", "xx", ""])),
        "outcome": lambda: desk.choose_outcome(
            chance.choice([*KEYS, screen.proposed]), chance.choice(["", "注", "注 +30"])
        ),
        "wait": lambda: room.pass_time(chance.choice([100, 1000, 10_000, 40_000])),
        "proposed": lambda: desk.choose_outcome(screen.proposed, "注 +30"),
        "days": lambda: room.clock.advance(chance.choice([0, 3_600_000, 3 * 86_400_000])),
    }
    likely = {Page.DIALING: "wait", Page.OUTCOME: "proposed", Page.CASE: "dial", Page.READY: "next_case"}
    verb = likely.get(screen.page, "sign_in") if sensible else chance.choice(list(verbs))
    if verb == "days" and screen.page is not Page.READY:
        verb = "wait"
    verbs[verb]()
    return verb


def sound(screen: Screen) -> None:
    """What holds on every screen."""
    assert screen.notice is not Notice.STOPPED, screen.notice_text
    assert (screen.case is None) == (screen.page in (Page.SIGN_IN, Page.READY))
    if screen.page is Page.INTERVIEW:
        assert screen.question is not None
        assert screen.line in (LineView.TALKING, LineView.TROUBLE)
    if screen.page is Page.OUTCOME:
        assert screen.proposed in {"", *(outcome.key for outcome in screen.outcomes)}
    if screen.question is not None and screen.question.value and screen.question.scale:
        assert screen.question.value in {*(str(n) for n in range(11)), "98", "99"}


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 8))]
)
def test_whatever_is_pressed_the_desk_goes_on_and_its_record_holds(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    room = Room(tmp_path / "desk", seed=f"anyhow {seed}").open()
    done: list[str] = []
    try:
        for _ in range(250):
            done.append(press(room, chance))
            sound(room.desk.screen)
            room.pass_time(chance.choice([100, 100, 600]))
            sound(room.desk.screen)
            if chance.random() < 0.01:  # the window is closed, at any moment, and opened again
                done.append("close")
                room.close()
                room.clock.advance(60_000)
                room.open()
        room.desk.hang_up()
        room.desk.choose_outcome("39")
        if room.desk.screen.page is Page.READY:
            room.desk.sign_out()
        entries = [entry.data for entry in read(room.ledger.journal.path)]
        room.close()
        verdict = verify(room.folder, identities=list(centre().identities.values()))
        assert verdict.ok, verdict.text()
    except AssertionError as error:
        raise AssertionError(f"{error}\nafter {done[-12:]}") from error
    assert sum(entry["type"] == "dial.start" for entry in entries) >= 3, "nothing was tried"


def test_after_all_that_every_commitment_of_a_sealed_interview_opens(tmp_path: Path) -> None:
    chance = random.Random("commitments")
    room = Room(tmp_path / "desk", seed="anyhow commitments").open()
    for _ in range(500):
        press(room, chance)
        room.pass_time(100)
    for _ in range(3):
        room.desk.hang_up()
        room.desk.choose_outcome(room.desk.screen.proposed or "39", "注 +30")
        room.pass_time(100)
    assert commitments_open(room) > 20
    room.close()

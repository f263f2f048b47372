"""An interviewer's hands and an auditor's eyes on a room of tests/desk_room.py: who answers is chosen case by case."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from app import practice
from app.canonical import commit
from app.clock import VirtualClock
from app.evidence.age import decrypt
from app.evidence.journal import read
from app.interview.screen import Page, QuestionView
from app.sample.case import Case
from app.sample.frame import load_frame
from hardware.base import Pickup, Resident, Utterance
from tests.desk_room import NOON, STUDY, Room, centre, source, talker

Person = Callable[[str], Resident]
"""number → who answers it."""

SAYS = {"consent": "1", "age": "45", "residence": "1", "county": "4", "sex": "2", "suggestion": "没有"}
SAYS |= {f"q{n:02}": "7" for n in range(1, 13)}
"""What the hands type; a note gets "" ."""


@cache
def drawn(seed: str, size: int) -> tuple[Case, ...]:
    """The cases of a room, in the order in which they are handed out."""
    frame = load_frame(sorted((STUDY / "frame").glob("*.csv")))
    _, cases = practice.draw_practice(source(), frame, seed, size)
    return tuple(sorted(cases, key=lambda case: case.ticket))


def seat(folder: Path, *people: Person, seed: str = "room", clock: VirtualClock | None = None) -> Room:
    """A signed-in desk whose first cases are these people; the cases after them ring out."""
    cases = drawn(seed, 40)
    quiet: Sequence[Person] = [nobody] * (len(cases) - len(people))
    residents = {case.number: who(case.number) for case, who in zip(cases, (*people, *quiet), strict=True)}
    room = Room(folder / "desk", seed, 40, residents, clock or VirtualClock(NOON)).open()
    room.desk.sign_in("小李")
    return room


def nobody(number: str) -> Resident:
    """It rings and rings."""
    return Resident(number, Pickup.RINGS_OUT)


def picks(pickup: Pickup, **changes: Any) -> Person:
    """A number that behaves like this."""
    return lambda number: Resident(number, pickup, **changes)


def answers(**values: str) -> Person:
    """Somebody who answers everything, some things differently: answers(age="16")."""

    def person(number: str) -> Resident:
        usual = talker(number)
        return replace(
            usual, says={**usual.says, **{name: Utterance(v, v, 0.5) for name, v in values.items()}}
        )

    return person


def leaves(question: str) -> Person:
    """Somebody who hangs up while this question is being read."""
    return lambda number: talker(number, hangs_up_at=question)


def ring(room: Room) -> None:
    """Take the next case and dial it, until somebody answers."""
    room.desk.next_case()
    room.desk.dial()
    room.wait_for(Page.INTERVIEW)


def on(room: Room) -> QuestionView:
    """The question on screen."""
    question = room.desk.screen.question
    assert question is not None, room.desk.screen
    return question


def hear(room: Room) -> None:
    """Let the respondent speak, or hang up."""
    for _ in range(200):
        if room.desk.screen.practice is not None or room.desk.screen.page is not Page.INTERVIEW:
            return
        room.pass_time(200, step=200)
    raise AssertionError(f"silence: {room.desk.screen}")


def talk(room: Room, until: str = "", **values: str) -> None:
    """Answer what is asked, up to a question or to the end of the call, hearing each answer out."""
    while room.desk.screen.page is Page.INTERVIEW and (question := room.desk.screen.question) is not None:
        if question.name == until:
            return
        hear(room)
        if room.desk.screen.page is Page.INTERVIEW:
            room.desk.answer(values.get(question.name, SAYS.get(question.name, "")))
            assert room.desk.screen.question != question, room.desk.screen
    assert not until, f"{until} never came: {room.desk.screen}"


def events(room: Room, *types: str) -> list[dict[str, Any]]:
    """What the journal says, some types only."""
    entries = [entry.data for entry in read(room.ledger.journal.path)]
    return [entry for entry in entries if not types or entry["type"] in types]


def answered(room: Room) -> list[tuple[str, str]]:
    """(type, question) of every answer in the journal."""
    return [(e["type"], e["question"]) for e in events(room, "answer.commit", "answer.amend")]


def opened(room: Room, kind: str) -> list[dict[str, Any]]:
    """The sealed documents of a kind, opened with the centre's keys, in the order in which the journal names them."""
    field = {"interview": ("interview.close", "object"), "contact": ("dial.start", "contact")}[kind]
    names = [event[field[1]] for event in events(room, field[0])]
    keys = list(centre().identities.values())
    return [json.loads(decrypt(room.folder / "objects" / name, keys)) for name in names]


def commitments_open(room: Room) -> int:
    """Every answer line opens with salt and value from a sealed interview; returns how many there were."""
    sealed = {
        (document["interview"], commit(bytes.fromhex(answer["salt"]), answer["value"])): answer
        for document in opened(room, "interview")
        for answer in document["trail"]
    }
    lines = events(room, "answer.commit", "answer.amend")
    for line in lines:
        answer = sealed[line["interview"], line["commit"]]
        assert (answer["question"], answer["at"], answer["call"]) == (
            line["question"],
            line["at"],
            line["call"],
        )
    return len(lines)

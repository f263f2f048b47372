"""Row 15: sound that is lost, silent or gone for a while in a whole interview. The gap events add up to the missing samples exactly, a dead
channel is told in time, and an interview without its sound is not counted as valid. On the rehearsal line, virtual clock;
devices pulled and renamed, and clocks that are wrong, are tests/hardware/test_sound.py and tests/hardware/audio."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.interview.screen import Page, RecordingView
from app.ledger import Ledger
from hardware.base import AudioBlock
from tests.desk_room import Room
from tests.desk_talk import answers, events, ring, seat, talk
from tests.faults.aftermath import check
from tests.faults.campaign import Row, Seen, Trial

_KINDS = ("xruns", "device gone", "left silent", "right silent")
_SOON = {"right silent": 31_000}
"""Milliseconds within which a dead channel must be on screen; a respondent who was heard before may be listening, on a network that sends
nothing meanwhile (app/line/levels.py)."""
_ELSE = 5_000


class Spoiled:
    """A sound source in which something is wrong from now on. lost: samples that were replaced by silence, and said to be."""

    def __init__(self, poll: Callable[[], Sequence[AudioBlock]], kind: str, chance: random.Random) -> None:
        self._poll, self._kind, self._chance = poll, kind, chance
        self.lost = 0

    def __call__(self) -> Sequence[AudioBlock]:
        return [self._bad(block) for block in self._poll()]

    def _bad(self, block: AudioBlock) -> AudioBlock:
        zeros = bytes(len(block.left))
        match self._kind:
            case "left silent":
                return replace(block, left=zeros)
            case "right silent":
                return replace(block, right=zeros)
            case "xruns" if self._chance.random() >= 0.15:
                return block
        gone = block.samples if self._kind == "device gone" else self._chance.randint(1, block.samples)
        self.lost += gone
        return AudioBlock(block.start, zeros, zeros, gone)


def _call(case: Trial) -> Seen:
    kind = _KINDS[case.number % len(_KINDS)]
    room = seat(case.folder, answers())
    try:
        ring(room)
        room.pass_time(case.chance.randrange(0, 8_000, 100))
        spoiled = Spoiled(room.room.sound.poll, kind, case.chance)
        room.room.sound.poll = spoiled  # type: ignore[method-assign]
        told = _on_screen(room, kind)
        talk(room)
        room.wait_for(Page.OUTCOME)
        room.desk.choose_outcome("60")
        (closed,) = events(room, "rec.close")
        gaps = sum(event["samples"] for event in events(room, "rec.gap"))
        assert spoiled.lost or "silent" in kind, "no sound was lost"
        assert gaps == spoiled.lost, f"{spoiled.lost} samples were lost, the journal says {gaps}"
        assert closed["covered"] == 0, "an interview without its sound is taken for a whole one"
        room.desk.sign_out()
    finally:
        room.close()
    check(room.folder)
    return {"fault kind": kind, "lost": spoiled.lost, "told after ms": told, "samples": closed["samples"]}


def _on_screen(room: Room, kind: str) -> int:
    """How long it took until the interviewer saw it; xruns that come singly need not be seen while they are few."""
    begin = room.clock.mono()
    end = begin + _SOON.get(kind, _ELSE)
    while room.desk.screen.recording is not RecordingView.TROUBLE and room.clock.mono() < end:
        room.pass_time(100)
    assert kind == "xruns" or room.desk.screen.recording is RecordingView.TROUBLE, "nothing is on screen"
    return room.clock.mono() - begin


def _control(case: Trial) -> Seen:
    """The saboteur: a ledger that leaves the short gaps out."""
    gap = Ledger.gap
    Ledger.gap = lambda self, call, at, samples: gap(self, call, at, samples) if samples > 400 else None  # type: ignore[method-assign]
    try:
        return _call(case)
    finally:
        Ledger.gap = gap  # type: ignore[method-assign]


ROWS = [
    Row("15", "sound lost, silent or gone in an interview", _call, short=4, long=60),
    Row(
        "15.control",
        "the same, with short gaps left out of the journal",
        _control,
        short=1,
        long=1,
        control="samples were lost, the journal says",
    ),
]

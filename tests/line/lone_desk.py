"""A desk process with a call on, to be killed or stopped: `python -m tests.line.lone_desk FOLDER [FAULT [AMOUNT]]`.

Prints the worker's process number once three seconds of sound are durable, then goes on polling for ever. FAULT "interview": a whole
desk in the middle of an interview instead. FAULT "shift": a whole desk that works through cases until it is killed.
"""

import sys
import time
from pathlib import Path

from app.interview.screen import Page
from app.workplace import _alone
from tests.desk_talk import SAYS
from tests.line.bench import COMMAND, Workplace
from tests.line.desk import RealRoom, real_room


def interview(folder: Path) -> None:
    """Answer up to the third item, tell, go on."""
    room = real_room(folder)
    room.desk.next_case()
    room.desk.dial()
    room.shows(Page.INTERVIEW)
    room.answer_until("q03")
    room.until(lambda: room.process.seconds_durable >= 3)
    print(room.pid, flush=True)
    room.until(lambda: False, 600)


def step(room: RealRoom) -> None:
    """What an interviewer does next."""
    desk = room.desk
    match desk.screen.page:
        case Page.READY:
            desk.next_case()
        case Page.CASE:
            desk.dial()
        case Page.INTERVIEW if desk.screen.question is not None:
            desk.answer(SAYS.get(desk.screen.question.name, ""))
        case Page.OUTCOME:
            desk.choose_outcome(desk.screen.proposed or "16")
        case _:
            pass


def shift(folder: Path) -> None:
    """Work until killed."""
    if (folder / "desk").is_dir():
        _alone(folder / "desk" / "line.lock")
    room = real_room(folder)
    print(room.pid, flush=True)
    while True:
        room.desk.tick()
        step(room)
        time.sleep(0.05)


def main(folder: str, *fault: str) -> None:
    """Call, tell, go on."""
    if fault == ("interview",):
        interview(Path(folder))
    if fault == ("shift",):
        shift(Path(folder))
    command = (sys.executable, "-m", "tests.line.stalling", *fault) if fault else COMMAND
    place = Workplace(Path(folder), command=command)
    place.call()
    told = False
    while True:
        place.worker.poll()
        if place.worker.seconds_durable >= 3 and not told:
            told = True
            print(place.pid, flush=True)
        time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])

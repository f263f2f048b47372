"""Kills the desk with SIGKILL in every phase of its work and judges what is left. One JSON line a trial.

    python -m tests.faults.kill_desk FOLDER SEED TRIALS

Each trial is a start of the program in a forked child that works through cases on a fast clock and tells over a socket what it has
acknowledged; the parent waits for the phase in which this trial kills, kills some moments later, starts the desk again and judges.
"""

import json
import os
import random
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.clock import VirtualClock
from tests.desk_room import NOON, Room, source
from tests.faults.aftermath import judge
from tests.faults.told import PHASES, Acknowledged, Say, Shift, say_to

SIZE = 400
_PACE = 0.00025
"""Seconds of real time that 100 ms of the call take besides the work, so that a kill can fall anywhere."""
_SPREAD = {"between cases": 0.0005, "first second": 0.01, "dialling": 0.05, "in a call": 0.3}
"""Seconds over which a kill is spread within its phase; the other phases are over in milliseconds."""
_MOMENT = 0.004
_GIVE_UP = 240.0

Life = Callable[[Path, int, Say], None]


def live(folder: Path, start: int, say: Say) -> None:
    """The child: work until killed."""
    room = Room(folder, seed="kill", size=SIZE, clock=VirtualClock(start)).open()
    shift = Shift(room, say)
    while True:
        if not shift.once():
            time.sleep(_PACE)


def trial(folder: Path, seed: str, number: int, life: Life = live) -> dict[str, object]:
    """Start, kill, start again, judge."""
    chance = random.Random(f"{seed}|{number}")
    start = NOON + number * 3_600_000
    wanted, calls = PHASES[number % len(PHASES)], chance.randrange(4)
    fault, facts = "", dict[str, object]()
    try:
        told = _until_killed(folder, start, life, wanted, calls, chance)
        facts = judge(Room(folder, seed="kill", size=SIZE, clock=VirtualClock(start + 1_800_000)), told)
    except AssertionError as error:
        fault = str(error) or "assertion"
    return {"trial": number, "seed": seed, "ok": not fault, "fault": fault, "wanted": wanted, **facts}


def _until_killed(
    folder: Path, start: int, life: Life, wanted: str, calls: int, chance: random.Random
) -> Acknowledged:
    near, far = socket.socketpair()
    child = os.fork()
    if child == 0:
        near.close()
        try:
            life(folder, start, say_to(far))
        finally:
            os._exit(70)
    far.close()
    told, rest, deadline = Acknowledged(), b"", 0.0
    try:
        while not deadline or time.monotonic() < deadline:
            wait = max(0.0, deadline - time.monotonic()) if deadline else _GIVE_UP
            if not select.select([near], [], [], wait)[0]:
                assert deadline, f"the moment did not come: {wanted} after {calls} calls"
                break
            data = near.recv(65536)
            assert data, "the desk ended by itself"
            rest = _taken(told, rest + data)
            # In the phase that this trial kills in, after some calls that went well.
            if not deadline and told.phase == wanted and told.phases.count("hang-up") >= calls:
                deadline = time.monotonic() + chance.uniform(0.0, _SPREAD.get(wanted, _MOMENT))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    while data := near.recv(65536):
        rest = _taken(told, rest + data)
    near.close()
    return told


def _taken(told: Acknowledged, data: bytes) -> bytes:
    """Take whole lines in; returns what is left."""
    *lines, rest = data.split(b"\n")
    for line in lines:
        told.take(line.decode())
    return rest


def main(folder: Path, seed: str, trials: int) -> int:
    """All trials; 1 when one failed."""
    source()  # compiled before the first fork
    bad = 0
    for number in range(trials):
        result = trial(folder, seed, number)
        bad += not result["ok"]
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))

"""Kills the desk with SIGKILL at random moments of rehearsal calls and judges what is left. One JSON line a trial.

    python -m tests.faults.kill_desk FOLDER SEED TRIALS

Each trial is a start of the program in a forked child that works through cases on a fast clock and tells over a pipe what it has
acknowledged; the parent reads the pipe (what stands in it counts, however late the kill), kills, starts the desk again and judges.
"""

import json
import os
import random
import select
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import commit
from app.clock import VirtualClock
from app.evidence.journal import read
from app.evidence.recording import join, remains_of
from app.evidence.verify import verify
from app.interview.events import Answered
from app.interview.screen import Notice, Page
from app.interviewer import Interviewer
from tests.desk_room import NOON, Room, centre, source

STEP = 100
"""Milliseconds of call time between two looks; each is slowed to 0.25 ms of real time, so a kill can fall anywhere."""


@dataclass
class Acknowledged:
    """What the dead desk had told its interviewer. sound: call → whole seconds durable. answers: (call's case, question, value)."""

    sound: dict[str, int] = field(default_factory=dict)
    answers: list[tuple[str, str, str]] = field(default_factory=list)
    outcomes: list[tuple[str, str]] = field(default_factory=list)
    case: str = ""

    def take(self, line: str) -> None:
        """One line from the pipe."""
        kind, *words = line.split("\t")
        match kind:
            case "sound":
                self.sound[words[0]] = int(words[1])
            case "answer":
                self.answers.append((words[0], words[1], words[2]))
            case "outcome":
                self.outcomes.append((words[0], words[1]))
                self.case = ""
            case "case":
                self.case = words[0]


def live(folder: Path, seed: str, start: int, pipe: int) -> None:
    """The child: work until killed."""

    def tell(*words: object) -> None:
        os.write(pipe, ("\t".join(map(str, words)) + "\n").encode())

    room = Room(folder, seed="kill", size=400, clock=VirtualClock(start)).open()
    desk, person = room.desk, Interviewer(room.desk, "小李")
    tell("ready")
    last = 0
    while True:
        before = desk.screen
        worked = person.step()
        after = desk.screen
        if (
            before.page is Page.INTERVIEW
            and worked
            and before.question
            and after.question is not before.question
        ):
            value = (
                room.desk._work.conversation.state.values.get(before.question.name)
                if room.desk._work
                else None
            )
            if value is not None and before.case:
                tell("answer", before.case.case, before.question.name, value)
        if before.page is Page.OUTCOME and after.page is Page.READY and before.case:
            tell("outcome", before.case.case, before.proposed)
        if after.page is Page.CASE and before.page is Page.READY and after.case:
            tell("case", after.case.case)
        if not worked:
            room.clock.advance(STEP)
            desk.tick()
            time.sleep(0.00025)
        seconds = room.worker.seconds_durable
        if seconds and seconds != last and room.desk._work:
            tell("sound", room.desk._work.call, seconds)
        last = seconds


def trial(folder: Path, seed: str, number: int) -> dict[str, object]:
    """Start, kill, start again, judge."""
    chance = random.Random(f"{seed}|{number}")
    start = NOON + number * 3_600_000
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            live(folder, seed, start, writer)
        finally:
            os._exit(70)
    os.close(writer)
    told = _until_killed(child, reader, chance)
    fault, facts = "", {}
    try:
        facts = judge(folder, told, start + 1_800_000)
    except AssertionError as error:
        fault = str(error) or "assertion"
    return {"trial": number, "seed": seed, "ok": not fault, "fault": fault, **facts}


def _until_killed(child: int, reader: int, chance: random.Random) -> Acknowledged:
    told, rest = Acknowledged(), b""
    deadline: float | None = None
    while True:
        timeout = 30.0 if deadline is None else max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select([reader], [], [], timeout)
        if not ready:
            break
        data = os.read(reader, 65536)
        if not data:
            raise AssertionError("the desk ended by itself")
        if deadline is None:
            deadline = time.monotonic() + chance.uniform(0.0, 0.8)
        rest += data
        if time.monotonic() >= deadline:
            break
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while data := os.read(reader, 65536):
        rest += data
    os.close(reader)
    for line in rest.decode().split("\n")[:-1]:
        told.take(line)
    return told


def judge(folder: Path, told: Acknowledged, now: int) -> dict[str, object]:
    """Everything acknowledged is there, the interruption is logged, the case comes first, verify is satisfied."""
    room = Room(folder, seed="kill", size=400, clock=VirtualClock(now)).open()
    try:
        entries = [entry.data for entry in read(room.ledger.journal.path)]
        interrupted = {e["call"] for e in entries if e["type"] == "call.interrupted"}
        _answers_are_there(room, told, entries)
        for call, seconds in told.sound.items():
            _sound_is_there(room, entries, call, seconds)
        outcomes = {(e["case"], e["outcome"]) for e in entries if e["type"] == "outcome.commit"}
        for outcome in told.outcomes:
            assert outcome in outcomes, f"outcome {outcome} is lost"
        assert not room.station.store.open_calls(), "a call is still open after recovery"
        in_call = any(e["type"] == "dial.start" and e["case"] == told.case for e in entries) and told.case
        if interrupted and room.desk.screen.notice is Notice.RESUMED_AFTER_CRASH:
            room.desk.sign_in("小李")
            room.desk.next_case()
            last = [e["case"] for e in entries if e["type"] == "call.interrupted"][-1]
            assert room.desk.screen.case is not None
            assert room.desk.screen.case.case == last, "the interrupted case is not the next one"
    finally:
        room.close()
    verdict = verify(folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()
    return {
        "answers": len(told.answers),
        "seconds": sum(told.sound.values()),
        "in_call": bool(in_call),
        "interrupted": len(interrupted),
    }


def _answers_are_there(room: Room, told: Acknowledged, entries: list[dict[str, object]]) -> None:
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


def _sound_is_there(room: Room, entries: list[dict[str, object]], call: str, seconds: int) -> None:
    closed = [e for e in entries if e["type"] == "rec.close" and e["call"] == call]
    if closed:
        assert int(str(closed[0]["samples"])) >= seconds * 8000
        return
    found = remains_of(room.ledger.recording_path(call))
    samples = join(found.age, found.tail, list(centre().identities.values()), call_id=call)
    assert samples >= seconds * 8000, f"call {call}: {samples / 8000:.2f} s of {seconds} acknowledged"


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

"""Row 36: a shift of 200 calls with a fault about every minute. Afterwards the verifier's list is the list of the faults: no miss, no false
alarm. What a fault should have left is read from the bare journal lines at the moment of the fault, not from what recovered them."""

import json
import os
import socket
from collections import Counter
from pathlib import Path
from typing import Any

from app.clock import VirtualClock
from app.evidence.verify import Verdict
from app.shift_log import ShiftLog
from tests.desk_room import NOON, source
from tests.faults.aftermath import check
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.soak import KINDS, OF_THE_DISK, OF_THE_LINE, run
from tests.faults.told import Acknowledged, say_to

_ALWAYS = frozenset(
    {"data.rehearsal", "study.unchecked", "key.own", "log.absent", "clock.jump", "interview.unfinished"}
)
"""Notes that a rehearsal folder without an outside key or central's log has in any case, or that count unfinished interviews: no faults."""
_BREAK = 60_000
_SHORT, _LONG = 20, 200

Lines = list[dict[str, Any]]


class _Expected:
    """The list that the verifier must come to. calls: what is to be said of which call."""

    def __init__(self) -> None:
        self.calls: set[tuple[str, str]] = set()
        self.disk: list[int] = []
        self.line: set[str] = set()
        self.kinds: Counter[str] = Counter()

    def after(self, lines: Lines, faults: list[tuple[str, str]]) -> None:
        """A run has ended. lines: the journal as it lies there."""
        for kind, call in faults:
            self.kinds[kind] += 1
            if kind in OF_THE_LINE:
                self.line.add(call)
            if kind in OF_THE_DISK:
                self.disk.append(sum(line["type"] == "shift.open" for line in lines))
        by_call: dict[str, set[str]] = {}
        for line in lines:
            by_call.setdefault(line.get("call", ""), set()).add(line["type"])
        for call, types in by_call.items():
            if "rec.open" in types and not types & {"rec.close", "rec.recovered"}:
                self.calls.add(("recording.recovered", call))
            if "rec.recovered" in types:
                self.calls.add(("recording.recovered", call))
            if "dial.start" in types and not types & {"outcome.commit", "call.interrupted"}:
                self.calls.add(("call.interrupted", call))


def _lines(folder: Path) -> Lines:
    whole = (folder / "journals" / "1" / "journal.jsonl").read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in whole]


def _soak(case: Trial, calls: int) -> Seen:
    source()
    folder, clock = case.folder / "desk", VirtualClock(NOON)
    expected, runs, done, sound, answers = _Expected(), 0, 0, 0, 0
    while done < calls:
        told, faults, elapsed = _run(case, folder, clock, calls - done, runs)
        runs += 1
        assert runs < 20 * calls, "the shift does not get on"
        expected.after(_lines(folder), faults)
        done += len(told.outcomes)
        sound, answers = sound + sum(told.sound.values()), answers + len(told.answers)
        clock = VirtualClock(clock.wall() + elapsed + _BREAK)
    _run(case, folder, clock, 0, runs)  # a last start, which writes down what the last run left
    verdict = check(folder)
    _compare(verdict, _lines(folder), expected)
    return {
        "calls": done,
        "runs": runs,
        **{kind: expected.kinds[kind] for kind in KINDS},
        "interrupted": sum(rule == "call.interrupted" for rule, _ in expected.calls),
        "answers": answers,
        "sound": sound,
    }


def _compare(verdict: Verdict, lines: Lines, expected: _Expected) -> None:
    """The verifier's notes and the causes in the journal, against what was done."""
    notes = [each for each in (*verdict.integrity, *verdict.completeness) if each.rule not in _ALWAYS]
    found = {(each.rule, each.at.call) for each in notes if each.rule != "device.fault"}
    assert found == expected.calls, (
        f"missed: {sorted(expected.calls - found)}; false alarms: {sorted(found - expected.calls)}"
    )
    shifts = [line["seq"] for line in lines if line["type"] == "shift.open"]
    said = {sum(seq < each.at.line for seq in shifts) for each in notes if each.rule == "device.fault"}
    struck = set(expected.disk)
    assert said == struck, f"disk faults in the shifts {sorted(struck)}, told in {sorted(said)}"
    causes = {line["call"]: line["raw"] for line in lines if line["type"] == "dial.end"}
    ended = {call for call, raw in causes.items() if raw in ("line lost", "unplugged")}
    assert ended == expected.line, f"line faults {sorted(expected.line)}, told {sorted(ended)}"


def _run(
    case: Trial, folder: Path, clock: VirtualClock, calls: int, number: int
) -> tuple[Acknowledged, list[tuple[str, str]], int]:
    """One run in a child. Returns what it acknowledged, the faults done to it, and how long it lived on its own clock (ms)."""
    near, far = socket.socketpair()
    child = os.fork()
    if child == 0:
        near.close()
        say = say_to(far)
        try:
            case.chance.seed(f"{case.seed}|{case.number}|{number}")
            run(folder, clock, case.chance, calls, say)
        except BaseException as error:  # noqa: BLE001 - the parent is to hear of it
            say("died", f"{type(error).__name__}: {error}")
        finally:
            os._exit(0)
    far.close()
    told, faults, elapsed, data = Acknowledged(), list[tuple[str, str]](), 0, b""
    while piece := near.recv(1 << 20):
        *lines, data = (data + piece).split(b"\n")
        for line in lines:
            words = line.decode().split("\t")
            if words[0] == "fault":
                faults.append((words[1], words[2]))
            elif words[0] == "time":
                elapsed = int(words[1])
            else:
                told.take(line.decode())
    near.close()
    os.waitpid(child, 0)
    assert not told.died, told.died
    return told, faults, elapsed


def _shift(case: Trial) -> Seen:
    return _soak(case, _SHORT if case.number == 0 else _LONG)


def _control(case: Trial) -> Seen:
    """The saboteur: a desk that keeps the disk's faults to itself."""
    met = ShiftLog.fault_met
    ShiftLog.fault_met = lambda self, error: None  # type: ignore[method-assign]
    try:
        return _soak(case, _SHORT)
    finally:
        ShiftLog.fault_met = met  # type: ignore[method-assign]


ROWS = [
    Row("36", "a shift of 20 (the first) or 200 calls with a fault a minute", _shift, short=1, long=2),
    Row(
        "36.control",
        "the same with a desk that hides faults of the disk",
        _control,
        short=1,
        long=3,
        control="disk faults in the shifts",
    ),
]

"""What a cellular module's answers mean (3GPP TS 27.007): its card, its network, its signal, and the list of calls."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_WEAK = -95
_REGISTRATION = {0: "not registered", 1: "home", 2: "searching", 3: "denied", 5: "roaming"}


@dataclass(frozen=True, slots=True)
class State:
    """One thing of a module's condition; see base.Condition."""

    what: str
    value: str
    good: bool


def sim(line: str) -> State:
    """From the answer to AT+CPIN? or its result code: "+CPIN: READY", "+CPIN: SIM PIN", "+CME ERROR: SIM not inserted"."""
    good = "READY" in line and "NOT READY" not in line
    return State("sim", "ready" if good else line.partition(":")[2].strip() or line or "no answer", good)


def registration(lines: Sequence[str]) -> State | None:
    """From +CREG and +CEREG lines: "+CREG: 0,1" is an answer, "+CREG: 1" comes by itself. One network is enough; None without any."""
    found = (re.match(r"\+CE?REG: *(?:\d+, *)?(\d+)(?:, *\".*)?$", line) for line in lines)
    stats = [int(each[1]) for each in found if each]
    if not stats:
        return None
    best = next((stat for stat in stats if stat in (1, 5)), stats[0])
    return State("registration", _REGISTRATION.get(best, f"state {best}"), best in (1, 5))


def signal(lines: Sequence[str]) -> State | None:
    """From +CSQ (27.007 8.5): in steps of six decibels, as a level that trembles must not fill the log."""
    found = re.search(r"\+CSQ: *(\d+)", " ".join(lines))
    if found is None:
        return None
    power, known = -113 + 2 * int(found[1]), int(found[1]) <= 31
    return State("signal", f"{power // 6 * 6} dBm" if known else "unknown", known and power > _WEAK)


def our_call(line: str) -> int | None:
    """The state of a voice call that we began, from a line of +CLCC: 0 active, 2 dialling, 3 alerting; None for any other line."""
    found = re.match(r"\+CLCC: *\d+, *0, *(\d), *0\b", line)
    return int(found[1]) if found else None

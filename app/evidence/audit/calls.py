"""Is every call told to its end, and is its recording as long as the call? Reads what the journals say; files are looked at elsewhere."""

from app.evidence.audit.facts import Call, Facts, Interview, Moment
from app.evidence.audit.verdict import Findings
from hardware.base import RATE

TOLERANCE = 2 * RATE
"""Samples that a recording may be shorter than the call by the machine's clock: two seconds, as in the comparison with a carrier."""
_DRIFT = 50
"""And one part in this many, because a sound device has a clock of its own."""
_START = "start Fangxin once on that workstation, so that it writes down what a crash left, then sync"


def audit_calls(facts: Facts, findings: Findings) -> None:
    """Every call: opened, ended or interrupted, with an outcome and a recording of full length; and every interview."""
    for call in facts.calls.values():
        findings.counts["calls"] += call.dials > 0
        findings.counts["interrupted calls"] += call.interrupted
        if call.dials:
            _told_to_its_end(call, findings)
            _corrected(call, findings)
            _recorded(call, findings)
        else:
            _never_dialled(call, findings)
    _audit_interviews(facts, findings)
    _around(facts, findings)


def _around(facts: Facts, findings: Findings) -> None:
    """What happened beside the calls and bears on them."""
    for what, at in facts.faults:
        findings.note("device.fault", f"The workstation met a fault of its disk or system: {what}", at)
    for jump, at in facts.jumps:
        way = "ahead" if jump > 0 else "back"
        findings.note(
            "clock.jump", f"The wall clock of this workstation jumped {abs(jump) / 1000:.0f} s {way}", at
        )
    for at in facts.listening.values():
        findings.note(
            "call.listening", "Somebody began to listen to this call, and no line says that he stopped", at
        )
    practice = findings.counts["rehearsal lines"]
    if practice and practice == findings.counts["lines"]:
        findings.note(
            "data.rehearsal", f"These are rehearsal data: {practice} lines come from practice calls"
        )
    elif practice:
        what = f"{practice} lines come from practice calls, mixed with lines that do not"
        findings.missing("data.mixed", what, needed="the survey's journals without practice")


def _audit_interviews(facts: Facts, findings: Findings) -> None:
    """Every interview: sealed at the end of each of its calls, unless a crash cut the call off."""
    for interview in facts.interviews.values():
        findings.counts["interviews"] += 1
        findings.counts["answers"] += interview.given
        _sealed(interview, facts, findings)


def _never_dialled(call: Call, findings: Findings) -> None:
    if call.interrupted:
        findings.note("call.interrupted", "A crash came before this call was dialled", call.at)
    elif call.seen <= {"rec.open", "rec.close", "rec.recovered"}:
        findings.missing(
            "call.open",
            "A recording was begun for this call, but it was never dialled",
            call.at,
            needed=_START,
        )
    else:
        what = "There are lines of this call, but not the one that says that it was dialled"
        findings.missing("call.headless", what, call.at, needed="its dial.start")


def _told_to_its_end(call: Call, findings: Findings) -> None:
    if call.dials > 1:
        findings.missing(
            "call.twice", "This call was dialled twice under one name", call.at, needed="an explanation"
        )
    if call.interrupted:
        findings.note(
            "call.interrupted", "A crash cut this call off; the next start wrote that down", call.at
        )
    elif call.ended is None:
        what = (
            "This call was dialled, and nothing says when it ended"
            if call.outcome
            else "This call was dialled, and nothing says what became of it"
        )
        findings.missing("call.open", what, call.at, needed=_START)
    elif not call.outcome:
        needed = "its outcome; the interviewer may be choosing it now"
        findings.missing(
            "call.outcome", "This call ended, and nobody said what it came to", call.at, needed=needed
        )


def _corrected(call: Call, findings: Findings) -> None:
    for each in call.corrections:
        what = f"The outcome of this call was corrected from {each.was} to {each.now}"
        if each.was == each.stood:
            findings.note("call.corrected", what, each.at)
        else:
            findings.missing(
                "call.outcome", f"{what}, and it was {each.stood or 'none'}", each.at, needed="an explanation"
            )


def _recorded(call: Call, findings: Findings) -> None:
    if "rec.open" not in call.seen:
        findings.missing(
            "call.unrecorded",
            "This call was dialled without an open recording",
            call.at,
            needed="its rec.open",
        )
    if call.recording is None:
        if call.ended is not None or call.interrupted:
            what = "Nothing says what became of the recording of this call"
            findings.missing(
                "call.unrecorded", what, call.at, needed=f"its rec.close or rec.recovered: {_START}"
            )
        return
    if call.recovered:
        what = "This recording was cut off; what of it was durable is kept as it was found"
        findings.note("recording.recovered", what, call.recording.at)
    else:
        _long_enough(call, call.ended, findings)
    if call.lost:
        what = f"{call.lost / RATE:.2f} s of sound were lost during this call; silence stands for them"
        findings.note("recording.gap", what, call.at)


def _long_enough(call: Call, ended: Moment | None, findings: Findings) -> None:
    needed, at = call.latest, call.latest_at
    if call.mark is not None and call.mark.samples > needed:
        needed, at = call.mark.samples, None
    if ended is not None and call.started is not None and ended.boot == call.started.boot:
        lasted = (ended.mono - call.started.mono) * RATE // 1000
        if lasted - lasted // _DRIFT - TOLERANCE > needed:
            needed, at = lasted, None
    if call.samples < needed:
        what = f"The recording has {call.samples / RATE:.1f} s, but the call went on to {needed / RATE:.1f} s"
        findings.missing(
            "recording.short", what, at or call.at, needed=f"{(needed - call.samples) / RATE:.2f} s of sound"
        )


def _sealed(interview: Interview, facts: Facts, findings: Findings) -> None:
    at = interview.working
    if at is None:
        return
    call = facts.calls[at.call]
    if call.outcome and not call.interrupted:
        what = f"The interview {interview.interview} was never sealed, though its call is finished"
        findings.missing(
            "interview.unsealed", what, at, needed="its interview.close and the object that it names"
        )
    else:
        what = f"The interview {interview.interview} is unfinished: its answers are on the workstation only"
        findings.note("interview.unfinished", what, at)

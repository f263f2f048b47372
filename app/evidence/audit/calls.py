"""Is every call told to its end, and does its recording cover it? Reads only what the journals say; the files are looked at elsewhere."""

from collections.abc import Callable

from app.evidence.audit.facts import Call, Facts, Interview, Spot
from app.evidence.audit.verdict import Findings
from hardware.base import RATE

TOLERANCE = 2 * RATE
"""Samples that a recording may be shorter than the call by the machine's clock: two seconds."""
_DRIFT = 50
"""And one part in this many, because a sound device has a clock of its own."""
_START = "start Fangxin once on that workstation, so that it writes down what the crash left, then sync"


def audit_calls(facts: Facts, findings: Findings) -> None:
    """Every call: opened, ended or interrupted, with an outcome and a recording of full length."""
    for call in facts.calls.values():
        findings.counts["calls"] += call.dialled
        findings.counts["interrupted"] += call.interrupted
        if not call.dialled:
            _never_dialled(call, _say(findings.missing, call), _say(findings.note, call))
            continue
        _told_to_its_end(call, _say(findings.missing, call), _say(findings.note, call))
        _recorded(call, _say(findings.missing, call), _say(findings.note, call))
    for name, spot in facts.repeated:
        findings.missing(
            "call.twice",
            "This call was dialled twice under one name",
            file=spot.file,
            line=spot.line,
            call=name,
        )
    for what, spot in facts.faults:
        findings.note(
            "device.fault",
            f"The workstation met a fault of its disk or system: {what}",
            file=spot.file,
            line=spot.line,
        )
    if practice := findings.counts["rehearsal lines"]:
        mixed = "" if practice == findings.counts["lines"] else ", mixed with lines that are not"
        findings.note(
            "data.rehearsal", f"These are rehearsal data: {practice} lines come from practice calls{mixed}"
        )


def audit_interviews(facts: Facts, findings: Findings) -> None:
    """Every interview: sealed at the end of each of its calls, unless a crash cut the call off."""
    for interview in facts.interviews.values():
        findings.counts["interviews"] += 1
        findings.counts["answers"] += len(interview.answers)
        _sealed(interview, facts, findings)


Say = Callable[[str, str, Spot | None, str], None]


def _say(write: Callable[..., None], call: Call) -> Say:
    def say(rule: str, what: str, spot: Spot | None = None, needed: str = "") -> None:
        place = spot or call.spot
        write(rule, what, file=place.file, line=place.line, call=call.call, needed=needed)

    return say


def _never_dialled(call: Call, missing: Say, note: Say) -> None:
    if call.interrupted:
        note("call.interrupted", "A crash came before this call was dialled", None, "")
    elif call.seen <= {"rec.open", "rec.close", "rec.recovered"}:
        missing(
            "call.prepared", "A recording was prepared for this call, but it was never dialled", None, _START
        )
    else:
        missing(
            "call.headless",
            "There are lines of this call, but not the one that says it was dialled",
            None,
            "the lines before",
        )


def _told_to_its_end(call: Call, missing: Say, note: Say) -> None:
    if call.interrupted:
        note("call.interrupted", "A crash cut this call off; the next start wrote that down", None, "")
    elif "dial.end" not in call.seen and call.finished:
        missing("call.open", "Nothing says when this call ended", None, "its dial.end")
    elif "dial.end" not in call.seen:
        missing("call.open", "This call was dialled, and nothing says what became of it", None, _START)
    elif not call.finished:
        missing(
            "call.outcome",
            "This call ended, and nobody said what it came to",
            None,
            "its outcome; on a workstation the interviewer is choosing it",
        )


def _recorded(call: Call, missing: Say, note: Say) -> None:
    if "rec.open" not in call.seen:
        missing(
            "call.unrecorded", "This call was dialled without a recording being open", None, "its rec.open"
        )
    if call.recording is None:
        if "dial.end" in call.seen or call.interrupted:
            missing(
                "recording.open",
                "Nothing says what became of the recording of this call",
                None,
                f"its rec.close or rec.recovered: {_START}",
            )
        return
    if call.recovered:
        note(
            "recording.recovered",
            "This recording was not closed; what a crash left of it is here in two parts",
            call.recording.spot,
            "",
        )
    else:
        _long_enough(call, missing)
    if call.lost:
        note(
            "recording.gap",
            f"{call.lost / RATE:.2f} s of sound were lost during this call and replaced by silence",
            None,
            "",
        )


def _long_enough(call: Call, missing: Say) -> None:
    if call.samples < call.latest:
        missing(
            "recording.short",
            f"The recording has {call.samples} samples, but the call goes on at sample {call.latest}",
            call.latest_spot,
            f"{(call.latest - call.samples) / RATE:.2f} s of sound",
        )
    elif call.mark is not None and call.samples < call.mark.samples:
        missing(
            "recording.short",
            f"The recording has {call.samples} samples, but had {call.mark.samples} before",
            None,
            "the rest of the sound",
        )
    elif call.ended_mono >= 0 and call.ended_boot == call.boot:
        lasted = (call.ended_mono - call.mono) * RATE // 1000
        if call.samples < lasted - lasted // _DRIFT - TOLERANCE:
            seconds = f"{call.samples / RATE:.1f} s of a call of {lasted / RATE:.1f} s"
            missing("recording.short", f"The recording covers {seconds}", None, "the rest of the sound")


def _sealed(interview: Interview, facts: Facts, findings: Findings) -> None:
    if interview.working is None:
        return
    name, spot = interview.working
    call = facts.calls.get(name)
    if call is None or (call.finished and not call.interrupted):
        findings.missing(
            "interview.unsealed",
            f"The interview {interview.interview} was never sealed, though its call is finished",
            file=spot.file,
            line=spot.line,
            call=name,
            needed="its interview.close and the object that it names",
        )
    else:
        findings.note(
            "interview.unfinished",
            f"The interview {interview.interview} is unfinished: its answers are on the workstation only",
            file=spot.file,
            line=spot.line,
            call=name,
        )

"""After a crash: what the last run left open is hashed, logged and tidied, so that nothing acknowledged is lost or silently dropped.

Nothing is ever appended to what the last run wrote (notes/security.md §2.2): the remains of a recording go to the centre as they
are and are joined there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import commit
from app.evidence.journal import Journal, read
from app.evidence.recording import Remains, remains_of
from app.interview.events import Answered
from app.ledger import Ledger
from app.sample.outcome import Outcome


@dataclass
class _Known:
    """What the journal says about one open call."""

    types: set[str] = field(default_factory=set)
    outcome: str = ""


def recover(ledger: Ledger, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """Settle everything that was open when the last run ended. Returns the calls that were interrupted."""
    open_calls = ledger.store.open_calls()
    if not open_calls:
        return ()
    known, commits = _scan(ledger.journal, set(open_calls))
    interrupted = []
    for call, case_id in open_calls.items():
        case = ledger.store.case(case_id)
        _catch_up_answers(ledger, ledger.store.interview_of(case_id), commits)
        says = known[call]
        if not says.types & {"rec.close", "rec.recovered"}:
            _log_remains(ledger, call)
        if says.outcome:
            ledger.settle(case, call, says.outcome, final=outcomes[says.outcome].final)
            continue
        if "call.interrupted" not in says.types:
            ledger.journal.append("call.interrupted", call=call, case=case_id)
        ended = ledger.clock.wall()
        with ledger.store.together():
            ledger.store.save_case(case.interrupted(ended))
            ledger.store.interrupt_call(call, ended=ended)
        interrupted.append(call)
    ledger.journal.checkpoint()
    return tuple(interrupted)


def _scan(journal: Journal, calls: set[str]) -> tuple[dict[str, _Known], set[str]]:
    known = {call: _Known() for call in calls}
    commits: set[str] = set()
    for entry in read(journal.path):
        kind = entry.data["type"]
        if kind in ("answer.commit", "answer.amend"):
            commits.add(entry.data["commit"])
        call = known.get(entry.data.get("call", ""))
        if call is not None:
            call.types.add(kind)
            if kind == "outcome.commit":
                call.outcome = entry.data["outcome"]
    return known, commits


def _catch_up_answers(ledger: Ledger, interview: str | None, commits: set[str]) -> None:
    """A draft that was committed a moment before the crash has no line in the journal yet: write it now."""
    if interview is None:
        return
    for event in ledger.store.events(interview):
        if isinstance(event, Answered) and _commitment(event) not in commits:
            ledger.journal_answer(interview, event)


def _commitment(event: Answered) -> str:
    return commit(bytes.fromhex(event.salt), event.value)


def _log_remains(ledger: Ledger, call: str) -> None:
    path: Path = ledger.recording_path(call)
    if not path.exists():
        return
    found: Remains = remains_of(path)
    ledger.store.enqueue(found.age_sha256, "recording-part", found.age, found.age_bytes)
    if found.tail is not None:
        ledger.store.enqueue(found.tail_sha256, "tail", found.tail, found.tail_bytes)
    ledger.journal.append(
        "rec.recovered",
        call=call,
        age_sha256=found.age_sha256,
        age_bytes=found.age_bytes,
        tail_sha256=found.tail_sha256,
        tail_bytes=found.tail_bytes,
    )

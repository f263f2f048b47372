"""After a crash: what the last run left open is hashed, logged and tidied, so that nothing acknowledged is lost or silently dropped.

Nothing is ever appended to what the last run wrote (notes/security.md §2.2): the remains of a recording go to the centre as they
are and are joined there.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from app.errors import EvidenceError
from app.evidence.journal import Entry, read
from app.evidence.recording import tail_of
from app.interview.events import Answered
from app.ledger import Ledger
from app.sample.case import Case
from app.sample.outcome import Outcome
from app.shift_log import Dialled


@dataclass
class _Known:
    """What the journal says about one open call."""

    types: set[str] = field(default_factory=set)
    outcome: str = ""


def recover(ledger: Ledger, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    """Settle everything that was open when the last run ended. Returns the calls that were interrupted."""
    homeless = _remember(ledger)
    open_calls = ledger.store.open_calls()
    if not open_calls and not homeless:
        return ()
    known, commits = _scan(ledger, {*open_calls, *homeless})
    _sweep(ledger)
    interrupted = _without_a_case(ledger, homeless, known)
    for call, case_id in open_calls.items():
        case, says = ledger.store.case(case_id), known[call]
        _catch_up_answers(ledger, ledger.store.interview_of(case_id), commits)
        if "rec.open" in says.types and not says.types & {"rec.close", "rec.recovered"}:
            ledger.recovered(call)
        if says.outcome:
            final = outcomes[says.outcome].final
            _closed(ledger, case, call, says, final=final)
            ledger.settle(case, call, says.outcome, final=final)
        elif "rec.open" not in says.types:
            # The crash came before anything was promised, and nothing was dialled.
            ledger.give_back(call)
            ledger.store.close_call(call, outcome="", ended=ledger.clock.wall())
        else:
            _interrupted(ledger, case, call, says)
            interrupted.append(call)
    ledger.journal.checkpoint()
    return tuple(interrupted)


def _remember(ledger: Ledger) -> dict[str, Dialled]:
    """What the journal knows and the store has forgotten: its file was lost, or the end of it. They are opened again, to be
    settled like any other. Returns those whose case is forgotten too."""
    store, homeless = ledger.store, dict[str, Dialled]()
    forgotten = {call: told for call, told in ledger.dialled.items() if not store.knows_call(call)}
    for call, told in forgotten.items():
        if store.knows_case(told.case):
            store.open_call(call, told.case, told.wall)
        else:
            homeless[call] = told
    if forgotten:
        ledger.journal.append("io.error", where="store", code="calls forgotten")
        _due_again(ledger)
    return homeless


def _due_again(ledger: Ledger) -> None:
    """What waited to be sent is forgotten too: what the journal names and lies here is due. Central takes nothing twice."""
    for entry in read(ledger.journal.path):
        line, recording = entry.data, ledger.recording_path(entry.data.get("call", ""))
        objects = ledger.folder / "objects"
        match line["type"]:
            case "dial.start":
                named = [(line["contact"], "contact", objects / line["contact"])]
            case "interview.close":
                named = [(line["object"], "interview", objects / line["object"])]
            case "rec.close":
                named = [(line["sha256"], "recording", recording)]
            case "rec.recovered":
                named = [
                    (line["age_sha256"], "recording-part", recording),
                    (line["tail_sha256"], "tail", tail_of(recording)),
                ]
            case _:
                named = []
        for sha, kind, path in named:
            if path.exists():
                ledger.store.enqueue(sha, kind, path, path.stat().st_size)


def _without_a_case(
    ledger: Ledger, homeless: Mapping[str, Dialled], known: Mapping[str, _Known]
) -> list[str]:
    """Calls of which nothing is left but the journal and their recordings: what was not told to its end is, and nothing is sealed."""
    open_ones = []
    for call, told in homeless.items():
        says = known[call]
        if not says.types & {"rec.close", "rec.recovered"}:
            ledger.recovered(call)
        if not says.outcome and "call.interrupted" not in says.types:
            ledger.journal.append("call.interrupted", call=call, case=told.case)
            open_ones.append(call)
    return open_ones


def _closed(ledger: Ledger, case: Case, call: str, says: _Known, *, final: bool) -> None:
    """A power cut may have kept the outcome and not the line after it, which names the sealed interview: write it now."""
    interview = ledger.store.interview_of(case.id)
    talked = final or says.types & {"interview.open", "interview.resume"}
    if interview is not None and talked and "interview.close" not in says.types:
        state = ledger.store.interview(interview)
        sha = ledger.seal_interview(state, case)
        ledger.interview_closed(state, case, call, says.outcome, sha)


def _interrupted(ledger: Ledger, case: Case, call: str, says: _Known) -> None:
    if "call.interrupted" not in says.types:
        ledger.journal.append("call.interrupted", call=call, case=case.id)
    ended = ledger.clock.wall()
    with ledger.store.together():
        if "dial.start" in says.types:
            ledger.store.save_case(case.interrupted(ended))
        ledger.store.interrupt_call(call, ended=ended)


def _scan(ledger: Ledger, calls: set[str]) -> tuple[dict[str, _Known], set[str]]:
    """What the journals say about these calls. All epochs': a call that was open when a new epoch began is settled in the new one."""
    known = {call: _Known() for call in calls}
    commits: set[str] = set()
    for entry in chain.from_iterable(_readable(ledger, path) for path in _journals(ledger)):
        kind = entry.data["type"]
        if kind in ("answer.commit", "answer.amend"):
            commits.add(entry.data["commit"])
        call = known.get(entry.data.get("call", ""))
        if call is not None:
            call.types.add(kind)
            if kind in ("outcome.commit", "outcome.amend"):
                call.outcome = entry.data["outcome"]
    return known, commits


def _journals(ledger: Ledger) -> list[Path]:
    """The journals of all epochs, oldest first."""
    paths = (ledger.folder / "journals").glob("*/journal.jsonl")
    return sorted(paths, key=lambda path: (len(path.parent.name), path.parent.name))


def _readable(ledger: Ledger, path: Path) -> Iterator[Entry]:
    """The entries up to the first that does not hold. The journal at work was checked when it was opened; an earlier epoch's may be
    damaged, which may be why there is a new one."""
    with suppress(EvidenceError):
        yield from read(path, ledger.suite.means)


def _sweep(ledger: Ledger) -> None:
    """A crash between sealing a file and the line that names it leaves one that nobody will ever ask for; the store still has what is
    in it, and it is sealed again when its time comes."""
    try:
        entries = [entry.data for path in _journals(ledger) for entry in read(path, ledger.suite.means)]
    except EvidenceError:  # of an earlier epoch: what it named is not known, so nothing is taken away
        return
    named = {data.get(field) for data in entries for field in ("contact", "object")}
    for path in (ledger.folder / "objects").glob("*"):
        if path.name not in named:
            ledger.forget_seal(path.name)


def _catch_up_answers(ledger: Ledger, interview: str | None, commits: set[str]) -> None:
    """A draft that was committed a moment before the crash has no line in the journal yet: write it now."""
    if interview is None:
        return
    for event in ledger.store.events(interview):
        if isinstance(event, Answered) and ledger.commitment(event) not in commits:
            ledger.journal_answer(interview, event)

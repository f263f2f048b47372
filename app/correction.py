"""A wrong outcome is put right: edge 16 of notes/method.md §2.5. A new line in the journal, never a change of the old one; then the queue.

An interviewer may correct what she gave herself, in the same shift, for calling.correction_minutes (outcomes.toml), and says why. What a
complete interview came to is not hers to change, nor can another outcome become one: its answers are sealed and its quota place is taken.
"""

from dataclasses import asdict, dataclass, replace
from functools import partial

from app.canonical import decode, encode
from app.case_in_hand import Outlook
from app.evidence.journal import read
from app.leases import owe_again
from app.ledger import Ledger
from app.sample.case import Attempt
from app.sample.outcome import Outcome

_PENDING = "correction.pending"


@dataclass(frozen=True, slots=True)
class Given:
    """An outcome that was given in this shift. ended: of the attempt, ms wall."""

    call: str
    case: str
    outcome: str
    ended: int


def still_open(ledger: Ledger, given: Given) -> bool:
    """Its time is not over, and its case was not called since."""
    minutes = ledger.queue.plan.rules.calling.correction_minutes
    last = ledger.store.case(given.case).attempts[-1:]
    return ledger.clock.wall() - given.ended <= minutes * 60_000 and [(a.ended, a.outcome) for a in last] == [
        (given.ended, given.outcome)
    ]


def correct(ledger: Ledger, given: Given, outcome: Outcome, outlook: Outlook, reason: str) -> Given:
    """The right outcome, durable: in the journal first. Returns what is given now. Raises StorageError; asking again goes on."""
    told = {**asdict(given), "key": outcome.key, "final": int(outcome.final), "line": ledger.journal.size}
    outlook_told = {**asdict(outlook), "cells": list(outlook.cells)}
    ledger.store.set_setting(_PENDING, encode({**told, "outlook": outlook_told}).decode())
    ledger.corrected(given.call, given.case, given.outcome, outcome.key, reason)
    _apply(ledger)
    return replace(given, outcome=outcome.key)


def finish(ledger: Ledger) -> None:
    """At the start: a crash between journal and store is made good. A correction that the journal does not know was never made."""
    told = decode(ledger.store.setting(_PENDING, "{}").encode())
    if not told:
        return
    made = any(
        entry.data["type"] == "outcome.amend"
        and entry.data["call"] == told["call"]
        and entry.data["seq"] >= told["line"]
        for entry in read(ledger.journal.path)
    )
    if made:
        _apply(ledger)
    else:
        ledger.store.set_setting(_PENDING, "{}")


def _apply(ledger: Ledger) -> None:
    store = ledger.store
    told = decode(store.setting(_PENDING).encode())
    case, ended, key, outlook = store.case(told["case"]), told["ended"], told["key"], told["outlook"]
    interview = store.interview_of(case.id)
    if told["final"] and interview is not None:  # as it was sealed at the end of the call
        ledger.room.spend(partial(store.close_interview, interview))

    def right(attempt: Attempt) -> Attempt:
        if attempt.ended != ended:
            return attempt
        return replace(attempt, outcome=key, due=int(outlook["due"]), need=str(outlook["need"]))

    with store.together():
        store.keep_outlook(told["call"], outlook)
        store.save_case(replace(case, attempts=tuple(map(right, case.attempts))))
        store.close_call(told["call"], outcome=key, ended=ended)
        owe_again(store, case.id, len(case.attempts) - 1)
        store.set_setting(_PENDING, "{}")

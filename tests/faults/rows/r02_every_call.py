"""Row 2: kill -9 before every single call that changes a file or syncs it, from the start of the program to its end."""

from typing import Any

from app.interview.events import Answered
from app.interview.interview import Interview, apply
from app.ledger import Ledger
from tests.faults.aftermath import judge, later
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.scripted import Life, fresh, room
from tests.faults.spoil import spoil
from tests.faults.strace import Call, chosen, under_strace


def _killed_at(case: Trial, call: Call, life: Life) -> Seen:
    with call.named():
        with life:
            under_strace(life, case.folder / "log", f"{call.name}:signal=SIGKILL:when={call.number}")
        if life.status != 9:
            return {**call.seen(), "missed": True}
        return {**call.seen(), **judge(room(life.folder, later(life.clock)), life.told)}


def _kill(case: Trial) -> Seen:
    seen = _killed_at(case, chosen(case), Life(*fresh(case.folder), held=True))
    assert "missed" not in seen, f"the kill did not come: {seen}"
    return seen


def answers_before_writing() -> None:
    """The saboteur: the next question appears at once, and an answer is written when the one after it is given, the last one with the
    outcome. Without a fault nothing is missing in the end."""
    owed: list[tuple[Interview, Answered]] = []
    outcome = Ledger.outcome

    def write(self: Ledger) -> None:
        while owed:
            before, event = owed.pop()
            self.event(before, event)
            self.journal_answer(before.interview, event)

    def closing(self: Ledger, *given: Any, **more: Any) -> None:
        write(self)
        outcome(self, *given, **more)

    def lazy(
        self: Ledger, state: Interview, call: str, question: str, value: str, at: int, reason: str
    ) -> Interview:
        write(self)
        event = Answered(question, value, self.entropy(32).hex(), call, at, self.clock.wall(), reason)
        owed.append((state, event))
        return apply(state, event)

    spoil(Ledger, "answer", lazy)
    spoil(Ledger, "outcome", closing)


def _control(case: Trial) -> Seen:
    call = chosen(case, lambda call: call.file == "journal.jsonl" and call.name == "write")
    return _killed_at(case, call, Life(*fresh(case.folder), prepare=answers_before_writing, held=True))


ROWS = [
    Row("2", "kill -9 before every call on a file", _kill, short=24, long=10_000, needs=("strace",)),
    Row(
        "2.control",
        'the same with a desk that says "saved" before it has written',
        _control,
        short=12,
        long=24,
        needs=("strace",),
        control=r"answer .* is lost",
    ),
]

"""The desk's quota counts: what is finished here and at the other desks, which cells people have closed, and whether a resident may go on.

The counts of the others come from central with each round of sync; while it cannot be reached the last ones hold. A cell is written as
"county=3,sex=1".
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from app.canonical import Value, decode, encode
from app.decision import opened, signed
from app.errors import EvidenceError
from app.evidence.note import Signer, Verifier
from app.sample.quota import (
    Closure,
    Filling,
    Quota,
    Verdict,
    cell_of,
    full_units,
    named,
    nearly_full,
    refused,
    verdict,
)
from app.store import Store

_DONE, _ELSEWHERE, _DECIDED = "quota.done", "quota.elsewhere", "quota.closures"
_DECISION = "fangxin quota decision v1"
TOLD, FULL, OPEN = "quota", "full", "open"
"""A hidden question of this name is told whether there is a place left for the resident."""


class Quotas:
    """The quotas of one study at one desk."""

    def __init__(self, store: Store, quotas: tuple[Quota, ...]) -> None:
        self._store, self.quotas = store, quotas

    @property
    def variables(self) -> frozenset[str]:
        """Questions whose answers decide about a cell."""
        return frozenset(variable for quota in self.quotas for variable in quota.variables)

    def verdict(self, answers: Mapping[str, str], *, started: bool, admitted: bool = False) -> Verdict:
        """May a resident with these answers be interviewed (on)? See sample.quota.verdict."""
        return verdict(self.quotas, self.filling(), answers, started=started, admitted=admitted)

    def nearly_full(self, answers: Mapping[str, str]) -> bool:
        """A resident with these answers takes one of the last places of a cell: the other desks should know at once."""
        return nearly_full(self.quotas, self.filling(), answers)

    def cells(self, answers: Mapping[str, str]) -> tuple[str, ...]:
        """The cells that a resident with these answers falls into."""
        return tuple(dict.fromkeys(named(cell) for quota in self.quotas for cell in quota.cells_of(answers)))

    def full_units(self, variable: str, units: Iterable[str]) -> frozenset[str]:
        """Units whose numbers are not dialled any more, because nobody there could be interviewed."""
        return full_units(self.quotas, self.filling(), variable, units) if self.quotas else frozenset()

    def refusing(self) -> Callable[[str], bool]:
        """As the cells stand now: whether a case of which the store knows this (Store.known_of) would be dialled in vain."""
        filling = self.filling() if self.quotas else Filling()
        return cache(
            lambda known: bool(known) and bool(refused(self.quotas, filling, decode(known.encode())))
        )

    def refused(self, known: str) -> tuple[str, ...]:
        """The full cells that keep such a case from being dialled; () = none."""
        return (
            tuple(map(named, refused(self.quotas, self.filling(), decode(known.encode())))) if known else ()
        )

    def filling(self) -> Filling:
        """How full the cells are now."""
        elsewhere = decode(self._store.setting(_ELSEWHERE, '{"done":[],"running":[]}').encode())
        done = _summed(self.done(), counts_in(elsewhere["done"]))
        return Filling(
            {cell_of(text): n for text, n in done.items()},
            {cell_of(text): n for text, n in counts_in(elsewhere["running"]).items()},
            self._decisions(),
        )

    def done(self) -> dict[str, int]:
        """Interviews finished at this desk, by cell."""
        kept = decode(self._store.setting(_DONE, "{}").encode())
        return counts_in(kept.get("c", kept))

    def finished(self, cells: Iterable[str]) -> None:
        """One more interview is in. Call inside the transaction that closes its call: it must count once."""
        counts = _summed(self.done(), dict.fromkeys(cells, 1))
        self._store.set_setting(_DONE, encode({"c": counts_out(counts)}).decode())

    def heard(self, done: Mapping[str, int], running: Mapping[str, int]) -> None:
        """The counts of the other desks, as central has them."""
        told: dict[str, Value] = {"done": counts_out(done), "running": counts_out(running)}
        self._store.set_setting(_ELSEWHERE, encode(told).decode())

    def decided(self, closures: Iterable[Closure]) -> None:
        """What people have decided about cells, as central has it. What was once heard stays: central may withhold, not take back."""
        whole = sorted({*self._decisions(), *closures}, key=lambda closure: (closure.wall, closure.cell))
        rows = [[named(one.cell), one.by, one.reason, one.wall, int(one.open)] for one in whole]
        self._store.set_setting(_DECIDED, encode({"c": rows}).decode())

    def running(self) -> dict[str, int]:
        """Interviews under way at this desk, by cell: a call is on, or was cut off and is made again at once. Not whoever was told that
        there is no place."""
        store, counts = self._store, dict[str, int]()
        cases = {*store.open_calls().values(), *store.cut_off()}
        for interview in filter(None, map(store.interview_of, sorted(cases))):
            state = store.interview(interview)
            if state.made.get(TOLD) != FULL:
                counts = _summed(counts, dict.fromkeys(self.cells({**state.made, **state.values}), 1))
        return counts

    def _decisions(self) -> tuple[Closure, ...]:
        rows = decode(self._store.setting(_DECIDED, '{"c":[]}').encode())["c"]
        return tuple(
            Closure(cell_of(text), by, reason, wall, bool(open_)) for text, by, reason, wall, open_ in rows
        )


def counts_out(counts: Mapping[str, int]) -> list[Value]:
    """Interviews by cell as canonical JSON has them: pairs of a cell and a number."""
    return [[cell, n] for cell, n in sorted(counts.items())]


def counts_in(written: Value) -> dict[str, int]:
    """The inverse; an object, as was written before there were pairs, does too."""
    return {str(cell): int(n) for cell, n in dict(written).items()}


def decision_note(study: str, decision: Closure, signer: Signer) -> str:
    """A decision as the centre signs it, so that central cannot close a cell by itself. Raises StudyError when a field is not one line."""
    state = "open" if decision.open else "closed"
    fields = (study, named(decision.cell), decision.by.strip(), decision.reason.strip(), state)
    return signed(_DECISION, fields, decision.wall, signer)


def read_decision(note: str, study: str, publisher: Verifier) -> Closure:
    """The inverse. Raises EvidenceError when the centre has not signed it, or it belongs to another study."""
    match opened(note, _DECISION, publisher):
        case [of, cell, by, reason, "open" | "closed" as state], wall if of == study and by and reason:
            return Closure(cell_of(cell), by, reason, wall, open=state == "open")
    raise EvidenceError("This note is no decision about a quota cell of this study")


def _summed(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {cell: int(one.get(cell, 0)) + int(other.get(cell, 0)) for cell in {*one, *other}}

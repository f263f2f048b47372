"""The desk's quota counts: what is finished here and at the other desks, which cells people have closed, and whether a resident may go on.

The counts of the others come from central with each round of sync; while it cannot be reached the last ones hold. A cell is written as
"county=3,sex=1".
"""

from collections.abc import Callable, Iterable, Mapping

from app.canonical import decode, encode
from app.sample.cells import cell_of as _cell
from app.sample.cells import named
from app.sample.quota import Closure, Filling, Quota, Verdict, full_units, verdict
from app.store import Store

_DONE, _ELSEWHERE, _CLOSED = "quota.done", "quota.elsewhere", "quota.closures"


class Quotas:
    """The quotas of one study at one desk. wall: the clock."""

    def __init__(self, store: Store, quotas: tuple[Quota, ...], wall: Callable[[], int]) -> None:
        self._store, self.quotas, self._wall = store, quotas, wall

    @property
    def variables(self) -> frozenset[str]:
        """Questions whose answers decide about a cell."""
        return frozenset(variable for quota in self.quotas for variable in quota.variables)

    def verdict(self, answers: Mapping[str, str], *, started: bool) -> Verdict:
        """May a resident with these answers be interviewed (on)? See sample.quota.verdict."""
        return verdict(self.quotas, self.filling(), answers, started=started)

    def cells(self, answers: Mapping[str, str]) -> tuple[str, ...]:
        """The cells that a resident with these answers falls into."""
        return tuple(dict.fromkeys(named(cell) for quota in self.quotas for cell in quota.cells_of(answers)))

    def full_units(self, variable: str, units: Iterable[str]) -> frozenset[str]:
        """Units whose numbers are not dialled any more, because nobody there could be interviewed."""
        return full_units(self.quotas, self.filling(), variable, units) if self.quotas else frozenset()

    def filling(self) -> Filling:
        """How full the cells are now."""
        elsewhere = decode(self._store.setting(_ELSEWHERE, '{"done":{},"running":{}}').encode())
        done = _summed(self.done(), elsewhere["done"])
        closures = decode(self._store.setting(_CLOSED, '{"c":[]}').encode())["c"]
        return Filling(
            {_cell(text): n for text, n in done.items()},
            {_cell(text): int(n) for text, n in elsewhere["running"].items()},
            tuple(
                Closure(_cell(text), by, reason, wall, bool(open_))
                for text, by, reason, wall, open_ in closures
            ),
        )

    def done(self) -> dict[str, int]:
        """Interviews finished at this desk, by cell."""
        return {str(k): int(n) for k, n in decode(self._store.setting(_DONE, "{}").encode()).items()}

    def finished(self, cells: Iterable[str]) -> None:
        """One more interview is in. Call inside the transaction that closes its call: it must count once."""
        counts = _summed(self.done(), dict.fromkeys(cells, 1))
        self._store.set_setting(_DONE, encode(counts).decode())

    def heard(self, done: Mapping[str, int], running: Mapping[str, int]) -> None:
        """The counts of the other desks, as central has them."""
        self._store.set_setting(_ELSEWHERE, encode({"done": dict(done), "running": dict(running)}).decode())

    def decide(self, text: str, by: str, reason: str, *, open_: bool) -> Closure:
        """A person closes or opens a cell. Raises StudyError without a name and a reason, or for a cell that no quota has."""
        cell = _cell(text)
        closure = Closure(cell, by, reason, self._wall(), open_)
        closures = decode(self._store.setting(_CLOSED, '{"c":[]}').encode())["c"]
        closures.append([named(cell), by, reason, closure.wall, int(open_)])
        self._store.set_setting(_CLOSED, encode({"c": closures}).decode())
        return closure


def _summed(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {cell: int(one.get(cell, 0)) + int(other.get(cell, 0)) for cell in {*one, *other}}

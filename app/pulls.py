"""A supervisor gives a case to a desk: the note that the centre signs for it, and the desk's memory of it, so that each is taken once.

The note names case and desk, and by its hash an envelope for the room in which stand who decided and why: central carries both, and learns
neither.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.canonical import Value, decode, encode, hexdigest
from app.decision import opened, signed
from app.errors import EvidenceError
from app.evidence.note import Signer, Verifier
from app.pool import Pool
from app.sample.case import Case, State
from app.sample.hours import Hours
from app.sample.plan import Caller
from app.sample.pull import WEEK, Fate, Pull
from app.store import Store
from app.store_cases import Keyed

_NOTE, _KEPT = "fangxin case decision v1", "pulls"


def pull_note(study: str, pull: Pull, sealed: str, signer: Signer) -> str:
    """A decision as the centre signs it. sealed: the envelope with name and reason, as text."""
    fields = (study, pull.case, pull.desk, hexdigest(sealed.encode()))
    return signed(_NOTE, fields, pull.wall, signer)


def read_pull(note: str, sealed: str, study: str, publisher: Verifier) -> Pull:
    """The inverse, without name and reason. Raises EvidenceError when the centre has not signed it, it belongs to another study, or this is
    not its envelope."""
    match opened(note, _NOTE, publisher):
        case [of, case, desk, envelope], wall if of == study and envelope == hexdigest(sealed.encode()):
            return Pull(case, desk, "", "", wall, hexdigest(note.encode()))
    raise EvidenceError("This note is no decision about a case of this study")


@dataclass(frozen=True, slots=True)
class _Row:
    """A decision and what became of it. attempts: calls that its case had when it was taken. told: central has heard."""

    pull: Pull
    fate: Fate = Fate.WAITS
    attempts: int = 0
    told: bool = False


class Pulls:
    """What was decided for one desk. Another process may write too: whatever changes is read and written in one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def heard(self, pulls: Iterable[Pull], now: int) -> None:
        """Decisions, as central passes them on. One that is known, or older than a week, changes nothing; of two about a case that nobody
        has taken yet the later one stays."""
        with self._store.together():
            rows = [
                row for row in self._rows() if not row.pull.late(now - WEEK)
            ]  # so long `sample why` tells of it
            for pull in pulls:
                if pull.late(now) or any(row.pull.sha256 == pull.sha256 for row in rows):
                    continue
                same = [r for r in rows if r.pull.case == pull.case and r.fate is Fate.WAITS]
                if all(row.pull.wall <= pull.wall for row in same):
                    rows = [*(row for row in rows if row not in same), _Row(pull)]
            self._keep(rows)

    def wanted(self, now: int) -> tuple[str, ...]:
        """Cases that were given to this desk and are not here."""
        return tuple(
            row.pull.case for row in self._waiting() if self._early(row, now) is None and not self._here(row)
        )

    def standing(self, queue: Pool, now: int) -> Iterator[tuple[Pull, Fate]]:
        """What would become now of each decision that nobody has taken yet, or that was taken and not called before the program ended;
        oldest first."""
        hours = Hours(queue.plan, now)
        for row in self._waiting():
            yield row.pull, self._early(row, now) or self._now(row, queue, hours)

    def next(self, queue: Pool, now: int, caller: Caller | None, keyed: Keyed) -> Pull | None:
        """The decision that comes next for this caller; nobody is given his own number, a relative's, or his own unit by it."""
        for pull, fate in self.standing(queue, now):
            if fate is Fate.NEXT and _may_have(caller, self._store.case(pull.case), keyed):
                return pull
        return None

    def was_taken(self, pull: Pull) -> bool:
        """It was handed out before."""
        return any(row.pull.sha256 == pull.sha256 and row.fate is Fate.TAKEN for row in self._rows())

    def end(self, pull: Pull, fate: Fate) -> None:
        """What has become of a decision."""
        with self._store.together():
            attempts = len(self._store.case(pull.case).attempts) if self._store.knows_case(pull.case) else 0
            rows = [
                _Row(pull, fate, attempts) if row.pull.sha256 == pull.sha256 else row for row in self._rows()
            ]
            self._keep(rows)

    def of(self, case: str) -> tuple[tuple[Pull, Fate], ...]:
        """The decisions about a case, oldest first, as far as they were settled."""
        return tuple((row.pull, row.fate) for row in self._rows() if row.pull.case == case)

    def untold(self) -> list[list[str]]:
        """[note, fate] of which central has not heard."""
        return [[r.pull.sha256, str(r.fate)] for r in self._rows() if r.fate is not Fate.WAITS and not r.told]

    def told(self, fates: Sequence[Sequence[str]]) -> None:
        """Central has heard of these."""
        with self._store.together():
            heard = {(sha256, fate) for sha256, fate in fates}
            self._keep(
                replace(row, told=row.told or (row.pull.sha256, str(row.fate)) in heard)
                for row in self._rows()
            )

    def _waiting(self) -> list[_Row]:
        rows = self._rows()
        return [
            row for row in rows if row.fate is Fate.WAITS or (row.fate is Fate.TAKEN and self._uncalled(row))
        ]

    def _uncalled(self, row: _Row) -> bool:
        case = row.pull.case
        return self._store.knows_case(case) and len(self._store.case(case).attempts) == row.attempts

    def _early(self, row: _Row, now: int) -> Fate | None:
        """What has become of it whatever the queue says."""
        if row.pull.late(now):
            return Fate.LATE
        known = self._store.knows_case(row.pull.case)
        calls = self._store.case(row.pull.case).attempts if known else ()
        return Fate.CALLED if any(call.ended >= row.pull.wall for call in calls) else None

    def _now(self, row: _Row, queue: Pool, hours: Hours) -> Fate:
        if not self._here(row):
            return Fate.WAITS
        if (found := queue.hindrance(row.pull.case)) is not None:
            return found
        return Fate.NEXT if hours.called(self._store.case(row.pull.case).unit) else Fate.WAITS

    def _here(self, row: _Row) -> bool:
        case = row.pull.case
        if not self._store.knows_case(case):
            return False
        # A closed one was given back to the pool; or its resident is barred, which is told.
        return self._store.case(case).state is not State.CLOSED or self._store.bar_of(case) is not None

    def _rows(self) -> list[_Row]:
        return [_row(values) for values in decode(self._store.setting(_KEPT, '{"p":[]}').encode())["p"]]

    def _keep(self, rows: Iterable[_Row]) -> None:
        ordered = sorted(rows, key=lambda row: (row.pull.wall, row.pull.case))
        self._store.set_setting(_KEPT, encode({"p": [_values(row) for row in ordered]}).decode())


def _row(values: list[Value]) -> _Row:
    sha256, case, desk, by, reason, wall, fate, attempts, told = values
    return _Row(Pull(case, desk, by, reason, wall, sha256), Fate(fate), attempts, bool(told))


def _values(row: _Row) -> list[Value]:
    pull = row.pull
    fields: list[Value] = [pull.sha256, pull.case, pull.desk, pull.by, pull.reason, pull.wall]
    return [*fields, str(row.fate), row.attempts, int(row.told)]


def _may_have(caller: Caller | None, case: Case, keyed: Keyed) -> bool:
    return caller is None or (case.unit not in caller.shuns and keyed(case.number) not in caller.knows)

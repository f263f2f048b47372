"""The centre's list of people who do not want to be called: one for all its studies, in a folder of its own.

The list is its signed journal. A line says since when which number is on it or off it again, who decided that and why; a number is only its
keyed hash, by the key under which central knows the numbers of its pool. So the list can be handed to every central of the centre, and
whoever has the folder without the publisher's key can look nobody up. What residents said at desks is taken in from central the same way.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.canonical import decode, keyed
from app.centre_journal import DO_NOT_CALL, centre_journal, check_origin, journal_signer
from app.clock import Clock
from app.errors import StudyError
from app.evidence.durable import storage_errors
from app.evidence.means import S1
from app.evidence.note import Signer
from app.log import mask
from app.sample.frame import Drawable
from app.withdrawal import Entry

_EVENT = "donotcall.set"
AT_A_DESK = "a resident, at a desk"
"""Who decided what was taken in from central."""


def number_key(publisher: Signer) -> Callable[[str], str]:
    """number → the hash by which the centre's pools and its list know it, 32 hex digits."""
    key = S1.derive(publisher.seed, b"", b"fangxin/pool/numbers/v1")
    return lambda number: keyed(key, number.encode()).hex()[:32]


@dataclass(frozen=True)
class DoNotCall:
    """folder: of the list. publisher: the centre's key."""

    folder: Path
    publisher: Signer
    clock: Clock

    def decide(self, numbers: Iterable[str], by: str, reason: str, *, barred: bool = True) -> int:
        """Put plain numbers on the list, or take them off it. Returns for how many that changed something. Raises StudyError without a name
        and a reason in one line each."""
        who, why = mask(by.strip()), mask(reason.strip())  # a reason often begins with the number
        if not (who and why and who.isprintable() and why.isprintable()):
            raise StudyError("Name and reason of a decision are one line of text each")
        hashed, now = number_key(self.publisher), self.clock.wall()
        return self._add([Entry(hashed(n), barred, who, why, now) for n in dict.fromkeys(numbers)])

    def take_in(self, withdrawn: Iterable[tuple[str, int]], study: str) -> int:
        """(hash, ms wall) of those who said so at a desk of this study. Returns how many are new."""
        return self._add([Entry(key, True, AT_A_DESK, study, wall) for key, wall in withdrawn])

    def entries(self) -> tuple[Entry, ...]:
        """The last decision about every number that there ever was one about, oldest first."""
        last: dict[str, Entry] = {}
        for entry in self._lines():
            if (known := last.get(entry.key)) is None or entry.wall >= known.wall:
                last[entry.key] = entry
        return tuple(sorted(last.values(), key=lambda entry: (entry.wall, entry.key)))

    def check(self) -> None:
        """Raises UsageError for another centre's list: its hashes are of another key, and would bar nobody."""
        name = journal_signer(self.publisher, DO_NOT_CALL).name.removeprefix("fangxin/")
        check_origin(self.folder / "journal" / "journal.jsonl", f"fangxin/{DO_NOT_CALL}/{name}")

    def on_it(self) -> frozenset[str]:
        """The hashes of the numbers that are on the list."""
        return frozenset(entry.key for entry in self.entries() if entry.barred)

    def _add(self, entries: list[Entry]) -> int:
        known = {entry.key: entry for entry in self.entries()}
        fresh = []
        for entry in entries:
            old = known.get(entry.key)
            if (old.barred if old else False) != entry.barred and (old is None or entry.wall >= old.wall):
                fresh.append(entry)
        signer = journal_signer(self.publisher, DO_NOT_CALL)
        with centre_journal(self.folder / "journal", DO_NOT_CALL, signer, self.clock) as journal:
            with journal.group():
                for entry in fresh:
                    journal.append(
                        _EVENT,
                        key=entry.key,
                        barred=int(entry.barred),
                        by=entry.by,
                        reason=entry.reason,
                        at=entry.wall,
                    )
            journal.checkpoint()
        return len(fresh)

    def _lines(self) -> Iterator[Entry]:
        path = self.folder / "journal" / "journal.jsonl"
        if not path.exists():
            return
        with storage_errors(path):
            lines = [decode(line) for line in path.read_bytes().splitlines()]
        for line in lines:
            if line["type"] == _EVENT:
                yield Entry(line["key"], bool(line["barred"]), line["by"], line["reason"], line["at"])


def barred_in(frame: Drawable, hashes: frozenset[str], publisher: Signer) -> frozenset[str]:
    """The numbers of a frame that are on the list: each is hashed once, some ten seconds for ten million."""
    if not hashes:
        return frozenset()
    hashed = number_key(publisher)
    return frozenset(number for at in range(len(frame)) if hashed(number := frame[at]) in hashes)

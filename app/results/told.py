"""What journals tell about calls, read quickly and read on: for those who look at the field work while it goes on.

A line is followed by its hash alone: every line names that of the one before. Only the lines that say something about a call's row are
taken apart, four of a dial's fourteen. Where the chain does not hold, or a line is not as it should be, nothing is said here; whoever
asked goes the long way (audit.journals.read_facts), which names the place.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import Value
from app.errors import StorageError
from app.evidence.audit.facts import Facts
from app.evidence.audit.packages import suite_in
from app.evidence.audit.place import Eyes, Place
from app.evidence.audit.telling import listener
from app.evidence.audit.verdict import Findings
from app.evidence.durable import storage_errors
from app.evidence.journal import GENESIS, Entry

_TYPE = b'"type":"'  # inside a text its quotes would be escaped
_PASSED = frozenset(
    {
        b"rec.open",
        b"rec.gap",
        b"line",
        b"answer.commit",
        b"answer.amend",
        b"interview.open",
        b"interview.resume",
    }
)
"""Types that tell nothing about a call that ends in order; of one that does not, the last tells how far it got."""
_MARK = b"rec.mark"
_OFTEN = 1_000
"""Lines between two words about how far a journal is read."""


def silent(_read: int, _of: int) -> None:
    """For those who do not want to know how far the reading is."""


class NotTold(Exception):  # noqa: N818 - no error yet: the long way says what is the matter
    """A journal cannot be read this way. Never reaches a user."""


@dataclass
class _Journal:
    """How far a journal has been read. late: the last lines of types that are passed over, by kind."""

    hexdigest: Callable[[bytes], str]
    take: Callable[[Entry], None]
    head: bytes = GENESIS.encode()
    offset: int = 0
    lines: int = 0
    late: dict[bool, tuple[int, bytes]] = field(default_factory=dict)

    def read_on(self, path: Path, tell: Callable[[int], None]) -> None:
        """Take what has been added; a line that is still being written is left for the next time. tell: hears every now and then how many
        bytes of that are read."""
        if not path.is_file():
            raise NotTold
        with storage_errors(path), path.open("rb") as file:
            if file.seek(0, 2) < self.offset:
                raise NotTold
            file.seek(begun := self.offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self.offset += len(line)
                self._follow(line[:-1])
                if not self.lines % _OFTEN:
                    tell(self.offset - begun)
        self._catch_up()

    def _follow(self, line: bytes) -> None:
        if b'"prev":"' + self.head + b'"' not in line:
            raise NotTold
        self.head = self.hexdigest(line).encode()
        self.lines += 1
        start = line.rfind(_TYPE) + len(_TYPE)
        kind = line[start : line.find(b'"', start)]
        if kind == _MARK or kind in _PASSED:
            self.late[kind == _MARK] = (self.lines, line)
            return
        if kind == b"dial.end":
            self.late.clear()  # it says itself when it was
        elif kind == b"dial.start":
            self._catch_up()
        self._tell(self.lines, line)

    def _catch_up(self) -> None:
        for number, line in self.late.values():
            self._tell(number, line)
        self.late.clear()

    def _tell(self, number: int, line: bytes) -> None:
        data: dict[str, Value] = json.loads(line)
        self.take(Entry(line, data, number))


class Told:
    """The facts of an archive's journals, kept from look to look: the next one reads what has come since."""

    def __init__(self, tell: Callable[[int, int], None] = silent) -> None:
        """tell: hears (bytes read, bytes to read) while it reads."""
        self._tell = tell
        self._facts, self._journals = Facts(), dict[Path, _Journal]()

    def facts(self, place: Place) -> Facts:
        """What the journals say now, as far as a call's row needs it. Raises NotTold or StorageError, and begins anew the next time."""
        eyes = Eyes(place, Findings(), suite=suite_in(place))
        try:
            whole, read = self._to_read(place), 0
            for each in place.journals:
                known = self._journals.get(each.lines)
                if known is None:
                    take = listener(self._facts, eyes.at(each.lines).file)
                    known = _Journal(eyes.means.hexdigest, take)
                    self._journals[each.lines] = known
                before = known.offset
                known.read_on(each.lines, self._telling(read, whole))
                read += known.offset - before
        except (KeyError, TypeError, ValueError, AttributeError, StorageError, NotTold) as error:
            self._facts, self._journals = Facts(), {}
            if isinstance(error, (StorageError, NotTold)):
                raise
            raise NotTold from error
        self._tell(whole, whole)
        return self._facts

    def _telling(self, read: int, whole: int) -> Callable[[int], None]:
        return lambda more: self._tell(read + more, whole)

    def _to_read(self, place: Place) -> int:
        """Bytes that have come since the last look."""
        paths = [each.lines for each in place.journals if each.lines.is_file()]
        return sum(path.stat().st_size - self._offset(path) for path in paths)

    def _offset(self, path: Path) -> int:
        return self._journals[path].offset if path in self._journals else 0

"""Walks a journal's lines from first to last and says where the chain is broken or has a hole. Memory does not grow with the file."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from app.canonical import Value, decode
from app.errors import EvidenceError
from app.evidence.audit.events import EVENTS, wrong_field
from app.evidence.audit.place import OF_LINES, Eyes, JournalPlace
from app.evidence.audit.verdict import Spot
from app.evidence.journal import GENESIS, LONGEST, Entry
from app.evidence.merkle import Frontier, leaf_hash

_FIELDS: dict[str, type] = {
    "v": int,
    "origin": str,
    "seq": int,
    "prev": str,
    "wall": int,
    "mono": int,
    "boot": str,
    "type": str,
    "rehearsal": int,
}


@dataclass
class Walk:
    """One journal being walked. After run(): origin of the first line; next: number of the line that would come next, so lines that
    there should be; roots at the sizes asked for, as far as no line is missing before them."""

    place: JournalPlace
    eyes: Eyes
    take: Callable[[Entry], None]
    sizes: Collection[int]
    origin: str = ""
    next: int = 0
    lines: int = 0
    roots: dict[int, bytes] = field(default_factory=dict)
    _head: str = GENESIS
    _frontier: Frontier = field(init=False)

    def __post_init__(self) -> None:
        self._frontier = Frontier(digest=self.eyes.means.digest)

    def run(self) -> None:
        """Walk. Everything that does not hold is written down; nothing is raised."""
        self._mark_root()
        path = self.place.lines
        if not self.eyes.plain(path):
            self.eyes.findings.missing(
                "journal.absent", "The journal itself is not here", self.at(), needed="journal.jsonl"
            )
            return
        try:
            with path.open("rb") as file:
                for line in self._read(file):
                    self.lines += 1
                    self._follow(line)
        except OSError as error:
            self.eyes.unreadable(path, error)
        if not self.lines:
            self.eyes.findings.missing(
                "journal.absent", "The journal is empty", self.at(), needed="its lines"
            )

    def sum(self) -> str:
        """The lines that are here: how many, and their Merkle root."""
        return f"{self._frontier.size} {self._frontier.root().hex()}"

    def at(self, line: int = 0) -> Spot:
        """A line of this journal."""
        return self.eyes.at(self.place.lines, line)

    def _read(self, file: BinaryIO) -> Iterator[bytes]:
        while line := file.readline(LONGEST + 1):
            self.eyes.passed(len(line), weight=OF_LINES)
            if line.endswith(b"\n"):
                yield line[:-1]
                continue
            at = self.at(self.lines + 1)
            if len(line) > LONGEST:
                self.eyes.findings.broken(
                    "line.long", "This line is longer than any may be; nothing after it was read", at
                )
            elif self.eyes.place.live:
                self.eyes.findings.note(
                    "line.torn", "The last line stops in the middle: a write that a crash cut short", at
                )
            else:
                self.eyes.findings.missing(
                    "line.torn", "The last line stops in the middle", at, needed="the rest of the file"
                )
            return

    def _follow(self, line: bytes) -> None:
        data = self._decoded(line)
        if data is None or not self._fits(data, line):
            # Whatever stood here, something did: count it, so that one altered line does not make all after it look misplaced.
            self._grow(line, self.next + 1)

    def _decoded(self, line: bytes) -> dict[str, Value] | None:
        try:
            data = decode(line)
        except EvidenceError:
            self._broken("line.altered", "This line is not canonical JSON: it was altered")
            return None
        proper = all(type(data.get(name)) is kind for name, kind in _FIELDS.items())
        if not proper or data["v"] != 1 or data["rehearsal"] not in (0, 1):
            self._broken("line.altered", "This line lacks what every line has, or is of an unknown version")
            return None
        return data

    def _fits(self, data: dict[str, Value], line: bytes) -> bool:
        """Take the line into the chain. False when it is of another journal."""
        self.origin = self.origin or data["origin"]
        number, following = data["seq"], data["seq"] + 1
        if data["origin"] != self.origin:
            self._broken("line.foreign", "This line comes from another journal")
            return False
        if data["prev"] == self._head and number != self.next:
            self._broken(
                "line.number", f"This line has the number {number}, but {self.next} should stand here"
            )
            following = self.next + 1
        elif number < self.next:
            self._broken(
                "line.order",
                f"This line has the number {number}, which was there before: it was put in or moved",
            )
            return True  # not counted: the lines after it still follow from the one before it
        elif number > self.next:
            self._hole(number)
        elif data["prev"] != self._head:
            self._broken(
                "line.chain", "This line does not follow from the one before it: one of the two was altered"
            )
        self._grow(line, following)
        self._heard(Entry(line, data, self.lines))
        return True

    def _hole(self, found: int) -> None:
        gone = found - self.next
        which = (
            f"Line number {self.next} is"
            if gone == 1
            else f"{gone} lines, numbers {self.next} to {found - 1}, are"
        )
        self.eyes.findings.missing(
            "line.hole", f"{which} missing before this one", self.at(self.lines), needed="the whole journal"
        )

    def _grow(self, line: bytes, following: int) -> None:
        self._frontier.append(leaf_hash(line, self.eyes.means.digest))
        self._head, self.next = self.eyes.means.hexdigest(line), following
        self._mark_root()

    def _mark_root(self) -> None:
        if self._frontier.size == self.next and self.next in self.sizes:
            self.roots[self.next] = self._frontier.root()

    def _heard(self, entry: Entry) -> None:
        data, counts = entry.data, self.eyes.findings.counts
        counts["lines"] += 1
        counts["rehearsal lines"] += data["rehearsal"]
        if data["type"] not in EVENTS:
            what = f'This version does not know events of type "{data["type"][:40]}"'
            self.eyes.findings.note("line.unknown", what, self.at(self.lines))
        elif field_name := wrong_field(data):
            self._broken("line.malformed", f'This line has no proper "{field_name}"')
        else:
            self.take(entry)

    def _broken(self, rule: str, what: str) -> None:
        self.eyes.findings.broken(rule, what, self.at(self.lines), needed="the journal as it was written")

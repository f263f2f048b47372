"""The lines of a journal and how each follows from the one before it: what a reader needs, without the writer (journal.py)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.canonical import Value, decode
from app.errors import EvidenceError
from app.evidence.durable import storage_errors
from app.evidence.means import S1, Means

GENESIS = "0" * 64
"""What the first line has for prev."""
LONGEST = 1 << 20
"""No line is longer than this (bytes): a reader needs bounded memory."""
FIELDS = dict.fromkeys(("v", "seq", "wall", "mono", "rehearsal"), int) | dict.fromkeys(
    ("origin", "prev", "boot", "type"), str
)
"""What every line has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. line: its bytes without newline. number: from 1, as an editor counts."""

    line: bytes
    data: dict[str, Value]
    number: int


@dataclass(slots=True)
class Chain:
    """Where a journal stands: seq = lines so far, head = hex hash of the last one. Needs no file; central uses it too."""

    origin: str
    seq: int = 0
    head: str = GENESIS
    means: Means = S1

    def follow(self, line: bytes) -> dict[str, Value]:
        """Take the next line (without newline). Raises EvidenceError naming it when it is not what must come next."""
        try:
            data = decode(line)
            self._check(data)
        except EvidenceError as error:
            raise EvidenceError(error.what, where=f"line {self.seq + 1}") from error
        self.seq += 1
        self.head = self.means.hexdigest(line)
        return data

    def _check(self, data: dict[str, Value]) -> None:
        for name, kind in FIELDS.items():
            if type(data.get(name)) is not kind:
                raise EvidenceError(f'This line has no proper "{name}"')
        if data["v"] != 1 or data["rehearsal"] not in (0, 1):
            raise EvidenceError("This line is of a kind that this version does not know")
        if data["origin"] != self.origin:
            raise EvidenceError("This line comes from another journal")
        if data["seq"] != self.seq:
            raise EvidenceError(f"This line has the number {data['seq']}, but {self.seq} should come here")
        if data["prev"] != self.head:
            raise EvidenceError("This line does not follow from the one before it: one of them was changed")


def read(path: Path, means: Means = S1) -> Iterator[Entry]:
    """The entries, in order, checked as they come. A last line without newline (a write that a crash cut short) is left out.

    Raises EvidenceError naming file and line at the first thing that is wrong, StorageError when the file cannot be read.
    """
    chain: Chain | None = None
    with storage_errors(path), path.open("rb") as file:
        for number, line in enumerate(lines(file, path), 1):
            try:
                chain = chain or Chain(str(decode(line).get("origin", "")), means=means)
                yield Entry(line, chain.follow(line), number)
            except EvidenceError as error:
                raise EvidenceError(error.what, where=f"{path}, line {number}") from error


def lines(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Complete lines without their newline. What stands after the last newline is left out."""
    number = 0
    while (line := file.readline(LONGEST + 1)).endswith(b"\n"):
        number += 1
        yield line[:-1]
    if len(line) > LONGEST:
        raise EvidenceError("This line is far too long", where=f"{path}, line {number + 1}")

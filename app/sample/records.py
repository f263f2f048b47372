"""Where a frame comes from: the design record that lies beside it, one JSON line a table of an operator."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from app.canonical import Value, decode, encode
from app.errors import EvidenceError, StudyError
from app.evidence.durable import storage_errors, write_file

SUFFIX = ".record.jsonl"


@dataclass(frozen=True, slots=True)
class Record:
    """What the design record says of an imported table. sha256: of the file. seen: rows of it; taken, other_city and ill add up to it.
    frame: digest of the frame that was made of all its tables."""

    table: str
    sha256: str
    date: str
    city: str
    seen: int
    taken: int
    other_city: int
    ill: dict[str, int]
    frame: str = ""


def write_records(records: Sequence[Record], frame: Path) -> None:
    """Beside a frame's table: frame/mobile.csv → frame/mobile.record.jsonl. Raises OSError."""
    write_file(frame.with_suffix(SUFFIX), b"".join(encode(asdict(record)) + b"\n" for record in records))


def read_records(folder: Path) -> list[dict[str, Value]]:
    """All records of a study's frame folder, by file. Raises StudyError."""
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with storage_errors(path):
            lines = path.read_bytes().splitlines()
        try:
            found += [decode(line) for line in lines]
        except EvidenceError as error:
            raise StudyError("This design record is damaged", where=str(path)) from error
    return found

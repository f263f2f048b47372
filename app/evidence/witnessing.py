"""What a witness hands to an auditor: a cosigned checkpoint (a file, or what a scanner read off a sheet), or the witness's folder."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from app.errors import EvidenceError
from app.evidence.audit.logged import Witnessed
from app.evidence.durable import storage_errors
from app.evidence.note import Verifier
from app.evidence.stamp import certificates

_LARGEST = 1 << 20


def read_witness(
    paths: Sequence[Path], keys: Sequence[Verifier], authorities: Sequence[Path] = ()
) -> Witnessed:
    """Read it. keys: the witness's own, from himself. authorities: PEM files of time-stamp authorities.

    Raises EvidenceError when nothing of a witness is there, StorageError when a file cannot be read.
    """
    notes: dict[str, str] = {}
    tokens: dict[str, bytes] = {}
    for path in paths:
        with storage_errors(path):
            files = (
                [*sorted((path / "cosigned").glob("*.note")), *sorted((path / "timestamps").glob("*.tsr"))]
                if path.is_dir()
                else [path]
            )
        for file in files:
            data = _read(file)
            if file.suffix == ".tsr":
                tokens[file.name] = data
            else:
                notes[file.name] = scanned(data)
    if not notes:
        where = ", ".join(str(path) for path in paths)
        todo = "Give a cosigned checkpoint, the text of a sheet's code, or the witness's folder."
        raise EvidenceError("There is nothing of a witness here", where=where, todo=todo)
    found = [each for path in authorities for each in certificates(_read(path))]
    return Witnessed(notes, tuple(keys), tokens, tuple(found))


def scanned(data: bytes) -> str:
    """A note as it was signed, from what a scanner or an editor made of it: other line ends, a lost last one, a byte order mark, a long
    dash that became another dash, the encoding of a Chinese or "Unicode" notepad. What is signed is not touched by that; a changed letter
    still makes the signature false."""
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    head, gap, lines = text.rpartition("\n\n")
    repaired = [
        f"— {line[2:]}" if line[:2] in ("- ", "– ", "? ", "\N{REPLACEMENT CHARACTER} ") else line
        for line in lines.splitlines()
    ]
    return head + gap + "\n".join(repaired) + "\n"


def _decoded(data: bytes) -> str:
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    return data.decode("utf-8-sig", "replace")


def _read(path: Path) -> bytes:
    with storage_errors(path), path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise EvidenceError("This is far too large for what a witness signs", where=str(path))
    return data

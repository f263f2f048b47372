"""The files of a draw, read back: each is what this version writes, or the fault is named with its place."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path

from app.canonical import Value, decode, encode
from app.errors import EvidenceError, StudyError
from app.evidence.durable import storage_errors
from app.sample.draw import METHOD, Bundle, DrawRecord


def bundle_bytes(bundle: Bundle) -> bytes:
    """The bundle as it is hashed."""
    return encode({"v": 1, "method": METHOD, **asdict(bundle)})


def read_bundle(path: Path) -> Bundle:
    """What was frozen. Raises StorageError when it is not there, StudyError when it is not a bundle."""
    return Bundle(**_fields(path, Bundle, "bundle"))


def read_record(path: Path) -> DrawRecord:
    """What was published of a draw. Raises StudyError when it was not drawn yet, or when this is not its record."""
    if not path.exists():
        raise StudyError(
            "This draw was not made yet",
            where=str(path.parent),
            todo="Roll the dice, then `fangxin sample draw`.",
        )
    return DrawRecord(**_fields(path, DrawRecord, "record of a draw"))


def read_secret(path: Path) -> bytes:
    """32 bytes as hex digits. Raises StudyError when it is not that."""
    with storage_errors(path):
        text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise StudyError("The secret file does not hold 64 hex digits", where=str(path))
    return secret


def _fields(path: Path, kind: type[Bundle] | type[DrawRecord], name: str) -> Mapping[str, Value]:
    with storage_errors(path):
        data = path.read_bytes()
    try:
        found = decode(data.rstrip(b"\n"))
        method = (found.pop("v"), found.pop("method"))
    except (EvidenceError, KeyError) as error:
        raise StudyError(f"This is not a {name}", where=str(path), todo=_TODO) from error
    if method != (1, METHOD):
        raise StudyError(f"This {name} is of a method that this version does not know", where=str(path))
    if {each: type(value) for each, value in found.items()} != {f.name: f.type for f in fields(kind)}:
        raise StudyError(f"This is not a {name}", where=str(path), todo=_TODO)
    return found


_TODO = "Somebody has touched it: restore the file as it was written."

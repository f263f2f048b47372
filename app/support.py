"""What somebody needs to find a fault on a workstation from far away: versions, findings, counts, the ends of the logs. Nothing of what
was asked, answered or dialled, and no key: only what is listed here goes in, and what is text is masked again on the way."""

import io
import platform
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app import __version__
from app.canonical import Value, encode
from app.errors import FangxinError
from app.evidence.durable import storage_errors, write_file
from app.evidence.journal import read
from app.line.doctor import Finding
from app.log import mask
from app.settings import Settings

_LIBRARIES = (
    "PySide6-Essentials",
    "sqlcipher3-wheels",
    "sqlcipher3",
    "cryptography",
    "pyrage",
    "sounddevice",
    "keyring",
)
_LOGS = ("fangxin.log", "fangxin.log.*", "line.log", "line.log.1", "line-worker.txt", "crash.txt")
_END = 1_000_000
"""Bytes of a log's end that go in."""
_DAYS = 8
"""Log files of a kind, newest first."""
_POINTERS = ("keyring:", "env:", "file:")
_TOLD = frozenset({"registrar", "codec", "transport", "ring_limit", "local_port", "rtp_port", "bind"})
"""Options of a driver that go in as they are; of the others only whether they are set, and where a password is kept."""


def bundle(settings: Settings, findings: Iterable[Finding]) -> bytes:
    """The zip: report.json, settings.json, data.json, logs/*."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        documents: Mapping[str, Value] = {
            "report.json": {"machine": machine(), "findings": [_plain(each) for each in findings]},
            "settings.json": told(settings),
            "data.json": lying_in(settings.data_dir),
        }
        for name, document in documents.items():
            packed.writestr(name, encode(document) + b"\n")
        for path in _logs(settings.data_dir / "logs"):
            packed.writestr(f"logs/{path.name}", mask(_end(path)))
    return made.getvalue()


def write(out: Path, packed: bytes) -> None:
    """Put it where it was asked for, for its owner only. Raises StorageError."""
    with storage_errors(out):
        write_file(out, packed)


def machine() -> dict[str, Value]:
    """Versions of program, system and libraries."""
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "fangxin": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "frozen": 1 if getattr(sys, "frozen", False) else 0,
        "libraries": found,
    }


def told(settings: Settings) -> dict[str, Value]:
    """The settings, without what could let somebody in: an address without its path, options that are known to be harmless."""
    line = settings.line
    return {
        "language": settings.language,
        "central": "set" if settings.central_url else "",
        "central_scheme": settings.central_url.partition(":")[0],
        "log_days": settings.log_days,
        "auto_dial": 1 if settings.auto_dial else 0,
        "driver": line.driver,
        "port": "set" if line.port.startswith("sip:") else line.port,
        "options": {name: _option(name, value) for name, value in line.options.items()},
        "sound": {name: mask(value) for name, value in settings.sound.items()},
    }


def lying_in(folder: Path) -> dict[str, Value]:
    """How many files and bytes lie in each place of the data folder, and how often each kind of line stands in the journals."""
    places: dict[str, list[int]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            inside = path.relative_to(folder).parts
            place = inside[0] if len(inside) > 1 else mask(path.name)
            count = places.setdefault(place, [0, 0])
            count[0] += 1
            count[1] += path.stat().st_size
    journals = {
        path.parent.name: _kinds(path) for path in sorted((folder / "journals").glob("*/journal.jsonl"))
    }
    return {
        "places": {name: {"files": count[0], "bytes": count[1]} for name, count in places.items()},
        "journals": dict(journals),
    }


def _kinds(path: Path) -> dict[str, Value]:
    kinds: Counter[str] = Counter()
    broken = ""
    try:
        kinds.update(str(entry.data["type"]) for entry in read(path))
    except FangxinError as error:
        broken = mask(error.what)
    return {"lines": dict(kinds), "broken": broken}


def _option(name: str, value: str) -> str:
    if name in _TOLD:
        return mask(value)
    return next((f"{kind}…" for kind in _POINTERS if value.startswith(kind)), "set")


def _plain(finding: Finding) -> dict[str, Value]:
    return {
        name: mask(value) if isinstance(value, str) else value for name, value in finding.to_json().items()
    }


def _logs(folder: Path) -> Sequence[Path]:
    found = []
    for pattern in _LOGS:
        found += sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)[:_DAYS]
    return found


def _end(path: Path) -> str:
    with storage_errors(path), path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - _END))
        return file.read().decode("utf-8", "replace")

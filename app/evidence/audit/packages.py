"""The study packages in an archive: which study the calls were made for, and that nobody changed it since."""

import io
import re
import zipfile
from pathlib import Path

from app.canonical import hexdigest
from app.errors import EvidenceError
from app.evidence.audit.facts import Facts
from app.evidence.audit.place import Eyes
from app.evidence.audit.trust import Trust
from app.evidence.note import Verifier, open_note

_LARGEST = 64 << 20
_LINE = re.compile(r"([0-9a-f]{64}) ([A-Za-z0-9._/-]{1,250})")
_BAD_ZIP = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, LookupError, OSError)


def audit_packages(eyes: Eyes, trust: Trust, facts: Facts) -> None:
    """Every package is as it was signed; every study that a shift names is here."""
    signed: dict[str, str] = {}
    for path in eyes.files(eyes.place.root / "study"):
        if path.suffix == ".study" and (text := _package(path, eyes, trust)) is not None:
            signed[path.name] = text
    for (study, version, sha256), spot in facts.studies.items():
        name = f"{study}-{version}.study"
        if name not in signed:
            eyes.findings.missing(
                "study.absent",
                f"The study package {name} is not here, or not whole",
                file=spot.file,
                line=spot.line,
                needed=f"study/{name}",
            )
        elif sha256 and hexdigest(signed[name].encode()) != sha256:
            eyes.findings.broken(
                "study.differs",
                f"The shift worked with another package than the {name} here",
                file=spot.file,
                line=spot.line,
            )


def _package(path: Path, eyes: Eyes, trust: Trust) -> str | None:
    """The package's signed text; None, and reported, when it does not hold."""
    findings, name = eyes.findings, eyes.name(path)
    eyes.passed(path.stat().st_size)
    findings.counts["study packages"] += 1
    try:
        if path.stat().st_size > _LARGEST:
            raise EvidenceError("it is far too large")
        members = _members(path.read_bytes())
        note = members["manifest.note"].decode()
        lines = [_LINE.fullmatch(line) for line in note.partition("\n\n")[0].split("\n")[5:]]
        if {line[2]: line[1] for line in lines if line} != {
            each: hexdigest(data) for each, data in members.items() if each != "manifest.note"
        }:
            raise EvidenceError("a file in it is not the one that was signed")
        return _signed(path, note, eyes, trust)
    except (EvidenceError, *_BAD_ZIP) as error:
        what = error.what if isinstance(error, EvidenceError) else "it is no package of ours"
        findings.broken(
            "study.altered",
            f"This study package does not hold: {what}",
            file=name,
            needed="the package as the centre signed it",
        )
        return None


def _signed(path: Path, note: str, eyes: Eyes, trust: Trust) -> str:
    keys: tuple[Verifier, ...] = trust.publisher
    text = note.rpartition("\n\n")[0] + "\n"
    named = {line.split(" ")[1] for line in note.rpartition("\n\n")[2].split("\n") if line.count(" ") == 2}
    if not any(key.name in named for key in keys) and not (eyes.place.root / "publisher.vkey").exists():
        eyes.findings.note(
            "study.unchecked",
            "The signature under this study package was not checked: its publisher's key is not here",
            file=eyes.name(path),
            needed="the publisher's key, passed with --key",
        )
        return text
    return open_note(note, keys).text


def _members(data: bytes) -> dict[str, bytes]:
    """The files of a package. Raises EvidenceError unless the zip is byte for byte the one way in which a package is written."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > _LARGEST or any(
            info.compress_type != zipfile.ZIP_STORED for info in infos
        ):
            raise EvidenceError("it is compressed or far too large")
        members = {info.filename: archive.read(info) for info in infos}
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, content)
    if again.getvalue() != data:
        raise EvidenceError("it has bytes in it that its signer did not put there")
    return members

"""The study packages in an archive: which study the calls were made for, and that nobody changed it since."""

import io
import re
import zipfile
from pathlib import Path

from app.errors import EvidenceError, StudyError
from app.evidence.audit.facts import Facts
from app.evidence.audit.place import Eyes, Place
from app.evidence.audit.trust import Trust
from app.evidence.note import open_note
from app.evidence.suite import S1, Suite, suite_of

_MANIFEST = "manifest.note"
_LARGEST = 64 << 20
_LINE = re.compile(r"([0-9a-f]{64}) ([A-Za-z0-9._/-]{1,250})")
_BAD_ZIP = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, LookupError, OSError)


def audit_packages(eyes: Eyes, trust: Trust, facts: Facts) -> None:
    """Every package is as it was signed; every study that a shift names is here."""
    signed: dict[str, str] = {}
    for path in eyes.files(eyes.place.root / "study"):
        if path.suffix != ".study":
            eyes.foreign(path)
        elif (text := _package(path, eyes, trust)) is not None:
            signed[path.name] = text
    for shift, at in facts.shifts.items():
        name = f"{shift.study}-{shift.version}.study"
        if name not in signed:
            what = f"The study package {name} is not here, or not whole"
            eyes.findings.missing("study.absent", what, at, needed=f"study/{name}")
        elif shift.sha256 and eyes.means.hexdigest(signed[name].encode()) != shift.sha256:
            eyes.findings.broken(
                "study.differs", f"This shift worked with another package than the {name} here", at
            )


def suite_in(place: Place) -> Suite:
    """The suite that the study packages of an archive name; S1 where there is none. Whether they are as they were signed is judged later.

    Raises EvidenceError when they name several, or one that this version does not know: then nothing here can be judged."""
    folder = place.root / "study"
    paths = [] if folder.is_symlink() else sorted(folder.glob("*.study"))
    # a pipe in a package's place would keep the check waiting for ever; what is no plain file is reported later
    plain = [path for path in paths if path.is_file() and not path.is_symlink()]
    named = {name: path for path in plain if (name := _suite_named(path))}
    try:
        if len(named) > 1:
            raise EvidenceError(
                f"The study packages here are of different suites: {', '.join(named)}", where=str(place.root)
            )
        return suite_of(next(iter(named), S1.id))
    except StudyError as error:
        raise EvidenceError(error.what, where=str(*named.values()), todo=error.todo) from error


def _suite_named(path: Path) -> str:
    """What a package names; "" when it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_MANIFEST) as note:
            lines = note.read(4096).split(b"\n")
    except (KeyError, *_BAD_ZIP):
        return ""
    return lines[4].decode("ascii", "replace") if len(lines) > 5 and lines[0] == b"fangxin-study/v1" else ""


def _package(path: Path, eyes: Eyes, trust: Trust) -> str | None:
    """The package's signed text; None, and reported, when it does not hold."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        eyes.unreadable(path, error)
        return None
    eyes.passed(len(data))
    try:
        if len(data) > _LARGEST:
            raise EvidenceError("it is far too large")
        members = _members(data)
        note = members.pop(_MANIFEST).decode()
        lines = [_LINE.fullmatch(line) for line in note.partition("\n\n")[0].split("\n")[5:]]
        if {line[2]: line[1] for line in lines if line} != {
            name: eyes.means.hexdigest(data) for name, data in members.items()
        }:
            raise EvidenceError("a file in it is not the one that was signed")
        text = _signed(path, note, eyes, trust)
        named = "-".join(text.split("\n")[1:3])
        if (
            path.stem != named and not eyes.place.live
        ):  # a crash may leave one under the name that it came in by
            raise EvidenceError(f"it is {named}, under another's name")
    except (EvidenceError, *_BAD_ZIP) as error:
        why = error.what if isinstance(error, EvidenceError) else "it is no package of ours"
        needed = "the package as the centre signed it"
        eyes.findings.broken(
            "study.altered", f"This study package does not hold: {why}", eyes.at(path), needed=needed
        )
        return None
    eyes.findings.counts["study packages"] += 1
    return text


def _signed(path: Path, note: str, eyes: Eyes, trust: Trust) -> str:
    text, _, lines = note.rpartition("\n\n")
    signers = {line.split(" ")[1] for line in lines.split("\n") if line.count(" ") == 2}
    if not trust.publisher or not (trust.filed or signers & {key.name for key in trust.publisher}):
        what = "The signature under this study package could not be checked: its publisher's key is not here"
        eyes.findings.note("study.unchecked", what, eyes.at(path), needed="publisher.vkey, or --key")
        return text + "\n"
    return open_note(note, trust.publisher).text


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

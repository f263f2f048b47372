"""The study packages that lie in an archive: read, not judged. Whose signature they carry is verify()'s affair."""

from pathlib import Path

from app.canonical import decode
from app.errors import EvidenceError, StudyError
from app.evidence.durable import storage_errors
from app.study.archive import unpack
from app.study.bundle import KEYS, MANIFEST
from app.study.load import assemble
from app.study.model import StudySource

_TODO = "Give central's folder, or a whole copy of it."


def study_in(archive: Path) -> StudySource:
    """The newest study of an archive. Raises EvidenceError when there is none, or none that can be used; StorageError."""
    return study_of(newest(archive))


def newest(archive: Path) -> Path:
    """The package with the highest version. Raises EvidenceError when there is none; StorageError."""
    return _packages(archive)[-1]


def study_of(package: Path) -> StudySource:
    """The study in a package of an archive. Raises EvidenceError when it is not there or cannot be used; StorageError."""
    try:
        return assemble({name: data for name, data in _files(package).items() if name != MANIFEST})
    except StudyError as error:
        raise _unusable(package, error) from error


def sealed_for(archive: Path) -> frozenset[str]:
    """The public keys ("age1…") for which the archive's packages have interviews sealed. Raises as study_in()."""
    found: set[str] = set()
    for package in _packages(archive):
        try:
            found.update(map(str, decode(_files(package)[KEYS])["centre"]))
        except StudyError as error:
            raise _unusable(package, error) from error
        except (KeyError, TypeError, ValueError) as error:
            raise _unusable(package, StudyError("A file of the study is missing", where=KEYS)) from error
    return frozenset(found)


def _packages(archive: Path) -> list[Path]:
    with storage_errors(archive):
        found = sorted((archive / "study").glob("*.study"), key=_version)
    if not found:
        raise EvidenceError("There is no study package in this archive", where=str(archive), todo=_TODO)
    return found


def _version(package: Path) -> int:
    number = package.stem.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _files(package: Path) -> dict[str, bytes]:
    if not package.is_file():
        raise EvidenceError("This study package is not in the archive", where=str(package), todo=_TODO)
    with storage_errors(package):
        return unpack(package.read_bytes())


def _unusable(package: Path, error: StudyError) -> EvidenceError:
    where = f"{package.name}, {error.where}" if error.where else package.name
    return EvidenceError(f"The study package in this archive cannot be used: {error.what}", where=where)

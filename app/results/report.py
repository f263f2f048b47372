"""Writes a report for people: one HTML page and one Excel workbook, the same bytes for the same rows and date."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.errors import StorageError, UsageError
from app.evidence.durable import storage_errors
from app.results.field import FieldReport
from app.results.field_page import field_page
from app.results.page import page
from app.results.sheets import workbook
from app.results.summary import Report, Subject, build, subject_of
from app.study.model import StudySource

__all__ = [
    "Report",
    "Subject",
    "build",
    "place_for_report",
    "subject_of",
    "write_field",
    "write_html",
    "write_report",
    "write_xlsx",
]
_NAMES = {"report": "report.html", "workbook": "report.xlsx"}


@contextmanager
def place_for_report(folder: Path) -> Iterator[None]:
    """Before long work: the folder is made, it takes files, and no report is in it. When the work fails it is as it was.

    Raises UsageError when a report is there: none is written over; StorageError when the folder cannot be used."""
    for name in _NAMES.values():
        if (folder / name).exists():
            todo = "Name another folder with --out."
            raise UsageError("There is a report already", where=str(folder / name), todo=todo)
    new = not folder.exists()
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with storage_errors(folder):
            probe = _part(folder / _NAMES["report"])
            probe.touch()
            probe.unlink()
        yield
    except BaseException:
        if new:
            with suppress(OSError):  # something of somebody else's is in it by now
                folder.rmdir()
        raise


def write_report(report: Report, folder: Path) -> dict[str, Path]:
    """Write both: "report" and "workbook" → file. Raises StorageError when the disk does not take one; then there is neither."""
    files = {kind: folder / name for kind, name in _NAMES.items()}
    try:
        write_html(report, files["report"])
        write_xlsx(report, files["workbook"])
    except BaseException:
        with suppress(OSError):
            files["report"].unlink()
        raise
    return files


def write_html(report: Report, path: Path) -> None:
    """Write the page. Raises StorageError when the disk does not take it."""
    _write(path, page(report).encode())


def write_xlsx(report: Report, path: Path) -> None:
    """Write the workbook. Raises StorageError when the disk does not take it."""
    _write(path, workbook(report))


def write_field(report: FieldReport, study: StudySource, now: int, path: Path) -> None:
    """Write the field report's page. now: ms wall. Raises StorageError when the disk does not take it."""
    _write(path, field_page(report, study, now).encode())


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all; whoever may read its folder may read it."""
    part = _part(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise StorageError(f"The report cannot be written: {error.strerror}", where=str(path)) from error


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")

"""Writes a report for people: one HTML page and one Excel workbook, the same bytes for the same rows and date."""

from pathlib import Path

from app.errors import StorageError
from app.results.field import FieldReport
from app.results.field_page import field_page
from app.results.page import page
from app.results.sheets import workbook
from app.results.summary import Report, Subject, build, subject_of
from app.study.model import StudySource

__all__ = ["Report", "Subject", "build", "subject_of", "write_field", "write_html", "write_xlsx"]


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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise StorageError(f"The report cannot be written: {error.strerror}", where=str(path)) from error

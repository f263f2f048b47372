"""A study's report from its archive, for the demo and `fangxin results report` alike: a look first; once checked, opened and counted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from app.central.standing import standing
from app.errors import EvidenceError, SealError
from app.evidence.age import Identity
from app.evidence.audit.place import Layout, Place, Progress
from app.evidence.verify import Verdict
from app.progress import drawn, handed_out
from app.results.basis import basis_of
from app.results.open import Opened, open_archive
from app.results.packages import sealed_for, study_in
from app.results.summary import Report, build, subject_of
from app.study.model import StudySource


def look(archive: Path) -> None:
    """Whether this can become a report at all, before anybody is asked for a key. Raises EvidenceError when it is not central's archive,
    or without a study package that can be used; StorageError."""
    todo = "Give central's folder, or a whole copy of it."
    try:
        place = Place.at(archive)
    except EvidenceError as error:
        raise EvidenceError(error.what, where=error.where, todo=todo) from error
    if place.layout is not Layout.ARCHIVE:
        what = "One workstation's data, or one journal, is not the whole archive"
        raise EvidenceError(what, where=str(archive), todo=todo)
    study_in(archive)


def fit(archive: Path, identities: Sequence[Identity]) -> None:
    """Whether one of these keys opens interviews of this study: a wrong one would come out only after the whole archive was read.

    Raises SealError that names the key which is needed; otherwise as look()."""
    needed = sealed_for(archive)
    if needed.isdisjoint(str(identity.recipient) for identity in identities):
        raise SealError(
            f"None of the given private keys opens this study's interviews: they are sealed for {', '.join(sorted(needed))}",
            where=str(archive),
            todo="Give the centre's private key, or --split and the custodians' words.",
        )


def report_of(
    archive: Path,
    identities: Sequence[Identity],
    verdict: Verdict,
    *,
    today: date,
    released: int = 0,
    draw: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Open a checked archive and count. verdict: of verify() on it. today: the report's date. released: numbers handed out for dialling,
    0 = as the draw's folder, central's pool or the workstations' journals say. progress: hears (interviews opened, of how many).

    Raises EvidenceError when something was altered, or there is nothing to count; SealError when the keys do not open it; StorageError."""
    opened = open_archive(archive, identities, verdict=verdict, progress=progress)
    study = _study(archive, opened)
    given = released or (drawn(draw)[1] if draw else 0) or handed_out(archive, standing(archive, 0))
    report = build(subject_of(study), opened.calls, opened.interviews, created=today, released=given)
    if not report.scored:
        raise EvidenceError(
            f"There is nothing to reckon an index from: calls {report.calls}, interviews begun {len(opened.interviews)}; complete but "
            f"with sound missing {report.uncovered}, complete but of no unit {report.unplaced}",
            where=str(archive),
            todo="How the field work stands, says `fangxin sample report`.",
        )
    return replace(report, basis=basis_of(verdict, opened.studies, study, given))


def _study(archive: Path, opened: Opened) -> StudySource:
    """That by which the interviews are counted: the newest with which any was made."""
    if not opened.studies:
        return study_in(archive)
    names = sorted({study.id for study in opened.studies})
    if len(names) > 1:
        raise EvidenceError(
            f"Interviews of several studies lie in this archive: {', '.join(names)}",
            where=str(archive),
            todo="An index is made of one study: each has a central folder of its own.",
        )
    return max(opened.studies, key=lambda study: study.version)

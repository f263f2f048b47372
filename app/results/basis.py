"""What a report rests on: which archive, as it was checked, and what is not known of it. So a sheet of paper leads back to the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.evidence.verify import Verdict
from app.study.model import StudySource


@dataclass(frozen=True, slots=True)
class Basis:
    """fingerprint: of the archive's journals (formats.md §12). missing: what the check found to be missing from it, findings. changed:
    versions of the study in which units, aspects, weights or items were others than in the report. undialled_known: it is known how many
    numbers were handed out, those never dialled too. own_keys: it was checked with the archive's own public keys only."""

    fingerprint: str
    missing: int = 0
    changed: tuple[int, ...] = ()
    undialled_known: bool = True
    own_keys: bool = False


def basis_of(verdict: Verdict, studies: Sequence[StudySource], counted: StudySource, released: int) -> Basis:
    """studies: with which the interviews were made; counted: the one by which they are. released: numbers handed out, 0 = not known."""
    missing = sum(finding.spoils for finding in verdict.completeness)
    now = _definition(counted)
    changed = sorted(study.version for study in studies if _definition(study) != now)
    own = any(finding.rule == "key.own" for finding in verdict.completeness)
    return Basis(verdict.fingerprint, missing, tuple(changed), released > 0, own)


def _definition(study: StudySource) -> tuple[object, ...]:
    scales = {name: (q.scale, q.dk, q.refused) for name in study.items if (q := study.form.by_name.get(name))}
    units = tuple((unit.code, unit.share) for unit in study.units)
    return units, tuple((each.code, each.weight, each.items) for each in study.aspects), scales

"""A desk to practise at, without a centre or a central: throwaway keys, a study that is shipped, invented numbers."""

from dataclasses import dataclass
from pathlib import Path

from app import practice
from app.canonical import hexdigest
from app.centre import Centre
from app.clock import Clock, Entropy
from app.evidence.note import COSIGNATURE, Signer
from app.ledger import Ledger
from app.sample.case import State
from app.sample.frame import load_frame
from app.study.bundle import build
from app.study.load import load
from app.study.model import Study, StudySource
from app.workstation import Workstation, open_workstation
from hardware.base import Resident

_YEARS = 10 * 366 * 24 * 60 * 60 * 1000
_NUMBERS = 200
_FEW = 30
"""Fewer fresh numbers than this at the start, and new ones are drawn."""


@dataclass(frozen=True)
class PracticeRoom:
    """The ledger of the practice desk, and who lives behind its numbers."""

    ledger: Ledger
    residents: dict[str, Resident]
    seed: str


def open_practice_room(folder: Path, study_folder: Path, clock: Clock, entropy: Entropy) -> PracticeRoom:
    """Open the practice desk's data folder, or furnish it (some seconds the first time). Raises FangxinError in plain words."""
    station = open_workstation(folder, clock, entropy)
    try:
        study = station.study() or _publish(station, load(study_folder))
        ledger = station.open_ledger(study, rehearsal=True)
    except BaseException:
        station.store.close()
        raise
    seed = station.store.setting("practice.seed")
    cases = station.store.cases()
    if sum(case.state is State.FRESH for case in cases) < _FEW:
        seed = seed or entropy(4).hex()
        station.store.set_setting("practice.seed", seed)
        frame = load_frame(sorted((study_folder / "frame").glob("*.csv")))
        record, drawn = practice.draw_practice(study, frame, f"{seed}|{len(cases)}", _NUMBERS)
        known = {case.number for case in cases}
        ledger.assigned(hexdigest(record.to_bytes()), [case for case in drawn if case.number not in known])
    numbers = [(case.number, case.unit) for case in station.store.cases()]
    return PracticeRoom(ledger, practice.cast(numbers, study, seed), seed)


def _publish(station: Workstation, source: StudySource) -> Study:
    """Sign the study with keys that only this folder has: practice interviews can be opened here, and prove nothing anywhere."""
    centre = Centre.generate("fangxin/practice/publisher", station.entropy)
    folder = station.folder / "practice-centre"
    if not (folder / "publisher.key").exists():
        centre.write(folder)
    centre = Centre.read(folder)
    package = build(
        source,
        version=source.version,
        expires=station.clock.wall() + _YEARS,
        recipients=centre.recipients,
        central_vkey=Signer("fangxin/practice/central", station.entropy(32), COSIGNATURE).vkey,
        witness_vkeys=(),
        signer=centre.publisher,
        out=folder / "practice.study",
    )
    return station.install_study(package.read_bytes(), centre.publisher.verifier)

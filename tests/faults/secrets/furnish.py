"""A workstation's folder with a study and cases, without a network: what `sync enrol` and `sync now` would have brought."""

from pathlib import Path

from app import practice
from app.centre import Centre
from app.clock import Entropy, SystemClock, system_entropy
from app.evidence.note import COSIGNATURE, Signer
from app.sample.frame import load_frame
from app.study.bundle import build
from app.workstation import open_workstation
from tests.desk_room import STUDY, source

CASES = 8


def furnished(data: Path, folder: Path, centre: Centre, entropy: Entropy) -> None:
    """folder: outside the workstation's disk, for the package."""
    made, clock = source(), SystemClock()
    package = build(
        made,
        version=made.version,
        expires=clock.wall() + 10**9,
        recipients=centre.recipients,
        central_vkey=Signer("canary/central", entropy(32), COSIGNATURE).vkey,
        witness_vkeys=(),
        signer=centre.publisher,
        out=folder / "canary.study",
    )
    station = open_workstation(data, clock, system_entropy)
    study = station.install_study(package.read_bytes(), centre.publisher.verifier)
    frame = load_frame(sorted((STUDY / "frame").glob("*.csv")))
    _, cases = practice.draw_practice(made, frame, entropy(8).hex(), CASES)
    ledger = station.open_ledger(study, rehearsal=True)
    ledger.assigned("0" * 64, cases)
    ledger.close()

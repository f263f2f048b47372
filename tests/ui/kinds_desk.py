"""The real desk on the practice study all-kinds, in the middle of a call: what the window is shown is what the questionnaire says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from app import practice
from app.asking import Questioning
from app.clock import VirtualClock, seeded
from app.desk import Desk
from app.interview.events import Handled
from app.interview.screen import Page
from app.line.worker import LineWorker
from app.sample.frame import load_frame
from app.sample.outcome import load_outcomes
from app.study.bundle import build
from app.study.load import load
from app.study.model import Study, StudySource
from app.workstation import open_workstation
from hardware.base import Pickup, Resident
from hardware.rehearsal import Rehearsal
from tests.desk_room import CENTRAL, NOON, centre

STUDY = Path(__file__).parents[2] / "resources" / "studies" / "all-kinds"
USUAL = {
    "intro": "",
    "consent": "1",
    "age": "45",
    "county": "1",
    "sex": "2",
    "town": "11",
    "score": "8",
    "rating": "7",
    "share": "80",
    "hours": "0.5",
    "channels": "2 3",
    "order": "3 1 2 4",
    "occupation": "103",
    "last_visit": "2023-11-01",
    "arrived": "14:30",
    "finished": "2023-11-02 16:00",
    "persons": "4",
    "car": "1",
    "km": "8000",
    "who[1]": "妻子",
    "member_age[1]": "43",
    "member": "2",
    "children": "1",
    "grade[1]": "3",
    "people_named": "",
    "city": "达州",
    "agree": "",
    "suggestion": "",
}
"""What the hands type on the way to a question."""


@cache
def kinds() -> StudySource:
    """The study, compiled once a session."""
    return load(STUDY)


@dataclass
class KindsRoom:
    """Makes the desk on the desk's own thread, walked to a question. changes: answers that differ from the usual ones."""

    folder: Path
    at: str
    language: str = "zh"
    changes: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOON))
    people: Callable[[Sequence[tuple[str, str]], Study, str], dict[str, Resident]] | None = None
    quiet: bool = False
    """No call is begun: the desk waits for somebody to sign in. people: who lives behind the numbers."""
    auto_dial: bool = False
    desk: Desk | None = None

    def make(self) -> Desk:
        """The desk, in the interview."""
        self.folder.mkdir(parents=True, exist_ok=True)
        source = kinds()
        station = open_workstation(self.folder, self.clock, seeded("kinds"))
        path = build(
            source, version=1, expires=NOON + 10**10, recipients=centre().recipients, central_vkey=CENTRAL.vkey,
            witness_vkeys=(), signer=centre().publisher, out=self.folder / "kinds.study",
        )  # fmt: skip
        study = station.install_study(path.read_bytes(), centre().publisher.verifier)
        if self.columns:
            xml = study.form_xml
            for old, new in self.columns.items():
                assert old.encode() in xml
                xml = xml.replace(old.encode(), new.encode())
            study = replace(study, form_xml=xml)
        ledger = station.open_ledger(study, rehearsal=True)
        _, cases = practice.draw_practice(
            source, load_frame(sorted((STUDY / "frame").glob("*.csv"))), "kinds", 10
        )
        ledger.assigned("0" * 64, cases)
        people = {case.number: Resident(case.number, Pickup.ANSWERS, pickup_after=1.0) for case in cases}
        if self.people is not None:
            people = self.people([(case.number, case.unit) for case in cases], study, "kinds")
        line = Rehearsal(people, self.clock, "kinds")
        worker = LineWorker(line.line, line.sound, seeded("worker"))
        ear = line.practice if self.people is not None else None
        self.desk = Desk(ledger, worker, load_outcomes(), practice=ear, auto_dial=self.auto_dial)
        if not self.quiet:
            self._walk(self.desk)
        return self.desk

    def _walk(self, desk: Desk) -> None:
        desk.sign_in("小李")
        desk.next_case()
        desk.dial()
        for _ in range(600):
            self.clock.advance(100)
            desk.tick()
            if desk.screen.page is Page.INTERVIEW:
                break
        if self.language != "zh":
            desk.switch_language(self.language)
        while desk.screen.question and desk.screen.question.name != self.at:
            before = desk.screen.question
            desk.answer(self.changes.get(before.name, USUAL.get(before.name, "")))
            assert desk.screen.question != before, desk.screen

    @property
    def talk(self) -> Questioning:
        """The conversation; read it only when the desk is at rest."""
        assert self.desk is not None
        work = self.desk._work
        assert work is not None
        assert work.conversation is not None
        return work.conversation

    @property
    def values(self) -> dict[str, str]:
        """What is stored."""
        return self.talk.state.values

    @property
    def deeds(self) -> list[Handled]:
        """Probes, kept answers and the like."""
        return list(self.talk.state.deeds)

"""A workstation with a practice study, a rehearsal line and a desk, for tests of whole calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from app import practice
from app.centre import Centre
from app.clock import Entropy, VirtualClock, seeded
from app.desk import Desk
from app.evidence.note import Signer
from app.interview.screen import Page
from app.interviewer import Interviewer
from app.ledger import Ledger
from app.line.worker import LineWorker
from app.sample.case import Case
from app.sample.frame import load_frame
from app.sample.outcome import load_outcomes
from app.study.bundle import build
from app.study.load import load
from app.study.model import Study, StudySource
from app.workstation import Workstation, open_workstation
from hardware.base import Pickup, Practice, Resident, Utterance
from hardware.rehearsal import Rehearsal

STUDY = Path(__file__).parent.parent / "resources" / "studies" / "dazhou-2017"
NOON = 1_700_020_800_000  # 2023-11-15 12:00 in China, a workday
CENTRAL = Signer("test/central", bytes(32), kind=4)


@cache
def source() -> StudySource:
    """The study, compiled once a session."""
    return load(STUDY)


@cache
def centre() -> Centre:
    """The centre's keys."""
    return Centre.generate("test/publisher", seeded("centre"))


def package(folder: Path) -> bytes:
    """The study as a signed package."""
    made = source()
    path = build(
        made,
        version=made.version,
        expires=NOON + 10**10,
        recipients=centre().recipients,
        central_vkey=CENTRAL.vkey,
        witness_vkeys=(),
        signer=centre().publisher,
        out=folder / "test.study",
    )
    return path.read_bytes()


@dataclass
class Room:
    """Everything at one desk. open() again after close() is the next start of the program."""

    folder: Path
    seed: str = "room"
    size: int = 40
    residents: Mapping[str, Resident] = field(default_factory=dict)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOON))

    def open(self, *, by_hand: bool = False) -> "Room":
        """Start the program. by_hand: on a telephone on which the interviewer dials."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.entropy: Entropy = seeded(f"{self.seed}|{self.clock.now}|{self.clock.elapsed}")
        self.station: Workstation = open_workstation(self.folder, self.clock, self.entropy)
        study = self.station.study()
        if study is None:
            study = self.station.install_study(package(self.folder.parent), centre().publisher.verifier)
        self.study: Study = study
        self.ledger: Ledger = self.station.open_ledger(study, rehearsal=True)
        if not self.station.store.cases():
            _, cases = practice.draw_practice(
                source(), load_frame(sorted((STUDY / "frame").glob("*.csv"))), self.seed, self.size
            )
            self.ledger.assigned("0" * 64, cases)
        resident = self.line(self._cast(self.station.store.cases()))
        self.desk = Desk(
            self.ledger,
            self.worker,
            load_outcomes(),
            practice=resident,
            characters_per_second=40.0,
            by_hand=by_hand,
        )
        return self

    def line(self, residents: Mapping[str, Resident]) -> Practice:
        """Make the line worker; returns the practice residents' ear."""
        self.room = Rehearsal(residents, self.clock, self.seed)
        self.worker = LineWorker(self.room.line, self.room.sound, self.entropy)
        return self.room.practice

    def _cast(self, cases: tuple[Case, ...]) -> dict[str, Resident]:
        people = practice.cast([(case.number, case.unit) for case in cases], self.study, self.seed)
        return {**people, **self.residents}

    def close(self) -> None:
        """Stop the program as a person would."""
        self.desk.close()

    def pass_time(self, milliseconds: int, step: int = 100) -> None:
        """Let time go by, the desk awake."""
        for _ in range(0, milliseconds, step):
            self.clock.advance(step)
            self.desk.tick()

    def wait_for(self, page: Page, limit: int = 120_000) -> None:
        """Until the desk shows a page."""
        for _ in range(0, limit, 100):
            if self.desk.screen.page is page:
                return
            self.pass_time(100)
        raise AssertionError(
            f"the desk shows {self.desk.screen.page}, not {page}: {self.desk.screen.notice_text}"
        )

    def work(self, dials: int) -> None:
        """An interviewer works until so many calls are closed."""
        person = Interviewer(self.desk, "小李")
        for _ in range(200_000):
            if self.desk.screen.counts.dials >= dials and self.desk.screen.page is Page.READY:
                return
            if not person.step():
                self.pass_time(200)
        raise AssertionError(f"stuck on {self.desk.screen}")


def talker(number: str, **changes: object) -> Resident:
    """A resident who answers everything: 45 years, long in town, county 4, all sevens."""
    says = {
        "intro": Utterance("嗯。", "", 0.5),
        "consent": Utterance("可以。", "1", 0.5),
        "age": Utterance("45。", "45", 0.5),
        "residence": Utterance("是。", "1", 0.5),
        "county": Utterance("宣汉县。", "4", 0.5),
        "sex": Utterance("", "2", 0.2),
        "suggestion": Utterance("没有。", "", 0.5),
    }
    says |= {f"q{n:02}": Utterance("七分。", "7", 0.5) for n in range(1, 13)}
    return Resident(
        **{"number": number, "pickup": Pickup.ANSWERS, "pickup_after": 3.0, "says": says, **changes}
    )  # type: ignore[arg-type]

"""The whole line once, with the real parts on embedded defaults: study, draw, central, workstation, calls, batches, centre, report.

Time is a virtual clock, so that an afternoon of calls passes in seconds; everything else is what field work uses.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app import practice
from app.canonical import decode, encode, hexdigest
from app.central.registry import Registry
from app.central.server import running
from app.central.stores import FolderStore
from app.centre import Centre
from app.clock import Clock, Entropy, SystemClock, VirtualClock
from app.desk import Desk
from app.evidence.age import Recipient, decrypt, encrypt
from app.evidence.note import Verifier
from app.evidence.seal import pad
from app.evidence.verify import Verdict, verify
from app.interview.screen import Notice, Page
from app.interviewer import Interviewer
from app.ledger import Ledger
from app.line_worker import LineWorker
from app.results.open import open_archive
from app.results.report import Report, write_html, write_xlsx
from app.sample.case import Case
from app.sample.frame import load_frame
from app.sample.outcome import load_outcomes
from app.study.bundle import build
from app.study.load import load
from app.study.model import StudySource
from app.sync.client import Client
from app.sync.enrol import Introduction, enrol
from app.sync.outbox import sync_once
from app.workstation import Workstation, open_workstation
from hardware.rehearsal import Rehearsal

DAY = 24 * 60 * 60 * 1000
STEP = 250
"""Milliseconds of virtual time between two looks at the line."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Demo:
    """What a run has to show. index: 0–100 per unit code, None where nobody answered; overall under ""."""

    folder: Path
    calls: int
    completes: int
    seconds: float
    index: dict[str, float | None]
    verdict: Verdict
    html: Path
    xlsx: Path


@dataclass(frozen=True)
class Options:
    """What the person who runs the demo may choose. interviews: completed ones to reach. calls: never fewer."""

    out: Path
    seed: str
    interviews: int = 28
    calls: int = 30
    numbers: int = 400
    characters_per_second: float = 40.0


def run(options: Options, study_folder: Path, entropy: Entropy, say: Say) -> Demo:
    """Do everything once. say hears one line a step. Raises FangxinError in plain words."""
    began = time.monotonic()
    clock, real = VirtualClock(SystemClock().wall()), SystemClock()
    folder = options.out
    say("1/8  Keys of the centre, study compiled, checked and signed")
    centre = Centre.generate("fangxin/demo/publisher", entropy)
    centre.write(folder / "centre" / "keys")
    source = load(study_folder)
    with FolderStore.open(folder / "central", entropy, name="fangxin/demo/central") as stores:
        package = build(
            source,
            version=source.version,
            expires=real.wall() + 30 * DAY,
            recipients=centre.recipients,
            central_vkey=stores.signer.vkey,
            witness_vkeys=(),
            signer=centre.publisher,
            out=folder / "centre" / f"{source.id}-{source.version}.study",
        )
        say("2/8  Sample drawn from the committed secret and public dice")
        draw_record, cases = practice.draw_practice(source, _frame(study_folder), options.seed, options.numbers)
        (folder / "centre" / "draw.json").write_bytes(draw_record.to_bytes() + b"\n")
        stores.install(
            package.read_bytes(),
            study=source.id,
            version=source.version,
            rehearsal=source.rehearsal_only,
            centre_vkey=centre.publisher.vkey,
        )
        code = stores.index.issue_code(entropy, real.wall())
        with running(Registry(stores, real)) as url:
            say(f"3/8  Central runs at {url}; a workstation enrols with a one-time code")
            station = open_workstation(folder / "workstation", clock, entropy)
            line = _Wire(url, centre, stores.signer.verifier, real, entropy)
            ledger = _enrol(station, line, code, cases)
            with closing(ledger):
                day = _Day(options, ledger, source, clock, say)
                day.work()
                say("5/8  Batches go to central; its receipts come back")
                with line.as_device(station) as client:
                    done = sync_once(station.store, ledger.journal.path.parent, client)
                    say(f"     {done.objects} sealed files and {done.events} journal lines countersigned by central")
                    if done.receipt is not None:
                        ledger.synced(done.receipt.size, done.receipt.note)
    return _judge(options, source, centre, day, began, say)


@dataclass(frozen=True)
class _Wire:
    """How the demo's two senders speak to its central."""

    url: str
    centre: Centre
    central: Verifier
    clock: Clock
    entropy: Entropy

    def as_device(self, station: Workstation) -> Client:
        return Client(self.url, station.name, station.keys.signer, [self.central], self.clock, self.entropy)

    def as_centre(self) -> Client:
        return Client(self.url, "centre", self.centre.publisher, [self.central], self.clock, self.entropy)


def _enrol(station: Workstation, wire: _Wire, code: str, cases: Sequence[Case]) -> Ledger:
    """The workstation introduces itself, takes the signed study and its sealed share of the sample."""
    keys = station.keys
    with wire.as_device(station) as device, wire.as_centre() as centre:
        enrol(device, code, Introduction(station.name, keys.signer.verifier, keys.identity.recipient))
        study = station.install_study(device.study(), wire.centre.publisher.verifier)
        share = encode({"v": 1, "kind": "assignment", "cases": [[c.id, c.ticket, c.number, c.unit] for c in cases]})
        sealed = encrypt(pad(share), [Recipient.parse(str(keys.identity.recipient))], station.entropy)
        centre.put_assignment(keys.device, sealed)
        received = device.assignment() or b""
    ledger = station.open_ledger(study, rehearsal=True)
    opened = decode(decrypt(received, [keys.identity]).rstrip())
    ledger.assigned(hexdigest(received), [Case(*fields) for fields in opened["cases"]])
    return ledger


class _Day:
    """An afternoon of calls by one practice interviewer."""

    def __init__(self, options: Options, ledger: Ledger, source: StudySource, clock: VirtualClock, say: Say) -> None:
        self._options, self._clock, self._say = options, clock, say
        numbers = [(case.number, case.unit) for case in ledger.store.cases()]
        room = Rehearsal(practice.cast(numbers, ledger.study, options.seed), clock, options.seed)
        worker = LineWorker(room.line, room.sound, ledger.entropy)
        self.desk = Desk(
            ledger,
            worker,
            load_outcomes(),
            practice=room.practice,
            characters_per_second=options.characters_per_second,
        )

    def work(self) -> None:
        """Call until enough interviews are complete."""
        desk, person = self.desk, Interviewer(self.desk, "演练访问员")
        self._say("4/8  Calls on the rehearsal line: both voices recorded, sealed and journalled as they happen")
        told = 0
        while not self._enough():
            if person.step():
                continue
            if desk.screen.notice is Notice.NO_CASES:
                break
            self._clock.advance(STEP)
            desk.tick()
            if desk.screen.page is Page.READY and desk.screen.counts.dials >= told + 10:
                told = desk.screen.counts.dials
                self._say(f"     {told} calls, {desk.screen.counts.completes} interviews")
        desk.sign_out()
        desk.close()

    def _enough(self) -> bool:
        counts, page = self.desk.screen.counts, self.desk.screen.page
        enough = counts.completes >= self._options.interviews and counts.dials >= self._options.calls
        return enough and page is Page.READY

"""The whole line once, with the real parts on embedded defaults: study, draw, central, workstation, calls, batches, centre, report.

Time on the line is a virtual clock, so that an afternoon of calls passes in seconds; everything else is what field work uses.
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
from app.clock import Clock, Entropy, SystemClock, VirtualClock, in_china
from app.demo_summary import Demo, Options
from app.desk import Desk
from app.errors import EvidenceError, StorageError
from app.evidence.age import decrypt, encrypt
from app.evidence.audit.logged import Witnessed
from app.evidence.note import Verifier
from app.evidence.seal import pad
from app.evidence.verify import Verdict, verify
from app.evidence.witnessing import read_witness
from app.interview.screen import Counts, Notice, Page
from app.interviewer import Interviewer
from app.ledger import Ledger
from app.line.worker import LineWorker
from app.reporting import report_of
from app.results.report import write_report
from app.results.summary import Report
from app.sample.case import Case
from app.sample.frame import load_frame
from app.sample.queue import next_due
from app.study.bundle import build
from app.study.load import load
from app.study.model import StudySource
from app.sync.client import Client
from app.sync.enrol import Introduction, enrol
from app.sync.outbox import sync_once
from app.witness.keeper import Keeper, witness_signer
from app.witness.round import Central, look
from app.workstation import Workstation, open_workstation
from hardware.rehearsal import Rehearsal

DAY = 24 * 60 * 60 * 1000
STEP = 250
"""Milliseconds of virtual time between two looks at the line."""
Say = Callable[[str], None]


def run(options: Options, study_folder: Path, entropy: Entropy, say: Say) -> Demo:
    """Do everything once. say hears one line a step. Raises FangxinError in plain words."""
    began, real = time.monotonic(), SystemClock()
    say("1/8  Study compiled, checked and signed with the centre's new keys")
    centre = Centre.generate("fangxin/demo/publisher", entropy)
    centre.write(options.out / "centre" / "keys")
    source = load(study_folder)
    with FolderStore.open(options.out / "central", entropy, name="fangxin/demo/central") as stores:
        supervisor = witness_signer(options.out / "witness", entropy, "fangxin/demo/witness").verifier
        _publish(source, centre, stores, options.out / "centre", supervisor)
        say("2/8  Sample drawn from a committed secret and public dice")
        frame = load_frame(sorted((study_folder / "frame").glob("*.csv")))
        drawn, cases = practice.draw_practice(source, frame, options.seed, options.numbers)
        (options.out / "centre" / "draw.json").write_bytes(drawn.to_bytes() + b"\n")
        code = stores.index.issue_code(entropy, real.wall())
        with running(Registry(stores, real)) as url:
            say(f"3/8  Central runs at {url}; a workstation enrols with a one-time code")
            wire = _Wire(url, centre, stores.signer.verifier, real, entropy)
            day = _field(options, wire, code, cases, say)
            _watch(options.out / "witness", wire, stores.log.signer.verifier, say)
    trusted = [wire.central, centre.publisher.verifier]
    witnessed = read_witness([options.out / "witness"], [supervisor])
    report, verdict = _judge(options.out / "central", centre, trusted, witnessed, say)
    files = _write(options.out, report, say)
    return Demo(options, day.dials, day.completes, time.monotonic() - began, report, verdict, files)


def _publish(
    source: StudySource, centre: Centre, stores: FolderStore, folder: Path, supervisor: Verifier
) -> None:
    """The study becomes one signed package, and central serves it."""
    package = build(
        source,
        version=source.version,
        expires=SystemClock().wall() + 30 * DAY,
        recipients=centre.recipients,
        central_vkey=stores.signer.vkey,
        witness_vkeys=(supervisor.vkey,),
        signer=centre.publisher,
        out=folder / f"{source.id}-{source.version}.study",
    )
    stores.install(
        package.read_bytes(),
        study=source.id,
        version=source.version,
        rehearsal=source.rehearsal_only,
        centre_vkey=centre.publisher.vkey,
        witness_vkeys=(supervisor.vkey,),
    )


def _field(options: Options, wire: "_Wire", code: str, cases: Sequence[Case], say: Say) -> Counts:
    """The field work: enrol, call, hand in."""
    clock = VirtualClock(wire.clock.wall())
    station = open_workstation(options.out / "workstation", clock, wire.entropy)
    ledger = _enrol(station, wire, code, cases)
    with closing(_Day(options, ledger, clock, say)) as day:
        say("4/8  Calls on the rehearsal line: both voices recorded, sealed and journalled as they happen")
        counts = day.work()
        say("5/8  Batches go to central; its receipts come back")
        with wire.as_device(station) as client:
            done = sync_once(station.store, ledger.journal.path.parent, client)
        say(f"     {done.objects} sealed files and {done.events} journal lines countersigned by central")
        if done.receipt is not None:
            ledger.synced(done.receipt.size, done.receipt.note)
    return counts


def _watch(folder: Path, wire: "_Wire", log: Verifier, say: Say) -> None:
    """The supervisor's machine looks at central's log and cosigns it."""
    with (
        Keeper.open(folder, log, wire.clock, wire.entropy) as keeper,
        closing(Central(wire.url)) as central,
    ):
        seen = look(keeper, central)
    if seen.alarm:
        raise EvidenceError(seen.alarm, where=str(folder))
    say(f"     {seen.size} lines of central's log cosigned by the witness")


def _judge(
    archive: Path, centre: Centre, trusted: Sequence[Verifier], witnessed: Witnessed, say: Say
) -> tuple[Report, Verdict]:
    """The centre verifies what central holds, opens it and counts."""
    say("6/8  The centre checks everything that came in: altered? missing?")
    identities = list(centre.identities.values())
    # Not with the keys that lie in the archive, and against what the witness saw.
    verdict = verify(archive, keys=trusted, identities=identities, witnessed=witnessed)
    say("7/8  Interviews opened with the centre's private keys")
    today = in_china(SystemClock().wall()).date()
    return report_of(archive, identities, verdict, today=today), verdict


def _write(out: Path, report: Report, say: Say) -> dict[str, Path]:
    say("8/8  Index, response rates and outcomes written")
    aside = {"archive": out / "central", "keys": out / "centre" / "keys"}
    return write_report(report, out) | aside


@dataclass(frozen=True)
class _Wire:
    """How the demo's two senders announce to its central."""

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
        share = encode(
            {"v": 1, "kind": "assignment", "cases": [[c.id, c.ticket, c.number, c.unit] for c in cases]}
        )
        sealed = encrypt(pad(share), [keys.identity.recipient], station.entropy)
        centre.put_assignment(keys.device, sealed)
        received = device.assignment() or b""
    ledger = station.open_ledger(study, rehearsal=True)
    opened = decode(decrypt(received, [keys.identity]).rstrip())
    cases = [Case(*fields) for fields in opened["cases"]]
    ledger.assigned(hexdigest(received), cases, opened.get("columns", {}))
    return ledger


class _Day:
    """An afternoon of calls by one practice interviewer."""

    def __init__(self, options: Options, ledger: Ledger, clock: VirtualClock, say: Say) -> None:
        self._options, self._ledger, self._clock, self._say = options, ledger, clock, say
        numbers = [(case.number, case.unit) for case in ledger.store.cases()]
        room = Rehearsal(practice.cast(numbers, ledger.study, options.seed), clock, options.seed)
        self._desk = Desk(
            ledger,
            LineWorker(room.line, room.sound, ledger.entropy),
            ledger.queue.plan.rules.outcomes,
            practice=room.practice,
            characters_per_second=options.characters_per_second,
        )

    def work(self) -> Counts:
        """Call until enough interviews are complete, or nobody is left to call."""
        desk, person = self._desk, Interviewer(self._desk, "演练访问员")
        told = 0
        while not self._enough():
            if desk.screen.notice is Notice.STOPPED:
                raise StorageError(desk.screen.notice_text)
            if desk.screen.notice is Notice.NO_CASES and not self._wait_for_a_case():
                self._say("     nobody is left to call")
                break
            if person.step():
                continue
            self._clock.advance(STEP)
            desk.tick()
            if desk.screen.counts.dials >= told + 10:
                told = desk.screen.counts.dials
                self._say(f"     {told} calls, {desk.screen.counts.completes} interviews")
        desk.sign_out()
        return desk.screen.counts

    def _wait_for_a_case(self) -> bool:
        """Let time pass until a number may be dialled again; False when none will be, or each has had its share: a resident who always
        says "later" would be called for ever."""
        if self._desk.screen.counts.dials >= 2 * self._options.numbers:
            return False
        now = self._clock.wall()
        due = next_due(self._ledger.store.cases(), now)
        if due is None:
            return False
        self._clock.advance(due - now)
        self._desk.next_case()
        return True

    def close(self) -> None:
        """The desk is left."""
        self._desk.close()

    def _enough(self) -> bool:
        counts, page = self._desk.screen.counts, self._desk.screen.page
        enough = counts.completes >= self._options.interviews and counts.dials >= self._options.calls
        return enough and page is Page.READY

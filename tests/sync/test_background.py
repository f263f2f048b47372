"""Sending in the background as it runs in the field: `fangxin central serve` in its process, each round in another, the desk writing in
this one on the same store and journal."""

import queue
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from app.clock import SystemClock, system_entropy
from app.errors import StorageError
from app.evidence.durable import Lock
from app.interview.screen import LineView, Page, Screen, SendingView
from app.ledger import Ledger
from app.settings import Settings
from app.sync import round_process
from app.sync.rhythm import Rhythm
from app.sync.round_process import RoundProcess
from app.workstation import open_workstation
from tests.desk_talk import drawn
from tests.faults.owed import Look
from tests.faults.secrets.day import Day, words_of
from tests.faults.secrets.place import Disk, fangxin
from tests.faults.secrets.whole import Machines
from ui.sending import Sender

pytestmark = [pytest.mark.long, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]

PATIENCE = 180
EVERY = 1_000
READY = Screen(page=Page.READY, interviewer="I01")
TALKING = replace(READY, page=Page.INTERVIEW, line=LineView.TALKING)


@dataclass
class Served:
    """Central's process. port: the same after it has come back."""

    machines: Machines
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def come(self) -> None:
        disk = self.machines.central
        command = ["central", "serve", "--data", str(self.machines.served), "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=disk.environment(),
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().decode().rpartition(":")[2])

    def go(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """It takes connections and answers nobody."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        yield
        self.process.send_signal(signal.SIGCONT)


@dataclass
class Field:
    """central, the desk's ledger, and what sends for it. told: how the sending stands, as the window hears it."""

    served: Served
    ledger: Ledger
    rounds: RoundProcess
    sender: Sender
    told: "queue.Queue[SendingView]"
    waits: list[float] = field(default_factory=list)

    def hear(self) -> SendingView:
        return self.told.get(timeout=PATIENCE)

    def talk_until_told(self) -> SendingView:
        """An interview goes on, an answer every 20 ms, until a round has ended; how long each answer took to be
        durable is kept, less what the machine owed."""
        ledger, case = self.ledger, drawn("room", 40)[0]
        call = ledger.new_id()
        ledger.store.open_call(call, case.id, ledger.clock.wall())
        state = ledger.begin(case, call, "zh")
        while True:
            began = Look.now()
            state = ledger.answer(state, call, "q01", str(len(self.waits) % 10), 0, "")
            done = Look.now()
            self.waits.append(done.at - began.at - done.owed_since(began))
            try:
                return self.told.get(timeout=0.02)
            except queue.Empty:
                continue

    def waiting_files(self, count: int) -> None:
        """As many calls began as central has not heard of."""
        for number in range(count):
            self.ledger.call_opened(drawn("room", 40)[number % 40], self.ledger.new_id(), "00" * 32)
        self.ledger.checkpoint()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    day = Day(words_of(Random(1)))
    for party in ("workstation", "central", "centre"):
        day.disks[party] = Disk.make(tmp_path, party)
    machines = Machines(day)
    machines.prepare()
    served = Served(machines)
    served.come()
    url = f"http://127.0.0.1:{served.port}"
    machines.enrol(url)
    for name, value in {**machines.station.environment(), "FANGXIN_CENTRAL_URL": url}.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as ends:
        ends.callback(served.go)
        station = open_workstation(machines.station.data, SystemClock(), system_entropy)
        study = station.study(calling=False)
        assert study is not None
        ledger = station.open_ledger(study, rehearsal=False)
        ends.callback(ledger.close)
        ledger.assigned("0" * 64, drawn("room", 40))
        rounds = RoundProcess(Settings(data_dir=machines.station.data, central_url=url))
        told: queue.Queue[SendingView] = queue.Queue()
        rhythm = Rhythm(EVERY, SystemClock().mono(), lambda: 0.5)
        sender = Sender(rhythm, rounds, SystemClock(), told.put)
        ends.callback(sender.stop)
        yield Field(served, ledger, rounds, sender, told)


def test_it_sends_by_itself_survives_central_and_stands_in_nobodys_way(
    place: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: queue.Queue[int] = queue.Queue()
    monkeypatch.setattr(round_process, "make_way", begun.put)
    place.waiting_files(500)
    assert len(place.ledger.store.pending()) == 500
    place.sender.heard(READY)
    place.sender.start()
    first = place.talk_until_told()
    assert (first.refused, first.since, first.waiting) == ("", 0, 0)
    assert place.ledger.store.pending() == ()
    longest = max(place.waits)
    print(f"{len(place.waits)} answers during the round, longest {longest * 1000:.0f} ms")
    assert longest < 2, "the desk waited for the round"

    place.served.go()
    away = place.hear()
    while not away.since:
        away = place.hear()
    again = place.hear()
    assert (again.since, again.last, again.refused) == (away.since, away.last, "")
    assert again.at - away.at >= EVERY, "it waits longer than between good rounds"
    place.waiting_files(3)
    place.served.come()
    back = place.hear()
    while back.since:
        assert back.waiting in (0, 3)
        back = place.hear()
    assert back.last > away.at
    assert place.ledger.store.pending() == ()

    place.sender.heard(TALKING)
    with place.served.asleep():
        place.sender.heard(READY)
        process = begun.get(timeout=PATIENCE)
        while not Path(f"/proc/{process}").exists():  # of an earlier round
            process = begun.get(timeout=PATIENCE)
        began = time.perf_counter()
        place.sender.stop()
        assert time.perf_counter() - began < PATIENCE / 10
        assert not Path(f"/proc/{process}").exists(), "ended, and no zombie"


def test_a_second_process_cannot_go_on_with_the_desks_journal(place: Field) -> None:
    before = place.ledger.journal.size
    with pytest.raises(AssertionError, match="already running on this data folder"):
        fangxin(
            place.served.machines.station,
            "sync",
            "renew",
            "--reason",
            "restored",
            more={"FANGXIN_CENTRAL_URL": f"http://127.0.0.1:{place.served.port}"},
        )
    assert place.rounds.run("I01").fault == ""
    assert place.ledger.journal.size == before, "a round writes no line"
    with pytest.raises(StorageError, match="already running"):
        Lock(place.ledger.journal.path.parent / "journal.lock")

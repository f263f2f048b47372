"""A whole day of three machines: the centre's PC draws numbers and releases them, central takes and keeps, a workstation calls and
hands in, the witness looks, the centre opens what came. All by the product's own commands; every byte between them is tapped."""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from app.centre import Centre
from tests.desk_room import STUDY
from tests.faults.secrets import gather
from tests.faults.secrets.day import Day, Watch, words_of, work
from tests.faults.secrets.place import Disk, fangxin
from tests.faults.secrets.wire import Tap

DICE = "2023733112815921112320237331128159211123"
_DRAWN, _ON_HAND = 40, 12


class Machines:
    """The three disks, and the commands that are given on them."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.station, self.central, self.centre = (day.disks[n] for n in ("workstation", "central", "centre"))
        self.desk_of_analyst = self.centre.mounted / "work"
        self.keys, self.draws = self.desk_of_analyst / "keys", self.desk_of_analyst / "draws"
        self.served = self.central.data / "central"

    def prepare(self) -> None:
        """Keys, study, draw."""
        fangxin(self.centre, "centre", "keygen", str(self.keys))
        fangxin(self.central, "central", "key", "--data", str(self.served))
        fangxin(self.central, "witness", "key", "--data", str(self.central.data / "witness"))
        package = self.desk_of_analyst / "canary.study"
        trusts = ("--central", str(self.served / "central.vkey"))
        witness = ("--witness", str(self.central.data / "witness" / "witness.vkey"))
        fangxin(
            self.centre,
            "study",
            "build",
            str(STUDY),
            "--keys",
            str(self.keys),
            *trusts,
            *witness,
            "--out",
            str(package),
        )
        shutil.copy(package, self.central.mounted / "work")
        publisher = str(self.keys / "publisher.vkey")
        fangxin(
            self.central, "central", "install", "canary.study", "--data", str(self.served), "--key", publisher
        )
        draw = (str(STUDY), "--draws", str(self.draws), "--name", "wave1", "--keys", str(self.keys))
        fangxin(self.centre, "sample", "commit", *draw, "--n", str(_DRAWN))
        fangxin(self.centre, "sample", "draw", *draw, "--public", DICE)
        secret = str(self.draws / "wave1" / "secret.hex")
        fangxin(self.centre, "sample", "audit", *draw, "--secret", secret, "--script", "audit.py")

    def enrol(self, url: str) -> None:
        """The workstation, and the replicate into the room's pool."""
        code = fangxin(self.central, "central", "enrol", "--data", str(self.served)).strip()
        keys = (
            "--publisher",
            str(self.keys / "publisher.vkey"),
            "--central",
            str(self.served / "central.vkey"),
        )
        self._at_the_desk(url, "sync", "enrol", "--code", code, *keys)
        draw = (str(STUDY), "--draws", str(self.draws), "--name", "wave1", "--keys", str(self.keys))
        central = ("--url", url, "--central", str(self.served / "central.vkey"))
        fangxin(self.centre, "sample", "release", *draw, *central)
        self._at_the_desk(url, "sync", "now", "--keep", str(_ON_HAND))

    def hand_in(self, url: str) -> None:
        """After the shifts: everything to central, the support bundle, a person who must not get a number, what comes next."""
        self._at_the_desk(url, "sync", "now", "--keep", str(_ON_HAND), "--who", "I01")
        self._at_the_desk(url, "doctor", "--out", str(self.station.mounted / "work" / "support.zip"))
        self._at_the_desk(url, "sample", "pick", "--json")
        self._at_the_desk(url, "sample", "knows", "I02", talks="13990012345\n")
        log = ("--log-key", str(self.served / "log.vkey"), "--once")
        witness = str(self.central.data / "witness")
        fangxin(self.central, "witness", "run", "--data", witness, "--central", url, *log)

    def open(self) -> None:
        """At the centre: checked, opened, counted."""
        archive = self.desk_of_analyst / "archive"
        shutil.copytree(self.served, archive)
        identity = ("--identity", str(self.keys))
        fangxin(self.centre, "centre", "open", str(archive), *identity, "--out", "opened")
        fangxin(self.centre, "sample", "report", str(archive), "--study", str(STUDY), *identity)

    def _at_the_desk(self, url: str, *words: str, talks: str = "") -> None:
        fangxin(self.station, *words, more={"FANGXIN_CENTRAL_URL": url}, talks=talks)


def lived(folder: Path, seed: str, *, megabytes: int, capture: Path | None) -> Day:
    """The day. megabytes: of each image, 0 = folders. capture: where tshark writes the loopback's traffic, None = the tap alone."""
    day = Day(words_of(random.Random(seed)))
    for party in ("workstation", "central", "centre"):
        day.disks[party] = Disk.make(folder, party, megabytes=megabytes)
    machines = Machines(day)
    machines.prepare()
    with ExitStack() as running:
        port = running.enter_context(_served(machines))
        tap = Tap(port)
        running.callback(tap.close)
        if capture is not None:
            running.enter_context(_captured(capture, port))
        watch = Watch()
        machines.enrol(tap.url)
        work(machines.station, day)
        machines.hand_in(tap.url)
        day.seen += watch.end() + day.report.encode()
    machines.open()
    day.heard = tap.heard
    centre = Centre.read(machines.keys)
    day.canaries = [
        *gather.of_workstation(machines.station.data, folder / "copy", centre),
        *gather.of_centre(centre, machines.draws),
        *gather.of_words(day.words),
        gather.number("number that a person must not get", "13990012345"),
        *gather.drawn(machines.draws / "wave1" / "sample.csv"),
    ]
    return day


@contextmanager
def _served(machines: Machines) -> Iterator[int]:
    """Central at work; yields its port."""
    central = machines.central
    with (central.mounted / "home" / "journald").open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "central", "serve", "--data", str(machines.served), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=central.environment(),
            cwd=central.mounted / "work",
        )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline().decode().rpartition(":")[2])
    finally:
        process.terminate()
        process.communicate(timeout=120)


@contextmanager
def _captured(capture: Path, port: int) -> Iterator[None]:
    """tshark on the loopback, until what was sent last has been written."""
    process = subprocess.Popen(
        ["tshark", "-q", "-i", "lo", "-f", f"tcp port {port}", "-w", str(capture)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if b"Capturing" in line:
            break
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=20)

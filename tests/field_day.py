"""A day of field work with everything real but the people: a draw, a central that is served, desks with rehearsal lines, one clock for all.

What each desk did is written down beside it, so that a report can be held against it.
"""

import csv
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from app.central.registry import Registry
from app.central.server import running
from app.central.stores import FolderStore
from app.centre import Centre
from app.clock import VirtualClock, seeded
from app.desk import Desk
from app.interview.screen import Page
from app.interviewer import Interviewer
from app.line.worker import LineWorker
from app.resources import resource
from app.sample.calling import calling_plan
from app.sample.pull import Pull
from app.study.bundle import build
from app.study.load import load
from app.workstation import open_workstation
from hardware.base import Pickup, Resident, Utterance
from hardware.rehearsal import Rehearsal
from tests.desk_room import talker
from tests.sample.room import when

MORNING = when("2026-03-03 09:00")
QUOTAS = """
[[quotas]]
kind = "marginal"
variables = ["sex"]
policy = "stop"
targets = { "sex=1" = 30, "sex=2" = 30 }
"""
_CLOCKS = (
    "app.commands.sample",
    "app.commands.calling",
    "app.commands.cells",
    "app.commands.giving",
    "app.commands.sync",
    "app.commands.moments",
)


@dataclass(frozen=True)
class Deed:
    """One call as it was made. who: of the roster."""

    who: str
    case: str
    ticket: str
    outcome: str
    sex: str


class FieldDay:
    """The centre's folders, and central at work."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch, self.clock = folder, monkeypatch, VirtualClock(MORNING)
        for module in _CLOCKS:
            monkeypatch.setattr(f"{module}.SystemClock", lambda: self.clock)
        self.study, self.keys, self.draws = folder / "study", folder / "keys", folder / "draws"
        shutil.copytree(resource("studies", "dazhou-2017"), self.study)
        design = self.study / "study.toml"
        text = design.read_text(encoding="utf-8").replace('"55", "57"', '"55", "56", "57"')
        design.write_text(text + QUOTAS, encoding="utf-8")
        self.source, self.centre = load(self.study), Centre.generate("test/publisher", seeded("field day"))
        self.centre.write(self.keys)
        self.stores = FolderStore.open(folder / "central", seeded("central"))
        self._publish()
        plan = calling_plan(self.source, rehearsal=True)
        self.registry = Registry(self.stores, self.clock, plan)
        self._serving = running(self.registry)
        self.url = self._serving.__enter__()
        self.desks: list[FieldDesk] = []
        self.people: dict[str, Resident] = {}

    @property
    def archive(self) -> Path:
        """Central's folder."""
        return self.stores.folder

    @property
    def draw(self) -> Path:
        """The draw's folder."""
        return self.draws / "wave1"

    def _publish(self) -> None:
        package = build(
            self.source,
            version=self.source.version,
            expires=MORNING + 10**10,
            recipients=self.centre.recipients,
            central_vkey=self.stores.signer.vkey,
            witness_vkeys=(),
            signer=self.centre.publisher,
            out=self.folder / "test.study",
        )
        self.stores.install(
            package.read_bytes(),
            study=self.source.id,
            version=self.source.version,
            rehearsal=True,
            centre_vkey=self.centre.publisher.vkey,
        )

    def run(self, *words: str) -> None:
        """A command, which must go well."""
        assert main(list(words)) == 0, words

    def draw_sample(self, n: int) -> None:
        """Commit and draw; every fourth number belongs to somebody who is interviewed, is dead, refuses, is not at home."""
        where = (str(self.study), "--draws", str(self.draws), "--name", "wave1", "--keys", str(self.keys))
        self.run("sample", "commit", *where, "--n", str(n))
        self.run("sample", "draw", *where, "--public", "2023733112815921112320237331128159211123")
        with (self.draw / "sample.csv").open(encoding="utf-8", newline="") as file:
            numbers = [row["number"] for row in csv.DictReader(file)]
        self.people = {number: person(place, number) for place, number in enumerate(numbers)}

    def release(self, replicate: int, *words: str) -> None:
        """Into the pool."""
        where = (str(self.study), "--draws", str(self.draws), "--name", "wave1", "--keys", str(self.keys))
        self.run("sample", "release", *where, *self.central, "--replicate", str(replicate), *words)

    def admit(self) -> None:
        """The room's key for every desk."""
        where = (str(self.study), "--draws", str(self.draws), "--keys", str(self.keys))
        self.run("sample", "admit", *where, *self.central)

    @property
    def central(self) -> tuple[str, ...]:
        """How the centre's commands reach central."""
        return ("--url", self.url, "--central", self.stores.signer.vkey)

    def desk(self, number: int, who: str) -> "FieldDesk":
        """An enrolled desk at which somebody sits."""
        code = self.stores.index.issue_code(seeded(f"code {number}"), self.clock.wall())
        self.desks.append(FieldDesk(self, self.folder / f"desk-{number}", code, who))
        return self.desks[-1]

    def deeds(self, desks: Iterable["FieldDesk"]) -> list[Deed]:
        """What was done at these desks."""
        return [deed for desk in desks for deed in desk.deeds]

    def close(self) -> None:
        """Everybody goes home."""
        for desk in self.desks:
            desk.desk.close()
        self._serving.__exit__(None, None, None)
        self.stores.close()


class FieldDesk:
    """One desk, its interviewer, and what was done there."""

    def __init__(self, day: FieldDay, folder: Path, code: str, who: str) -> None:
        self.day, self.folder, self.who, self.deeds = day, folder, who, list[Deed]()
        keys = ("--publisher", day.centre.publisher.vkey, "--central", day.stores.signer.vkey)
        self.sync_command("enrol", "--code", code, *keys)
        self.station = open_workstation(folder, day.clock, seeded(folder.name))
        study = self.station.study()
        assert study is not None
        room = Rehearsal(day.people, day.clock, folder.name)
        self.desk = Desk(
            self.station.open_ledger(study, rehearsal=True),
            LineWorker(room.line, room.sound, seeded(folder.name)),
            calling_plan(study, rehearsal=True).rules.outcomes,
            practice=room.practice,
            characters_per_second=400.0,
        )
        self.person = Interviewer(self.desk, who)
        self.desk.sign_in(who)

    def sync_command(self, *words: str) -> None:
        """fangxin sync … at this desk."""
        self.day.monkeypatch.setenv("FANGXIN_DATA_DIR", str(self.folder))
        self.day.monkeypatch.setenv("FANGXIN_CENTRAL_URL", self.day.url)
        self.day.run("sync", *words)

    def sync(self, keep: int) -> None:
        """Hand in and take."""
        self.sync_command("now", "--who", self.who, "--keep", str(keep))

    def call(self, case: str = "", *, outcome: str = "", note: str = "") -> None:
        """One call to its end. case: this very one, "" = the next."""
        self.take(case)
        self.talk_until(Page.OUTCOME)
        self.close(outcome, note)

    def close(self, outcome: str = "", note: str = "") -> None:
        """Give the call in hand its outcome, "" = as it went."""
        held = self.desk._work
        assert held is not None
        one = held.case
        resident = self.day.people[one.number]
        chosen = outcome or ("36" if refuses(resident) else self.desk.screen.proposed)
        self.desk.choose_outcome(chosen, note)
        assert self.desk.screen.page is Page.READY, self.desk.screen
        sex = resident.says["sex"].value if chosen == "60" else ""
        self.deeds.append(Deed(self.who, one.id, one.ticket, chosen, sex))

    def take(self, case: str = "") -> None:
        """A case on screen, and its number dialled."""
        self.day.clock.advance(1000)
        if case:
            given = Pull(case, self.station.name[:8], "督导01", "试验", self.day.clock.wall(), case * 4)
            self.desk._ledger.pulls.heard([given], self.day.clock.wall())
        self.desk.next_case()
        assert self.desk.screen.page is Page.CASE, self.desk.screen
        self.desk.dial()

    def begin_interview(self) -> Deed:
        """Call on until somebody is past the screener, and stay there. Returns this call."""
        for _ in range(20):
            self.take()
            self.talk_until(Page.OUTCOME, "q01")
            held = self.desk._work
            if self.desk.screen.page is Page.INTERVIEW and held is not None:
                sex = self.day.people[held.case.number].says["sex"].value
                return Deed(self.who, held.case.id, held.case.ticket, "", sex)
            self.close()
        raise AssertionError("nobody wanted to talk")

    def talk_until(self, page: Page, question: str = "") -> None:
        """Go on as the resident answers, to a page or to a question."""
        for _ in range(20_000):
            screen = self.desk.screen
            if screen.page is page or (screen.question is not None and screen.question.name == question):
                return
            if not self.person.step():
                self.day.clock.advance(250)
                self.desk.tick()
        raise AssertionError(f"stuck on {self.desk.screen}")

    def on_hand(self) -> list[str]:
        """Cases to call, in the order of the draw."""
        cases = sorted(self.station.store.cases(), key=lambda case: case.ticket)
        return [case.id for case in cases if not case.attempts]


def person(place: int, number: str) -> Resident:
    """Who answers at a number."""
    match place % 4:
        case 0:
            calm = talker(number)
            return talker(number, says={**calm.says, "sex": Utterance("", str(1 + place // 4 % 2), 0.2)})
        case 1:
            return Resident(number, Pickup.VACANT, 2.0, {})
        case 2:
            return Resident(number, Pickup.ANSWERS, 2.0, {"intro": Utterance("不要。", "refuse", 0.5)})
    return Resident(number, Pickup.RINGS_OUT, 2.0, {})


def refuses(resident: Resident) -> bool:
    """He does not want to."""
    return "intro" in resident.says and resident.says["intro"].value == "refuse"


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON document that the last command printed."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found

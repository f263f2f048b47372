"""Quota cells on the centre's command line: how full they are, and closing one for every desk."""

import json
import shutil
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.__main__ import main
from app.central.registry import Registry
from app.central.server import running
from app.central.stores import FolderStore
from app.centre import Centre
from app.clock import SystemClock, seeded, system_entropy
from app.commands.cells import columns
from app.drawing import DrawRoom, draws_signer
from app.errors import StudyError, UsageError
from app.quotas import read_decision
from app.resources import resource
from app.sample.case import Case
from app.sample.plan import Plan
from app.sync.pool_counts import seal_counts

QUOTAS = """
[[quotas]]
kind = "marginal"
variables = ["sex"]
policy = "stop"
targets = { "sex=1" = 3, "sex=2" = 3 }
"""


class Office:
    """The centre's station beside a served central."""

    def __init__(self, folder: Path) -> None:
        self.study, self.keys, self.draws = folder / "study", folder / "keys", folder / "draws"
        shutil.copytree(resource("studies", "dazhou-2017"), self.study)
        path = self.study / "study.toml"
        path.write_text(path.read_text(encoding="utf-8") + QUOTAS, encoding="utf-8")
        self.centre = Centre.generate("test/publisher", seeded("office"))
        self.centre.write(self.keys)
        self.stores = FolderStore.open(folder / "central", seeded("central"))
        vkey = self.centre.publisher.vkey
        self.stores.install(b"PK", study="dazhou-2017", version=1, rehearsal=False, centre_vkey=vkey)
        self.registry = Registry(self.stores, SystemClock(), Plan())

    def run(self, url: str, *words: str, draws: bool = False) -> int:
        common = ["--keys", str(self.keys), "--url", url, "--central", self.stores.signer.vkey]
        room = ["--draws", str(self.draws)] if draws else []
        return main(["sample", words[0], str(self.study), *words[1:], *common, *room])


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Office, str]]:
    office = Office(tmp_path)
    with running(office.registry) as url:
        yield office, url
    office.stores.close()


def test_a_supervisor_sees_the_cells_closes_one_and_opens_it_again(
    office: tuple[Office, str], capsys: pytest.CaptureFixture[str]
) -> None:
    here, url = office
    room = DrawRoom(
        here.draws, "dazhou-2017", draws_signer(here.centre.publisher), SystemClock(), system_entropy
    )
    counts = seal_counts(
        {"done": {"sex=1": 2}, "running": {"sex=1": 1}}, "0badcafe", room.room_key(new=True), system_entropy
    )
    pool = here.registry.index.pool(Plan())
    pool.tell_cells("0badcafe", b64decode(counts), SystemClock().wall())
    why = ["--by", "督导01", "--reason", "洪水"]
    assert here.run(url, "close-cell", "sex=2", *why) == 0
    capsys.readouterr()
    assert here.run(url, "cells", "--json", draws=True) == 0
    first, second = json.loads(capsys.readouterr().out)["cells"]
    assert {name: first[name] for name in ("cell", "target", "done", "running", "open")} == {
        "cell": "sex=1",
        "target": 3,
        "done": 2,
        "running": 1,
        "open": False,
    }
    assert (second["open"], second["by"], second["reason"]) == (False, "督导01", "洪水")
    assert here.run(url, "open-cell", "sex=2", "--by", "督导01", "--reason", "水退了") == 0
    notes = pool.cells(0)["decisions"]
    read = [read_decision(note, "dazhou-2017", here.centre.publisher.verifier) for note in notes]
    assert [(one.open, one.reason) for one in read] == [(False, "洪水"), (True, "水退了")]


@pytest.mark.parametrize(
    ("cell", "by", "words"),
    [
        ("sex=3", "督导01", "no quota cell"),
        ("sex=1", " ", "a name and a reason"),
        ("sex=1", "督导\n01", "one line"),
    ],
)
def test_what_is_no_decision_is_refused_in_words(
    office: tuple[Office, str], capsys: pytest.CaptureFixture[str], cell: str, by: str, words: str
) -> None:
    here, url = office
    assert here.run(url, "close-cell", cell, "--by", by, "--reason", "洪水") != 0
    assert words in capsys.readouterr().err
    assert here.registry.index.pool(Plan()).cells(0)["decisions"] == []


def test_only_named_columns_of_these_cases_go_with_them(tmp_path: Path) -> None:
    table = tmp_path / "panel.csv"
    table.write_text("电话,窗口,姓名\n138 8280 0001,社保,张三\n13882800002,税务,李四\n", encoding="gb18030")
    cases = [Case("0" * 16, "0" * 64, "13882800001")]
    assert columns(table, ["窗口"], cases) == {"13882800001": {"窗口": "社保"}}
    assert columns(None, [], cases) == {}
    with pytest.raises(UsageError, match="Columns come out of a table"):
        columns(None, ["窗口"], cases)
    with pytest.raises(StudyError, match="no column"):
        columns(table, ["地址"], cases)

"""Edge 28 of notes/method.md §2.5 on its whole way: the supervisor's command, central as it is served, the desk."""

import json
from typing import Any

import pytest

from app.__main__ import main
from app.canonical import decode
from app.evidence.journal import read
from app.interview.screen import Notice, Page
from app.sample.pull import Fate
from tests.field_day import FieldDay, FieldDesk, printed

REASON = "邻居转告：今天上午请他回电"


@pytest.fixture
def day(day: FieldDay) -> FieldDay:
    """With 500 numbers drawn."""
    day.draw_sample(500)
    return day


def room_of(day: FieldDay) -> tuple[str, ...]:
    return ("--draws", str(day.draws), "--keys", str(day.keys), *day.central)


def give(day: FieldDay, case: str, desk: str, *more: str) -> int:
    """What the supervisor types."""
    words = ("sample", "give", str(day.study), case, "--to", desk, *room_of(day), *more)
    return main([*words, "--by", "赵督导", "--reason", REASON])


def given(day: FieldDay, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What he sees of it."""
    capsys.readouterr()
    day.run("sample", "given", str(day.study), *room_of(day), "--json")
    found: list[dict[str, Any]] = printed(capsys)["given"]
    return found


def first_in_the_pool(day: FieldDay) -> str:
    rows = day.stores.index._database.query("SELECT id FROM pool_cases ORDER BY ticket LIMIT 1")
    return str(next(iter(rows))["id"])


def name_of(desk: FieldDesk) -> str:
    return desk.station.name[:8]


def test_edge_28_from_the_supervisors_command_to_the_desk_and_back(
    day: FieldDay, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = day.desk(1, "访问员01"), day.desk(2, "I02")
    day.release(1)
    case = first_in_the_pool(day)  # desk 1 would be the first to get it
    assert give(day, case, name_of(two), "--lang", "zh") == 0
    assert f"样本 {case} 已指定给工作站 {name_of(two)}" in capsys.readouterr().out
    one.sync(4)
    assert not one.station.store.knows_case(case), "it is kept for desk 2"
    two.sync(4)
    assert given(day, capsys)[0]["fate"] == Fate.WAITS
    capsys.readouterr()
    day.run("sample", "why", case)
    assert f"by 赵督导 at 2026-03-03 09:00: {REASON}. It comes next." in capsys.readouterr().out
    day.run("sample", "pick", "--json", "--who", "I02")
    assert printed(capsys)["case"] == case
    two.take()
    assert (two.deeds, two.desk.screen.page) == ([], Page.DIALING)
    held = two.desk._work
    assert held is not None
    assert held.case.id == case
    two.talk_until(Page.OUTCOME)
    two.close()
    two.sync(4)
    (row,) = given(day, capsys)
    assert row == {
        "case": case,
        "desk": name_of(two),
        "by": "赵督导",
        "reason": REASON,
        "wall": row["wall"],
        "fate": Fate.TAKEN,
    }
    _stands_in_the_evidence_and_nobody_reads_why(day, two, case)


def _stands_in_the_evidence_and_nobody_reads_why(day: FieldDay, desk: FieldDesk, case: str) -> None:
    """The journal's line and central's log name the same note; who decided and why is on no disk of central's."""
    (line,) = [e.data for e in read(desk.desk._ledger.journal.path) if e.data["type"] == "case.pull"]
    log = [decode(each) for each in day.stores.log.entries(0, len(day.stores.log.tree))]
    (entry,) = [each for each in log if each["type"] == "case.give"]
    assert (entry["case"], entry["desk"], entry["sha256"]) == (case, name_of(desk), line["decision"])
    for path in day.archive.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert REASON.encode() not in data
        assert json.dumps(REASON).encode() not in data
        assert "赵督导".encode() not in data


def test_edge_28_what_cannot_be_given_is_refused_at_once_and_says_why(
    day: FieldDay, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = day.desk(1, "访问员01"), day.desk(2, "I02")
    day.release(1)
    case = first_in_the_pool(day)
    one.sync(4)
    refusals = {
        ("0" * 16, name_of(two)): "共享样本池里没有这个样本",
        (case, "ffffffff"): f"已登记的工作站：{'、'.join(sorted((name_of(one), name_of(two))))}",
        (case, name_of(two)): f"工作站 {name_of(one)} 持有该样本",
    }
    for (which, desk), words in refusals.items():
        assert give(day, which, desk, "--lang", "zh") != 0
        assert words in capsys.readouterr().err
    one.call(outcome="38", note="要求不再来电")
    one.sync(4)
    day.clock.advance(1000)
    assert give(day, one.deeds[0].case, name_of(two)) != 0
    assert "do-not-call list" in capsys.readouterr().err
    assert given(day, capsys) == []
    assert give(day, case, name_of(two), "--draws", str(day.folder)) != 0
    assert "room's key is not in this folder" in capsys.readouterr().err


def test_edge_28_a_case_that_the_desk_has_comes_next_and_one_called_meanwhile_is_told(
    day: FieldDay, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = day.desk(1, "访问员01")
    day.release(1)
    desk.sync(4)
    first, *_, last = desk.on_hand()
    assert give(day, last, name_of(desk)) == 0
    assert give(day, first, name_of(desk)) == 0
    desk.call()
    assert desk.deeds[-1].case == first, "in the order of the draw: the desk has not heard yet"
    desk.sync(4)
    desk.desk.next_case()
    screen = desk.desk.screen
    assert screen.case is not None
    assert (screen.case.case, screen.notice, screen.notice_text) == (last, Notice.GIVEN, REASON)
    desk.sync(4)
    assert {row["case"]: row["fate"] for row in given(day, capsys)} == {first: Fate.CALLED, last: Fate.TAKEN}
    capsys.readouterr()
    day.run("sample", "given", str(day.study), *room_of(day), "--lang", "zh")
    assert "作出决定后该样本已经拨打过" in capsys.readouterr().out

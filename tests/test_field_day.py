"""The field report of a day that really was: every number in it is held against what was done at the desks."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest

from app.__main__ import main
from app.central.pool_routes import pool_of
from app.central.shared import LEASE
from app.evidence.note import Signer
from app.quotas import Quotas, decision_note
from app.sample.quota import Closure, Kind, Quota
from tests.field_day import Deed, FieldDay, FieldDesk, printed

_MINUTES = 60_000


def order(deeds: Sequence[Deed]) -> float:
    """The share of pairs that were first dialled the other way round, counted pair by pair."""
    pairs = list(combinations(dict.fromkeys(deed.ticket for deed in deeds), 2))
    return sum(first > second for first, second in pairs) / len(pairs)


def work(day: FieldDay) -> tuple[FieldDesk, FieldDesk, Deed]:
    """One desk loses its line to central for good; one works in the order of the draw; one picks the latest first. An appointment is not
    kept, a cell is closed, and at the end an interview goes on: that call is returned."""
    first, second, lost = (day.desk(n, who) for n, who in ((1, "访问员01"), (2, "I02"), (3, "I03")))
    day.release(1)
    lost.sync(4)
    for _ in range(3):
        lost.call()
    day.clock.advance(LEASE + 1)
    first.sync(20)
    for _ in range(20):
        first.call()
    first.sync(12)
    for _ in range(11):
        first.call()
    first.call(outcome="32", note="+60")
    first.sync(0)
    second.sync(20)
    for case in reversed(second.on_hand()):
        second.call(case)
    decided = ("sex=1", "--keys", str(day.keys), *day.central, "--by", "督导01", "--reason", "洪水")
    day.run("sample", "close-cell", str(day.study), *decided)
    second.sync(20)
    under_way = second.begin_interview()
    day.clock.advance(2 * 60 * _MINUTES)
    second.sync(20)
    return first, second, under_way


@pytest.mark.long
def test_the_report_says_what_was_done(day: FieldDay, capsys: pytest.CaptureFixture[str]) -> None:
    day.draw_sample(500)
    first, second, under_way = work(day)
    known = [*first.deeds, *second.deeds]  # what goes on is handed in with the call's next checkpoint
    report = ("sample", "report", str(day.archive), "--draw", str(day.draw), "--now", _now(day))
    told = _told(day, capsys, *report)
    assert _counts(told["tables"]["all"][0]) == _done(known)
    assert {row["name"]: _counts(row) for row in told["tables"]["by interviewer"]} == {
        "I01 访问员01": _done(first.deeds),
        "I02 访问员02": _done(second.deeds),
    }
    assert [(row["name"], row["calls"]) for row in told["tables"]["by replicate"]] == [("1", len(known))]
    assert told["order"] == {
        "all": f"{order(known):.6f}",
        "interviewers": [
            {"name": "I01 访问员01", "index": f"{order(first.deeds):.6f}"},
            {"name": "I02 访问员02", "index": f"{order(second.deeds):.6f}"},
        ],
    }
    assert order(first.deeds) == 0
    assert order(second.deeds) > 0.5
    assert told["rates"]["RR1"] == f"{_done(known)['completes'] / 250:.6f}", "never dialled ones count"
    heard = {each["desk"]: (each["heard"] > 0, bool(each["silent"])) for each in told["desks"]}
    desks = [desk.station.name.partition(".")[0] for desk in day.desks]
    assert [heard[desk] for desk in desks] == [(True, True), (True, False), (True, True)], "in the field: one"
    _cells_as_they_are(day, capsys, told, [*known, under_way])
    _starved_as_they_are(told, first, known)
    _shown_alike(day, capsys, report, told)
    _counted_alike(day, capsys, told)


def _now(day: FieldDay) -> str:
    return datetime.fromtimestamp(day.clock.wall() / 1000, UTC).isoformat()


def _told(day: FieldDay, capsys: pytest.CaptureFixture[str], *command: str) -> dict[str, Any]:
    capsys.readouterr()
    day.run(*command, "--json")
    return printed(capsys)


def _counts(row: dict[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in ("calls", "completes", "refusals", "dead")}


def _done(deeds: Sequence[Deed]) -> dict[str, int]:
    by = Counter(deed.outcome for deed in deeds)
    return {"calls": len(deeds), "completes": by["60"], "refusals": by["36"], "dead": by["11"]}


def _cells_as_they_are(
    day: FieldDay, capsys: pytest.CaptureFixture[str], told: dict[str, Any], known: Sequence[Deed]
) -> None:
    """As counted here, as `sample cells` says, and as the opened interviews are; what cannot be known is not 0."""
    men, women = told["quotas"]
    complete = Counter(deed.sex for deed in known if deed.outcome == "60")
    going_on = [deed.sex for deed in known if not deed.outcome]
    assert going_on == ["2"], "nobody new begins in the cell that was closed"
    assert (men["cell"], men["done"], men["running"], men["open"]) == ("sex=1", complete["1"], 0, False)
    assert (men["by"], men["reason"]) == ("督导01", "洪水")
    assert (women["cell"], women["done"], women["running"], women["open"]) == (
        "sex=2",
        complete["2"],
        1,
        True,
    )
    cells = ("sample", "cells", str(day.study), "--draws", str(day.draws), "--keys", str(day.keys))
    assert _told(day, capsys, *cells, *day.central)["cells"] == told["quotas"]
    bare = ("sample", "report", str(day.archive), "--now", _now(day))
    blind = _told(day, capsys, *bare)["quotas"]
    assert [(cell["done"], cell["running"], cell["open"]) for cell in blind] == [
        (None, None, False),
        (None, None, None),
    ]
    assert blind[0]["by"] == "督导01", "a decision is signed, and not sealed"
    opened = _told(day, capsys, *bare, "--identity", str(day.keys))["quotas"]
    assert [(cell["done"], cell["running"]) for cell in opened] == [
        (complete["1"], None),
        (complete["2"], None),
    ]


def _counted_alike(day: FieldDay, capsys: pytest.CaptureFixture[str], told: dict[str, Any]) -> None:
    """The index rests on the interviews that the field report counts, and its rates on the numbers in central's pool."""
    where = ("--identity", str(day.keys), "--out", str(day.folder / "report"))
    counted = _told(day, capsys, "results", "report", str(day.archive), *where)
    (all_of_them,) = told["tables"]["all"]
    assert (counted["calls"], counted["scored"]) == (all_of_them["calls"], all_of_them["completes"])
    assert (counted["cases"], counted["index"]["4"]) == (250, "70.00"), "everybody lives there and says seven"
    assert counted["rates"] == {name: f"{float(told['rates'][name]):.4f}" for name in counted["rates"]}


def _starved_as_they_are(told: dict[str, Any], first: FieldDesk, known: Sequence[Deed]) -> None:
    """Nobody on the roster converts refusals; one appointment was not kept."""
    lacks = {case: each["lack"] for case, each in told["starved"].items()}
    refused = {deed.case: "skill" for deed in known if deed.outcome == "36"}
    (promised,) = (deed.case for deed in first.deeds if deed.outcome == "32")
    assert lacks == {**refused, promised: "missed"}


def _shown_alike(
    day: FieldDay, capsys: pytest.CaptureFixture[str], report: Sequence[str], told: dict[str, Any]
) -> None:
    """The same in text and on the page."""
    capsys.readouterr()
    page = day.folder / "field.html"
    day.run(*report)
    text = capsys.readouterr().out
    day.run(*report, "--html", str(page))
    shown = page.read_text(encoding="utf-8")
    for said in (text, shown):
        assert "I01 访问员01" in said
        assert "督导01" in said
        assert "洪水" in said
        assert all(case in said for case in told["starved"])
        assert not re.search(r"1[3-9]\d{9}", said), "a number"
    assert f"{told['quotas'][1]['done']} of 30 done, 1 running, open" in text
    assert "by interviewer" in text
    assert "约访已过时未拨" in shown


def test_the_desk_explains_a_case_as_the_report_does(
    day: FieldDay, capsys: pytest.CaptureFixture[str]
) -> None:
    day.draw_sample(500)
    desk = day.desk(1, "I01")
    day.release(1)
    desk.sync(4)
    for _ in range(3):
        desk.call()
    case = next(deed.case for deed in desk.deeds if deed.outcome == "36")
    capsys.readouterr()
    day.run("sample", "why", case)
    said = capsys.readouterr().out
    desk.sync(0)
    found = _told(day, capsys, "sample", "report", str(day.archive), "--draw", str(day.draw))["starved"]
    assert found[case]["why"] == "It asks for refusal, which nobody on the roster has."
    assert found[case]["why"] in said.splitlines()
    capsys.readouterr()
    day.run("sample", "why", case, "--lang", "en")
    assert "given back to the room's pool" in capsys.readouterr().out
    day.run("sample", "why", case, "--lang", "zh")
    said = capsys.readouterr().out
    assert "已退回样本池" in said
    assert "  36 拒访" in said, "each call by its outcome's name in that language"
    day.run("sample", "pick", "--lang", "zh")
    assert "现在没有可拨的样本。" in capsys.readouterr().out
    assert main(["sample", "report", str(day.archive), "--draw", str(day.draw), "--lang", "zh"]) == 0
    assert "乱序率" in capsys.readouterr().out


def test_who_begins_is_known_to_the_other_desks_while_he_is_still_being_interviewed(
    day: FieldDay, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the window has sent during the call when few places are left: the counts, and neither lines nor files."""
    day.draw_sample(500)
    one, two = day.desk(1, "I01"), day.desk(2, "I02")
    day.release(1)
    one.sync(20)
    sex = one.begin_interview().sex
    cell = (("sex", sex),)
    two.sync(4)
    assert dict(two.desk._ledger.quotas.filling().running) == {}
    objects = sorted((day.archive / "objects").iterdir())
    capsys.readouterr()
    one.sync_command("now", "--counts", "--json")
    told = printed(capsys)
    assert (told["objects"], told["events"], told["waiting"] > 0) == (0, 0, True)
    assert sorted((day.archive / "objects").iterdir()) == objects
    two.sync(4)
    assert dict(two.desk._ledger.quotas.filling().running) == {cell: 1}
    place = Quota(Kind.MARGINAL, ("sex",), {cell: 1})
    quotas = Quotas(two.station.store, (place,))
    assert not quotas.verdict({"sex": sex}, started=False).open, "the last place is his"


def test_a_decision_that_the_centre_did_not_sign_stops_the_report(
    day: FieldDay, capsys: pytest.CaptureFixture[str]
) -> None:
    """The saboteur: who runs central closes a cell by himself."""
    cell = (("sex", "1"),)
    forged = decision_note(day.source.id, Closure(cell, "督导01", "洪水", 1), Signer("centre", b"z" * 32))
    pool_of(day.registry).decide(forged)
    assert main(["sample", "report", str(day.archive), "--now", _now(day)]) == 1
    assert "quota cells does not hold" in capsys.readouterr().err

"""A sample on its way into the room's pool and out to its desks, all on the command line."""

import csv
from pathlib import Path
from unittest.mock import Mock

import pytest

from app.central import roll
from tests.field_day import FieldDay

HEADINGS = ("电话", "县区", "办事窗口", "𠮷号", "姓名")
"""As an office writes them; the fourth begins with a character outside Unicode's first plane."""


@pytest.fixture
def day(day: FieldDay) -> FieldDay:
    """With 250 numbers drawn."""
    day.draw_sample(250)
    return day


def test_columns_with_chinese_headings_reach_the_desk(day: FieldDay, tmp_path: Path) -> None:
    table = tmp_path / "名单.csv"
    with table.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADINGS)
        rows.writerows([number, "宣汉县", "社保", str(n), "张三"] for n, number in enumerate(day.people))
    desk = day.desk(1, "I01")
    named = [word for name in HEADINGS[1:4] for word in ("--column", name)]
    day.release(1, "--panel", str(table), *named)
    desk.sync(4)
    store = desk.station.store
    known = {
        case.number: dict(store.columns_of(case.id)) for case in store.cases() if case.number in day.people
    }
    place = {number: str(n) for n, number in enumerate(day.people)}
    held = set(desk.on_hand())
    assert len(held) == 4
    for case in map(store.case, held):
        assert known[case.number] == {"县区": "宣汉县", "办事窗口": "社保", "𠮷号": place[case.number]}


def test_a_desk_that_is_enrolled_after_the_release_says_what_it_lacks_and_is_given_it(
    day: FieldDay, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = Mock(wraps=roll.listing)
    monkeypatch.setattr(roll, "listing", listing)
    day.release(1)
    late = day.desk(1, "I01")
    capsys.readouterr()
    late.sync(4)
    assert "fangxin sample admit" in capsys.readouterr().out
    day.admit()
    assert listing.call_count == 2, "each command asks once for the list, and goes by what central signed"
    said = capsys.readouterr().out
    assert "1 desks have the room's key" in said
    assert late.station.name.partition(".")[0] in said, (
        "only central says which desks there are: a person compares the names"
    )
    late.sync(4)
    assert "4 on hand" in capsys.readouterr().out


def test_whoever_only_looks_at_the_cells_hands_the_rooms_key_to_nobody(
    day: FieldDay, capsys: pytest.CaptureFixture[str]
) -> None:
    day.release(1)
    late = day.desk(1, "I01")
    where = (str(day.study), "--draws", str(day.draws), "--keys", str(day.keys))
    day.run("sample", "cells", *where, *day.central)
    capsys.readouterr()
    late.sync(4)
    assert "fangxin sample admit" in capsys.readouterr().out

"""`fangxin results rates` on the oracle's five field works, and on tables with a slip."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import main

ORACLE = json.loads(
    (Path(__file__).parents[1] / "vectors" / "aapor" / "aapor_rates.json").read_text(encoding="utf-8")
)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The rates of a table with this text: exit code, what was said, what was complained of."""
    monkeypatch.chdir(tmp_path)

    def once(text: str, *more: str) -> tuple[int, str, str]:
        Path("field.csv").write_text(text, encoding="utf-8")
        code = main(["results", "rates", "field.csv", *more])
        said = capsys.readouterr()
        return code, said.out, said.err

    return once


@pytest.mark.parametrize("case", ORACLE, ids=lambda case: case["case"])
def test_the_rates_are_those_of_the_independent_software(run: Run, case: dict[str, object]) -> None:
    rows = "".join(f"{name},{count}\n" for name, count in dict(case["counts"]).items())  # type: ignore[call-overload]
    code, said, told = run(f"category,count\n{rows}", "--e", repr(case["e"]), "--json")
    assert (code, told) == (0, "")
    found = {name: rate["value"] for name, rate in json.loads(said)["rates"].items()}
    for name, value in dict(case["rates"]).items():  # type: ignore[call-overload]
        assert float(found[name]) == pytest.approx(value, abs=1e-12)


def test_a_row_is_a_case_where_nothing_else_is_said(run: Run) -> None:
    code, said, _ = run("outcome\n60\n60\n38\n", "--json")
    assert code == 0
    counts = {name: n for name, n in json.loads(said)["counts"].items() if n != "0"}
    assert counts == {"I": "2", "R": "1"}


def test_a_rate_without_a_denominator_is_none_and_not_nought(run: Run) -> None:
    code, said, _ = run("category,count\nNE,5\n", "--json")
    assert code == 0
    assert json.loads(said)["rates"]["RR1"]["value"] is None
    assert "RR1         —" in run("category,count\nNE,5\n")[1]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("category,count\nI,5\nX,1\n", '"X" is no category and no outcome (field.csv, line 3)'),
        ("category,count\nI,five\n", '"five" is no count (field.csv, line 2)'),
        ("category,count\nI,-1\n", '"-1" is no count (field.csv, line 2)'),
        ("category,count\nI,nan\n", '"nan" is no count (field.csv, line 2)'),
        ("colour\nred\n", "The table has no column category"),
        ("category,count\nI,0\n", "Nothing is counted in this table (field.csv)"),
        ("", "The table is empty (field.csv)"),
    ],
)
def test_a_slip_is_named_with_its_line(run: Run, text: str, named: str) -> None:
    code, said, told = run(text)
    assert code in (1, 2)
    assert said == ""
    assert told.startswith(f"fangxin: {named}")

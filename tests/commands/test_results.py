"""`fangxin results rates` on the oracle's five field works, and on tables with a slip."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Run

ORACLE = json.loads(
    (Path(__file__).parents[1] / "vectors" / "aapor" / "aapor_rates.json").read_text(encoding="utf-8")
)


@pytest.fixture
def run(fangxin: Run) -> Run:
    """The rates of a table with this text."""

    def once(text: str, *more: str) -> tuple[int, str, str]:
        Path("field.csv").write_text(text, encoding="utf-8")
        return fangxin("results", "rates", "field.csv", *more)

    return once


@pytest.mark.parametrize("case", ORACLE, ids=lambda case: case["case"])
def test_the_rates_are_those_of_the_independent_software(run: Run, case: dict[str, object]) -> None:
    rows = "".join(f"{name},{count}\n" for name, count in dict(case["counts"]).items())  # type: ignore[call-overload]
    code, said, told = run(f"category,count\n{rows}", "--e", repr(case["e"]), "--json")
    assert (code, told) == (0, "")
    found = {name: rate["value"] for name, rate in json.loads(said)["rates"].items()}
    for name, value in dict(case["rates"]).items():  # type: ignore[call-overload]
        assert float(found[name]) == pytest.approx(value, abs=1e-12)


def test_the_two_step_e_of_weighted_counts_by_hand(run: Run) -> None:
    """e1 = (25 + 5 + 20 − 8) / (25 + 5 + 20), e2 = 25 / (25 + 20 − 8): offices are no households."""
    rows = "category,weight\nI,10\nR,12.5\nNC,2.5\nUH,40\nUO,5\nNE,20\n"
    code, said, told = run(rows, "--no-household", "8", "--json")
    assert (code, told) == (0, "")
    found = {name: rate["value"] for name, rate in json.loads(said)["rates"].items()}
    first, second = 42 / 50, 25 / 37
    assert float(found["e1"]) == pytest.approx(first, abs=1e-12)
    assert float(found["e2"]) == pytest.approx(second, abs=1e-12)
    assert float(found["RR3-2"]) == pytest.approx(10 / (25 + first * second * 40 + second * 5), abs=1e-12)
    assert float(found["RR3"]) == pytest.approx(10 / (25 + 25 / 45 * 45), abs=1e-12)
    assert "cannot be parts" in run(rows, "--no-household", "21")[2]
    assert "RR3-2" not in json.loads(run("category\nUH\n", "--no-household", "0", "--json")[1])["rates"]


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

"""fangxin results: the report from an archive; rates out of a table of outcomes, for whoever wants to check ours or reckon his own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.commands import index
from app.commands.cli import Commands
from app.commands.frames import Json
from app.commands.invocation import extra
from app.errors import StudyError, UsageError
from app.results.rates import Rate, rates, stepped
from app.results.words import percent
from app.sample.outcome import Category, load_outcomes
from app.sample.reading import read_rows

cli = Commands("The index and its report; rates reckoned from a table.")
cli.command()(index.report)

_HEADINGS = {
    "category": ("outcome", "类别", "结果码", "结果代码"),
    "count?": ("weight", "cases", "n", "数量", "权数"),
}


@cli.command(name="rates")
def rates_command(
    table: Annotated[
        Path,
        typer.Argument(
            help="CSV or XLSX: category (I, P, R, NC, O, UH, UO, NE) or outcome (its key), and count or weight; without it a row is a case."
        ),
    ],
    e: Annotated[
        float | None,
        typer.Option(
            "--e", help="Share of the unresolved that is eligible; else as AAPOR's calculator reckons it."
        ),
    ] = None,
    dead: Annotated[float, typer.Option(help="How many of NE were announced as not working.")] = 0,
    no_household: Annotated[
        float | None,
        typer.Option(
            help="How many of NE are no household's or person's: RR3 and RR4 by the two-step e too."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Reckon AAPOR's rates, each with its formula: RR1-6, COOP1-4, REF1-3, CON1-3, e. A rate whose denominator is zero is none, never 0."""
    with extra("centre"):  # a workbook needs a library that a workstation has not
        counts = _counts(table)
    found = rates(counts, e, dead=dead)
    if no_household is not None:
        found |= stepped(counts, no_household=no_household, dead=dead)
    if as_json:
        told = {name: {"value": _text(rate.value), "formula": rate.formula} for name, rate in found.items()}
        typer.echo(encode({"counts": {name: _text(n) for name, n in counts.items()}, "rates": told}).decode())
        return
    typer.echo("  ".join(f"{name} {_text(n)}" for name, n in counts.items()))
    for rate in found.values():
        typer.echo(_line(rate))


def _line(rate: Rate) -> str:
    return f"{rate.name:<6} {percent(rate.value):>6}   {rate.formula}"


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:.15g}"  # canonical JSON has no floats


def _counts(table: Path) -> Mapping[str, float]:
    """Category → cases or weights, of all rows; all or nothing. Raises StudyError naming the first row that is none."""
    found, outcomes = {each.value: 0.0 for each in Category}, load_outcomes()
    for line, row in read_rows(table, _HEADINGS):
        said, where = row["category"], f"{table}, line {line}"
        category = said if said in found else outcomes[said].category.value if said in outcomes else ""
        if not category:
            todo = f"Write one of {', '.join(found)}, or an outcome's key, as 60."
            raise StudyError(f'"{said[:20]}" is no category and no outcome', where=where, todo=todo)
        found[category] += _number(row.get("count", "1"), where)
    if not any(found.values()):
        raise UsageError("Nothing is counted in this table", where=str(table))
    return found


def _number(text: str, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e15:
        raise StudyError(
            f'"{text[:20]}" is no count', where=where, todo="Write a number of cases, or a weight."
        )
    return number

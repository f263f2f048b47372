"""fangxin sample design: what a design will cost and show."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.errors import UsageError
from app.results.design_words import caution
from app.sample.design import Assumed, outlook
from app.sample.frame import frame_size
from app.study.load import load
from app.study.model import StudySource, shares_of

_USUAL = Assumed()


def design(
    study: Annotated[Path, typer.Argument(help="Study folder.")],
    target: Annotated[int, typer.Option(min=1, help="Interviews a unit.")] = 400,
    own: Annotated[
        list[str] | None, typer.Option("--own", help="Target of one unit, as 3=200. May be repeated.")
    ] = None,
    sd: Annotated[float, typer.Option(min=0.1, help="Spread of respondents' index, 0–100.")] = _USUAL.sd,
    deff: Annotated[float, typer.Option(min=0.1, help="Design effect.")] = _USUAL.deff,
    dials: Annotated[
        float, typer.Option(min=1, help="Dials a complete interview.")
    ] = _USUAL.dials_a_complete,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """What the design will cost and show: contacts, dials, precision and detectable change, before anybody is called."""
    source = load(study)
    assumed = Assumed(sd, deff, dials)
    targets = {**{unit.code: target for unit in source.units}, **_own(own or [], source)}
    found = outlook(targets, shares_of(source), assumed, frame=frame_size(study))
    rows, names = found.rows, {unit.code: unit.zh for unit in source.units}
    if as_json:
        document = [{name: _rounded(value) for name, value in asdict(row).items()} for row in rows]
        known = {name: _rounded(value) for name, value in asdict(assumed).items()}
        warned = [
            {"what": w.caution.value, "units": list(w.units), "amount": _rounded(w.amount)}
            for w in found.warned
        ]
        typer.echo(encode({"units": document, "assumed": known, "warnings": warned}).decode())
        return
    typer.echo(
        f"{found.interviews} interviews. A mobile segment fixes the city, never the county: counties are found by screening."
    )
    typer.echo(
        "unit        share target  eligible contacts        dials   index ±   change seen between two years"
    )
    for row in rows:
        name = names[row.unit] + "\u3000" * max(0, 5 - len(names[row.unit]))
        contacts = f"{row.contacts:8.0f} ± {1.96 * row.spread:<6.0f}"
        typer.echo(
            f"{name} {row.share:6.1%} {row.target:6}  {contacts} {row.dials:10.0f}   {row.margin:7.2f}   {row.change:.2f}"
        )
    typer.echo(f"all                                          {found.dials:10.0f}")
    for each in found.warned:
        typer.echo(f"Note: {caution(each, names).en}")
    typer.echo(
        f"Assumed: spread {sd:g} points, design effect {deff:g}, {dials:g} dials a complete, 95 % intervals, 80 % power."
    )


def _own(given: list[str], source: StudySource) -> dict[str, int]:
    """Unit code → target."""
    found = {}
    for text in given:
        unit, _, number = text.partition("=")
        if unit not in shares_of(source) or not number.isdecimal() or not int(number):
            codes = ", ".join(f"{each.code} {each.zh}" for each in source.units)
            raise UsageError(f'"{text}" is no target of a unit', todo=f"Write it as 3=200. Units: {codes}.")
        found[unit] = int(number)
    return found


def _rounded(value: object) -> object:
    return f"{value:.4f}" if isinstance(value, float) else value  # canonical JSON has no floats

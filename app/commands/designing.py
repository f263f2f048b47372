"""fangxin sample design: what a design will cost and show."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.canonical import encode
from app.commands.frames import Folder, Json
from app.commands.speech import announce
from app.commands.tongue import Lang, said_in, tongue
from app.errors import UsageError
from app.results.design_words import caution
from app.sample.design import Assumed, Outlook, outlook, sample_size
from app.sample.frame import frame_size
from app.sample.records import read_records
from app.study.load import load
from app.study.model import StudySource, shares_of

_USUAL = Assumed()


def design(
    context: typer.Context,
    study: Folder,
    target: Annotated[int, typer.Option(min=1, help="Interviews in each unit.")] = 400,
    own: Annotated[list[str] | None, typer.Option("--own", help="Target of one unit, as 3=200.")] = None,
    within: Annotated[
        float,
        typer.Option(
            min=0, max=50, help="Instead of --target: so many that a share is known within ± these points."
        ),
    ] = 0,
    sd: Annotated[
        float, typer.Option(min=0.1, help="Standard deviation of the respondents' index (0 to 100).")
    ] = _USUAL.sd,
    deff: Annotated[float, typer.Option(min=0.1, help="Design effect.")] = _USUAL.deff,
    dials: Annotated[
        float, typer.Option(min=1, help="Dials for each complete interview.")
    ] = _USUAL.dials_a_complete,
    lang: Lang = "",
    as_json: Json = False,
) -> None:
    """Say what the design will cost and show: contacts, dials, precision and detectable change, before anybody is called."""
    spoken = tongue(context, lang)
    with said_in(spoken):
        source, assumed = load(study), Assumed(sd, deff, dials)
        targets = {**_targets(source, target, within, deff), **_own(own or [], source)}
        found = outlook(targets, shares_of(source), assumed, frame=frame_size(study))
        records = read_records(study / "frame")
        if as_json:
            typer.echo(encode({**_document(found, assumed), "tables": records}).decode())
            return
        _show(source, found, assumed)
        _warn(source, found, spoken)
        for each in records:
            announce(f"Frame out of {each['table']} of {each['date']}, SHA-256 {each['sha256']}")
        if not records:
            announce("Where the frame comes from is not recorded: make it with `fangxin sample frame`.")


def _warn(source: StudySource, found: Outlook, spoken: str) -> None:
    names = {unit.code: unit.zh for unit in source.units}
    for each in found.warned:
        words = caution(each, names)
        typer.echo(f"* {words.of(spoken)}")


def _targets(source: StudySource, target: int, within: float, deff: float) -> dict[str, int]:
    if not within:
        return {unit.code: target for unit in source.units}
    persons = {unit.code: 0 for unit in source.units}
    for cell in source.population:
        persons[cell.unit] += cell.persons
    return {code: sample_size(within / 100, 0.5, n or None, deff) for code, n in persons.items()}


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


def _show(source: StudySource, found: Outlook, assumed: Assumed) -> None:
    names = {unit.code: unit.zh for unit in source.units}
    announce(
        "A mobile segment fixes the city, never the county: counties are found by screening, and the smallest decides."
    )
    announce(
        "unit        share  interviews  eligible contacts        dials   index ±   change seen between two years"
    )
    for row in found.rows:
        name = names[row.unit] + "\u3000" * max(0, 5 - len(names[row.unit]))
        contacts = f"{row.contacts:8.0f} ± {1.96 * row.spread:<6.0f}"
        typer.echo(
            f"{name} {row.share:6.1%}  {row.target:10}  {contacts} {row.dials:10.0f}   {row.margin:7.2f}   {row.change:.2f}"
        )
    announce(f"all: {found.interviews} interviews, {found.dials:.0f} dials")
    announce(
        f"Assumed: spread {assumed.sd:g} points, design effect {assumed.deff:g}, {assumed.dials_a_complete:g} dials a complete, "
        "95% intervals, 80% power."
    )


def _document(found: Outlook, assumed: Assumed) -> dict[str, object]:
    return {
        "units": [{name: _rounded(value) for name, value in asdict(row).items()} for row in found.rows],
        "assumed": {name: _rounded(value) for name, value in asdict(assumed).items()},
        "warnings": [
            {"what": each.caution.value, "units": list(each.units), "amount": _rounded(each.amount)}
            for each in found.warned
        ],
    }


def _rounded(value: object) -> object:
    return f"{value:.4f}" if isinstance(value, float) else value  # canonical JSON has no floats

"""fangxin sample, before the draw: frames out of operators' tables, clean lists of people, and what a design costs and shows."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.clock import system_entropy
from app.commands.invocation import bar, extra
from app.commands.tongue import Tell, said_in, tongue
from app.errors import StudyError
from app.evidence.durable import storage_errors
from app.sample.design import Assumed, Expected, expected, sample_size
from app.sample.numbers import BadRow, Ill
from app.sample.records import read_records
from app.study.load import load
from app.study.model import StudySource

_USUAL = Assumed()
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Lang = Annotated[str, typer.Option(help="zh or en; without it as the system.")]
Folder = Annotated[Path, typer.Argument(help="Study folder.")]
Draws = Annotated[Path, typer.Option(help="Folder of this study's draws, on the centre's station.")]


def register(cli: typer.Typer) -> None:
    """Add the commands to `fangxin sample`."""
    cli.command()(frame)
    cli.command(name="list")(list_)
    cli.command()(design)


def frame(
    context: typer.Context,
    tables: Annotated[list[Path], typer.Argument(help="Operators' segment tables: CSV, XLSX or phone.dat.")],
    city: Annotated[str, typer.Option(help="The city, as the table writes it.")],
    date: Annotated[str, typer.Option(help="Date of the table, as its supplier says.")],
    out: Annotated[Path, typer.Option(help="The study's frame table to write, as frame/mobile.csv.")],
    lang: Lang = "",
    as_json: Json = False,
) -> None:
    """Make the frame of a city out of operators' tables, and beside it the record of where it came from."""
    with said_in(tongue(context, lang)) as tell:
        with extra("centre"):  # libphonenumber: the centre's, not the workstation's
            from app.sample.segments import TableError, import_segments, write_frame
        try:
            with storage_errors(out), bar(tell("reading"), of_bytes=False) as heard:
                found, records = import_segments(tables, city, date, heard)
                write_frame(found, records, out)
        except TableError as error:
            _complain(error.rows, tell)
            raise
        if as_json:
            document = {"segments": len(found.segments), "numbers": len(found), "frame": found.digest}
            typer.echo(encode({**document, "tables": [asdict(record) for record in records]}).decode())
            return
        for record in records:
            ill = "; ".join(f"{n} × {tell(Ill[why.upper()])}" for why, n in sorted(record.ill.items()))
            typer.echo(
                tell(
                    f"{record.table} ({record.date}, SHA-256 {record.sha256}): {record.seen} segments, {record.taken} taken, "
                    f"{record.other_city} of other cities, left out: {ill or 'none'}"
                )
            )
        typer.echo(tell(f"{len(found.segments)} segments, {len(found):,} numbers, frame {found.digest}"))


def list_(
    context: typer.Context,
    table: Annotated[Path, typer.Argument(help="List of people: CSV or XLSX with a column number.")],
    draws: Draws,
    out: Annotated[Path, typer.Option(help="The clean list to write: number, unit.")],
    without: Annotated[
        list[Path] | None,
        typer.Option(help="Hashes of an earlier list (LIST.hashes): whoever stands there is left out."),
    ] = None,
    lang: Lang = "",
) -> None:
    """Check a list of numbers row by row and take repeats out. Nothing is written while a row is wrong."""
    with said_in(tongue(context, lang)) as tell:
        with extra("centre"):
            from app.sample.cleaning import clean  # libphonenumber, as above
        with bar(tell("reading"), of_bytes=False) as heard:
            report = clean(table, draws, out, system_entropy, without=without or (), heard=heard)
        _complain(report.bad, tell)
        if report.bad_in_all:
            raise StudyError(
                f"{report.bad_in_all} of {report.rows} rows cannot be taken, so nothing was written",
                where=str(table),
                todo="Mend the lines above.",
            )
        typer.echo(tell(f"{report.taken} numbers written, {report.repeats} repeats left out"))
        for line in report.twice:
            typer.echo(tell(f"line {line}: repeat"))
        if without:
            typer.echo(tell(f"{report.earlier} left out that stood in an earlier list"))
        for line in report.before:
            typer.echo(tell(f"line {line}: in an earlier list"))


def _complain(rows: tuple[BadRow, ...], tell: Tell) -> None:
    for bad in rows:
        typer.echo(tell(str(bad)), err=True)


def design(
    context: typer.Context,
    study: Folder,
    target: Annotated[int, typer.Option(min=1, help="Interviews a unit.")] = 400,
    within: Annotated[
        float,
        typer.Option(
            min=0, max=50, help="Instead of --target: so many that a share is known within ± these points."
        ),
    ] = 0,
    sd: Annotated[float, typer.Option(min=0.1, help="Spread of respondents' index, 0–100.")] = _USUAL.sd,
    deff: Annotated[float, typer.Option(min=0.1, help="Design effect.")] = _USUAL.deff,
    dials: Annotated[
        float, typer.Option(min=1, help="Dials a complete interview.")
    ] = _USUAL.dials_a_complete,
    lang: Lang = "",
    as_json: Json = False,
) -> None:
    """What the design will cost and show: contacts, dials, precision and detectable change, before anybody is called."""
    source, assumed = load(study), Assumed(sd, deff, dials)
    targets = _targets(source, target, within, deff)
    rows = expected(targets, {unit.code: float(unit.share) for unit in source.units}, assumed)
    records = read_records(study / "frame")
    if as_json:
        units = [{name: _rounded(value) for name, value in asdict(row).items()} for row in rows]
        known = {name: _rounded(value) for name, value in asdict(assumed).items()}
        typer.echo(encode({"units": units, "assumed": known, "tables": records}).decode())
        return
    with said_in(tongue(context, lang)) as tell:
        _show(source, rows, assumed, tell)
        for record in records:
            typer.echo(
                tell(f"Frame out of {record['table']} of {record['date']}, SHA-256 {record['sha256']}")
            )
        if not records:
            typer.echo(
                tell("Where the frame comes from is not recorded: make it with `fangxin sample frame`.")
            )


def _targets(source: StudySource, target: int, within: float, deff: float) -> dict[str, int]:
    if not within:
        return {unit.code: target for unit in source.units}
    persons = {unit.code: 0 for unit in source.units}
    for cell in source.population:
        persons[cell.unit] += cell.persons
    return {code: sample_size(within / 100, 0.5, n or None, deff) for code, n in persons.items()}


def _show(source: StudySource, rows: list[Expected], assumed: Assumed, tell: Tell) -> None:
    names = {unit.code: unit.zh for unit in source.units}
    typer.echo(
        tell(
            "A mobile segment fixes the city, never the county: counties are found by screening, and the smallest decides."
        )
    )
    typer.echo(
        tell(
            "unit        share  interviews  eligible contacts        dials   index ±   change seen between two years"
        )
    )
    for row in rows:
        name = names[row.unit] + "\u3000" * max(0, 5 - len(names[row.unit]))
        contacts = f"{row.contacts:8.0f} ± {1.96 * row.spread:<6.0f}"
        typer.echo(
            f"{name} {row.share:6.1%}  {row.target:10}  {contacts} {row.dials:10.0f}   {row.margin:7.2f}   {row.change:.2f}"
        )
    typer.echo(
        tell(f"all: {sum(row.target for row in rows)} interviews, {sum(row.dials for row in rows):.0f} dials")
    )
    typer.echo(
        tell(
            f"Assumed: spread {assumed.sd:g} points, design effect {assumed.deff:g}, {assumed.dials_a_complete:g} dials a complete, "
            "95 % intervals, 80 % power."
        )
    )


def _rounded(value: object) -> object:
    return f"{value:.4f}" if isinstance(value, float) else value  # canonical JSON has no floats

"""fangxin sample, before the draw: frames out of operators' tables, clean lists of people."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.clock import system_entropy
from app.commands.invocation import bar, extra
from app.commands.speech import announce, told
from app.commands.tongue import Lang, said_in, tongue
from app.errors import StudyError
from app.evidence.durable import storage_errors
from app.sample.digits import BadRow, Ill

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Folder = Annotated[Path, typer.Argument(help="Study folder.")]
Draws = Annotated[Path, typer.Option(help="Folder of this study's draws, on the centre's station.")]


def register(cli: typer.Typer) -> None:
    """Add the commands to `fangxin sample`."""
    cli.command()(frame)
    cli.command(name="list")(list_)


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
    with said_in(tongue(context, lang)):
        with extra("centre"):  # libphonenumber: the centre's, not the workstation's
            from app.sample.segments import TableError, import_segments, write_frame
        try:
            with storage_errors(out), bar("reading") as heard:
                found, records = import_segments(tables, city, date, heard)
                write_frame(found, records, out)
        except TableError as error:
            _complain(error.rows)
            raise
        if as_json:
            document = {"segments": len(found.segments), "numbers": len(found), "frame": found.digest}
            typer.echo(encode({**document, "tables": [asdict(record) for record in records]}).decode())
            return
        for record in records:
            ill = "; ".join(f"{n} × {told(Ill[why.upper()])}" for why, n in sorted(record.ill.items()))
            announce(
                f"{record.table} ({record.date}, SHA-256 {record.sha256}): {record.seen} segments, {record.taken} taken, "
                f"{record.other_city} of other cities, left out: {ill or 'none'}"
            )
        announce(f"{len(found.segments)} segments, {len(found):,} numbers, frame {found.digest}")


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
    as_json: Json = False,
) -> None:
    """Check a list of numbers row by row and take repeats out. Nothing is written while a row is wrong."""
    with said_in(tongue(context, lang)):
        with extra("centre"):
            from app.sample.cleaning import clean  # libphonenumber, as above
        with bar("reading") as heard:
            report = clean(table, draws, out, system_entropy, without=without or (), heard=heard)
        _complain(report.bad)
        if report.bad_in_all:
            raise StudyError(
                f"{report.bad_in_all} of {report.rows} rows cannot be taken, so nothing was written",
                where=str(table),
                todo="Mend the lines above.",
            )
        if as_json:
            counts = {"rows": report.rows, "taken": report.taken, "repeats": report.repeats}
            lines = {"repeated": list(report.twice), "before": list(report.before)}
            typer.echo(encode({**counts, "earlier": report.earlier, **lines}).decode())
            return
        announce(f"{report.taken} numbers written, {report.repeats} repeats left out")
        for line in report.twice:
            announce(f"line {line}: repeat")
        if without:
            announce(f"{report.earlier} left out that stood in an earlier list")
        for line in report.before:
            announce(f"line {line}: in an earlier list")


def _complain(rows: tuple[BadRow, ...]) -> None:
    for bad in rows:
        announce(str(bad), err=True)

"""fangxin results report: the index with its intervals and the response rates, from the centre's own archive, as a page and a workbook."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.certificate import Checked
from app.certificate import told as verdict_told
from app.clock import SystemClock, in_china
from app.commands import custody, evidence
from app.commands.fieldwork import drawn_folder
from app.commands.frames import Json
from app.commands.invocation import bar, extra, verifiers
from app.commands.speech import announce, language
from app.commands.tongue import Lang, said_in, tongue
from app.errors import UsageError
from app.evidence.age import Identity
from app.evidence.verify import Verdict, verify
from app.evidence.witnessing import read_witness
from app.reporting import fit, look, report_of
from app.results.brief import document, text
from app.results.report import place_for_report, write_report
from app.results.summary import Report

_Draw = Annotated[
    Path | None, typer.Option(help="Folder of the draw, as draws/wave1: how many numbers were released.")
]
_Released = Annotated[
    int,
    typer.Option(
        min=0, help="How many numbers were released, also undialled ones; 0: as the draw or the archive says."
    ),
]


def report(
    context: typer.Context,
    archive: Annotated[Path, typer.Argument(help="Central's folder, or a whole copy of it.")],
    out: Annotated[Path, typer.Option(help="Folder for report.html and report.xlsx; none is written over.")],
    identity: custody.Identities = None,
    split: custody.Split = None,
    sheet: custody.Sheets = None,
    key: evidence.Keys = None,
    witness: evidence.Witness = None,
    witness_key: evidence.WitnessKeys = None,
    draw: _Draw = None,
    released: _Released = 0,
    lang: Lang = "",
    as_json: Json = False,
) -> None:
    """Write the report: index per unit with 95 % intervals, aspects, items, response rates. First the archive is checked: of an altered one
    nothing is counted."""
    with said_in(tongue(context, lang)):
        with extra("centre"):
            import xlsxwriter  # noqa: F401 - a library that is missing is said now, not after hours of checking
        evidence.go_together((), witness, witness_key)
        trusted, seen = verifiers(key or []), verifiers(witness_key or [])
        look(archive)
        if draw is not None:
            drawn_folder(draw)
        witnessed = read_witness(witness, seen) if witness else None
        with place_for_report(_beside(out, archive)):
            keys = custody.keys_of(identity, split, sheet)
            fit(archive, keys)
            with evidence.checking() as heard:
                verdict = verify(archive, keys=trusted, identities=keys, witnessed=witnessed, progress=heard)
            if not as_json or not verdict.integrity_ok:
                _say(Checked(archive, verdict, tuple(key or ())))
            made = _counted(archive, keys, verdict, draw, released)
            files = write_report(made, out)
        _tell(made, verdict, files, as_json=as_json)
        raise typer.Exit(0 if verdict.ok else 1)


def _counted(
    archive: Path, keys: Sequence[Identity], verdict: Verdict, draw: Path | None, released: int
) -> Report:
    today = in_china(SystemClock().wall()).date()
    with bar("opening interviews") as heard:
        return report_of(archive, keys, verdict, today=today, released=released, draw=draw, progress=heard)


def _beside(out: Path, archive: Path) -> Path:
    """The folder, which must not be in the archive: what lies there is evidence."""
    if out.resolve().is_relative_to(archive.resolve()):
        todo = "Name a folder outside it with --out."
        raise UsageError("Nothing is written into an archive", where=str(out), todo=todo)
    return out


def _say(checked: Checked) -> None:
    """The verdict; on stderr when nothing will be counted."""
    said = verdict_told(checked, language(), datetime.now(UTC).astimezone())
    typer.echo(said, err=not checked.verdict.integrity_ok)


def _tell(made: Report, verdict: Verdict, files: Mapping[str, Path], *, as_json: bool) -> None:
    if as_json:
        named = {kind: str(path) for kind, path in files.items()}
        typer.echo(encode({"v": 1, **document(made), "verified": verdict.to_json(), "files": named}).decode())
        return
    typer.echo("\n".join(("", *text(made, language()), "")))
    announce(f"{made.calls} calls; {made.scored} interviews are in the index")
    if made.basis is not None and not made.basis.undialled_known:
        announce(
            "How many numbers were handed out is not known here: those never dialled are in no rate. Give --draw or --released."
        )
    for file in files.values():
        typer.echo(str(file))

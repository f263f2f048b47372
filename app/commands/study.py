"""fangxin study: check a study folder or workbook, build the signed package, show what a package holds."""

import time
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.centre import Centre
from app.commands.invocation import verifiers
from app.questionnaire import xlsform
from app.study.bundle import build as build_package
from app.study.bundle import open_bundle
from app.study.load import load

cli = typer.Typer(help="The study: questionnaire, units, frame, signed package.", no_args_is_help=True)
_DAY = 24 * 60 * 60 * 1000


@cli.command()
def check(path: Annotated[Path, typer.Argument(help="Study folder or XLSForm workbook.")]) -> None:
    """Say what is wrong with a study before anyone dials."""
    if path.is_dir():
        source = load(path)
        typer.echo(
            f"{path}: good. {len(source.form.asked)} questions and notes, {len(source.items)} scored items, {len(source.units)} units."
        )
    else:
        form = xlsform.parse(xlsform.compile_workbook(path))
        form.check()
        typer.echo(f"{path}: good. {len(form.asked)} questions and notes in {', '.join(form.languages)}.")


@cli.command()
def build(
    folder: Annotated[Path, typer.Argument(help="Study folder.")],
    keys: Annotated[Path, typer.Option(help="Folder made by `fangxin centre keygen`.")],
    central: Annotated[str, typer.Option(help="Central's public key, or the file that holds it.")],
    out: Annotated[Path, typer.Option(help="The package to write.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long the package is good.")] = 90,
) -> None:
    """Compile, check and sign a study folder into one package for the workstations."""
    source, centre = load(folder), Centre.read(keys)
    made = build_package(
        source,
        version=source.version,
        expires=time.time_ns() // 1_000_000 + days * _DAY,
        recipients=centre.recipients,
        central_vkey=verifiers([central])[0].vkey,
        witness_vkeys=(),
        signer=centre.publisher,
        out=out,
    )
    typer.echo(f"{made}: {source.id} version {source.version}, signed by {centre.publisher.vkey}")


@cli.command()
def show(
    package: Annotated[Path, typer.Argument(help="A .study file.")],
    key: Annotated[list[str], typer.Option(help="The publisher's public key, or the file that holds it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check a package's signature and say what it holds."""
    study = open_bundle(package, trusted=verifiers(key), now=time.time_ns() // 1_000_000)
    facts = {
        "id": study.id,
        "version": study.version,
        "title": dict(study.title),
        "expires": study.expires,
        "suite": study.suite,
        "units": [unit.code for unit in study.units],
        "aspects": {aspect.code: aspect.weight for aspect in study.aspects},
        "recipients": list(study.recipients.centre + study.recipients.lead),
        "rehearsal_only": study.rehearsal_only,
    }
    if as_json:
        typer.echo(encode(facts).decode())
        return
    for name, value in facts.items():
        typer.echo(f"{name:>15}  {value}")

"""fangxin study: check a study folder or workbook, build the signed package, show what a package holds."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode, hexdigest
from app.centre import Centre
from app.clock import minute_in_china
from app.columns import columns, padded
from app.commands import checking
from app.commands.checking import played
from app.commands.cli import Commands
from app.commands.form import read_xform
from app.commands.invocation import verifiers
from app.commands.speech import announce, language
from app.commands.tongue import Lang, tongue
from app.errors import UsageError
from app.evidence.note import Verifier
from app.hearing.entry import entries
from app.questionnaire import xlsform
from app.questionnaire.lint.finding import ERROR, Finding
from app.questionnaire.show import page
from app.results.words import Words
from app.sample.calling import design_faults
from app.sample.outcome import load_outcomes
from app.study.author import examine
from app.study.bundle import build as build_package
from app.study.bundle import open_bundle
from app.study.load import load
from app.study.model import Study

cli = Commands("The study: questionnaire, units, frame, signed package.")
_DAY = 24 * 60 * 60 * 1000


@cli.command()
def check(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="Study folder or XLSForm workbook.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    scenarios: Annotated[
        Path | None, typer.Option(help="Folder of scenario files (*.txt) to play as well.")
    ] = None,
    lang: Lang = "",
    pace: Annotated[
        int,
        typer.Option(
            min=0, max=600, help="Characters an interviewer reads a minute; 0 = as study.toml says."
        ),
    ] = 0,
) -> None:
    """Say all that is wrong with a study before anyone dials. Exit 0 when nothing has to be mended."""
    language = tongue(context, lang)
    examined = examine(path, pace)
    findings, count = list(examined.questionnaire.findings), 0
    if examined.study is not None:
        findings += [
            Finding("study", fault.where, {"what": fault.what, "todo": fault.todo})
            for fault in design_faults(examined.study)
        ]
    if scenarios is not None and examined.questionnaire.good:
        count, failed = played(path, scenarios)
        findings += failed
    if as_json:
        typer.echo(checking.as_json(path, examined, findings, count, language))
    else:
        for line in checking.as_text(path, examined, findings, count, language):
            typer.echo(line)
    if any(finding.severity == ERROR for finding in findings):
        raise checking.sentence(findings, language)


@cli.command()
def build(
    folder: Annotated[Path, typer.Argument(help="Study folder.")],
    keys: Annotated[Path, typer.Option(help="Folder made by `fangxin centre keygen`.")],
    central: Annotated[str, typer.Option(help="Central's public key, or the file that holds it.")],
    out: Annotated[Path, typer.Option(help="The package to write.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days the package is valid.")] = 90,
    witness: Annotated[
        list[str] | None, typer.Option(help="A witness's public key, or the file that holds it.")
    ] = None,
) -> None:
    """Compile, check and sign a study folder into one package for the workstations."""
    source, centre = load(folder), Centre.read(keys)
    entries(source.files)
    for fault in design_faults(source):
        raise fault
    made = build_package(
        source,
        version=source.version,
        expires=time.time_ns() // 1_000_000 + days * _DAY,
        recipients=centre.recipients,
        central_vkey=verifiers([central])[0].vkey,
        witness_vkeys=tuple(each.vkey for each in verifiers(witness or [])),
        signer=centre.publisher,
        out=out,
    )
    announce(f"{made}: {source.id} version {source.version}, signed by {centre.publisher.vkey}")


@cli.command()
def show(
    path: Annotated[
        Path, typer.Argument(help="A .study file, a study folder, an XLSForm workbook or an XForm.")
    ],
    key: Annotated[
        list[str] | None,
        typer.Option(help="For a .study file: the publisher's public key, or the file that holds it."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the whole questionnaire with its routing as one HTML page.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the questionnaire for sign-off; of a package, check the signature and say what it holds."""
    if path.suffix.lower() == ".study":
        study = open_bundle(path, trusted=_trusted(key), now=time.time_ns() // 1_000_000)
        if out is None:
            _say(study, as_json=as_json)
            return
        form, digest = study.form, hexdigest(study.form_xml)
    elif out is None:
        raise UsageError("The page needs a file to go to", todo="Name one with --out.")
    else:
        xml = read_xform(path)
        form, digest = xlsform.parse(xml), hexdigest(xml)
    outcomes = {str(each.key): (each.zh, each.en) for each in load_outcomes().values()}
    try:
        out.write_text(page(form, outcomes, digest), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The page cannot be written: {error.strerror}", where=str(out)) from error
    announce(f"{out}: {form.title}, {len(form.asked)} questions and notes")


def _trusted(key: list[str] | None) -> list[Verifier]:
    if not key:
        raise UsageError(
            "Whose package it is cannot be told without a key",
            todo="Name the publisher's public key with --key.",
        )
    return verifiers(key)


def _say(study: Study, *, as_json: bool) -> None:
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
    for line in _lines(study, language()):
        typer.echo(line)


def _lines(study: Study, spoken: str) -> Iterator[str]:
    """What a package holds, for a person: one thing a line, its name before it."""
    practice = Words("是", "yes") if study.rehearsal_only else Words("否", "no")
    told: tuple[tuple[Words, Sequence[str]], ...] = (
        (Words("调查代码", "id"), [study.id]),
        (Words("版本", "version"), [str(study.version)]),
        (Words("名称", "title"), list(study.title.values())),
        (Words("有效期至", "expires"), [minute_in_china(study.expires)]),
        (Words("密码套件", "suite"), [study.suite]),
        (
            Words("评价单位", "units"),
            [f"{unit.code} {Words(unit.zh, unit.en).of(spoken)}" for unit in study.units],
        ),
        (
            Words("评价方面", "aspects"),
            [f"{Words(each.zh, each.en).of(spoken)} {each.weight}%" for each in study.aspects],
        ),
        (Words("评价中心公钥", "centre's keys"), study.recipients.centre),
        (Words("督导公钥", "lead's keys"), study.recipients.lead),
        (Words("仅供练习", "rehearsal only"), [practice.of(spoken)]),
    )
    wide = max(columns(name.of(spoken)) for name, _ in told)
    for name, values in told:
        for at, value in enumerate(values):
            yield padded("" if at else name.of(spoken), wide) + f"  {value}"

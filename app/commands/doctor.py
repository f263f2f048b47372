"""fangxin doctor: is this workplace fit, and a bundle for whoever is asked for help. It needs no line, and no secret goes into it."""

from pathlib import Path
from typing import Annotated

import typer

from app import support
from app.clock import SystemClock
from app.commands.invocation import invocation
from app.commands.line import here, tell_findings
from app.commands.speech import announce
from app.errors import UsageError
from app.line.doctor import Finding
from app.surroundings import memory_on_disk


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(doctor)


def doctor(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(help="Write the support bundle here (.zip); read it before sending.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say whether this workplace is fit, and pack what is needed to find a fault: no number, answer, name or key is in it."""
    settings = invocation(context).settings
    if out is not None and out.exists():
        raise UsageError("There is a file already", where=str(out), todo="Name another with --out.")
    findings: list[Finding] = [*here(settings, SystemClock()), *memory_on_disk()]
    if out is not None:
        support.write(out, support.bundle(settings, findings))
    good = tell_findings(findings, as_json=as_json)
    if out is not None and not as_json:
        announce(f"{out}: versions, findings, settings without passwords, counts, masked logs.")
    raise typer.Exit(0 if good else 1)

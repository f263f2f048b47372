"""fangxin verify: the check that anyone can make."""

import re
from datetime import timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from app.canonical import encode
from app.certificate import Checked, write_certificate
from app.commands.invocation import identities, verifiers
from app.commands.tongue import tongue
from app.errors import UsageError
from app.evidence.cdr import read_list
from app.evidence.verify import verify as verify_path
from app.evidence.witnessing import read_witness


def register(cli: typer.Typer) -> None:
    """Add the command."""

    @cli.command()
    def verify(
        context: typer.Context,
        path: Annotated[
            Path, typer.Argument(help="An archive, a workstation's data folder, or a journal's folder.")
        ],
        key: Annotated[
            list[str] | None, typer.Option(help="A public key you trust (vkey, or a file of some).")
        ] = None,
        identity: Annotated[
            list[Path] | None, typer.Option(help="An age identity, to check what is sealed too.")
        ] = None,
        cdr: Annotated[
            Path | None, typer.Option(help="A carrier's list of calls (CSV), to compare every call with.")
        ] = None,
        cdr_zone: Annotated[str, typer.Option(help="Time zone of times in it that name none.")] = "+08:00",
        witness: Annotated[
            list[Path] | None, typer.Option(help="A cosigned checkpoint, or a witness's folder.")
        ] = None,
        witness_key: Annotated[
            list[str] | None, typer.Option(help="The witness's public key (vkey, or a file).")
        ] = None,
        tsa: Annotated[
            list[Path] | None, typer.Option(help="A time-stamp authority's certificate (PEM).")
        ] = None,
        certificate: Annotated[
            Path | None, typer.Option(help="Write the verdict as a page for people (.html) too.")
        ] = None,
        lang: Annotated[str, typer.Option(help="Language of the certificate, zh or en.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    ) -> None:
        """Has anything been altered, and is anything missing? Two answers, apart. Exit 0 only when both are good."""
        if witness and not witness_key:
            todo = "Pass --witness-key: without it anybody could have signed that."
            raise UsageError("The witness's own key is needed", todo=todo)
        carrier = read_list(cdr, _zone(cdr_zone)) if cdr else None
        witnessed = read_witness(witness, verifiers(witness_key or []), tsa or []) if witness else None
        bars = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress("checking", *bars, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=None)
            verdict = verify_path(
                path,
                keys=verifiers(key or []),
                identities=identities(identity or []),
                carrier=carrier,
                witnessed=witnessed,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        if certificate is not None:
            # The bare command has no business with markup, and a check that runs for hours must not end for want of a file name.
            write_certificate(certificate, Checked(path, verdict, tuple(key or ())), tongue(context, lang))
        typer.echo(encode(verdict.to_json()).decode() if as_json else verdict.text())
        raise typer.Exit(0 if verdict.ok else 1)


def _zone(text: str) -> timezone:
    """ "+08:00" as a zone. Raises UsageError."""
    match = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})", text)
    if match is None or int(match[2]) > 14:
        raise UsageError(f'"{text}" is no time zone', todo="Write it like +08:00.")
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))

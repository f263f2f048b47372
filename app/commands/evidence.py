"""fangxin verify: the check that anyone can make."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from app.canonical import encode
from app.commands.invocation import identities, verifiers
from app.evidence.verify import verify as verify_path


def register(cli: typer.Typer) -> None:
    """Add the command."""

    @cli.command()
    def verify(
        path: Annotated[
            Path, typer.Argument(help="An archive, a workstation's data folder, or a journal's folder.")
        ],
        key: Annotated[
            list[str] | None, typer.Option(help="A public key you trust (vkey, or a file of some).")
        ] = None,
        identity: Annotated[
            list[Path] | None, typer.Option(help="An age identity, to check what is sealed too.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    ) -> None:
        """Has anything been altered, and is anything missing? Two answers, apart. Exit 0 only when both are good."""
        bars = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress("checking", *bars, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=None)
            verdict = verify_path(
                path,
                keys=verifiers(key or []),
                identities=identities(identity or []),
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        typer.echo(encode(verdict.to_json()).decode() if as_json else verdict.text())
        raise typer.Exit(0 if verdict.ok else 1)

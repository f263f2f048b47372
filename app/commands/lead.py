"""fangxin lead: the team lead's window."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.invocation import invocation
from app.errors import UsageError


def register(cli: typer.Typer) -> None:
    """Add the command."""

    @cli.command()
    def lead(
        context: typer.Context,
        archive: Annotated[
            Path | None,
            typer.Argument(help="Central's folder, or a copy of it. Without it: as settings.toml says."),
        ] = None,
        study: Annotated[
            Path | None, typer.Option(help="Study folder: its design, before there is an archive.")
        ] = None,
        draw: Annotated[
            Path | None,
            typer.Option(help="Folder of the draw, as draws/wave1: replicates and people's names."),
        ] = None,
    ) -> None:
        """Open the team lead's window: field report and sample design."""
        called = invocation(context)
        if called.open_lead is None:
            raise UsageError(
                "This is Fangxin without a screen",
                todo="`fangxin sample report` and `sample design` print the same.",
            )
        raise typer.Exit(called.open_lead(called.settings, archive, study, draw))

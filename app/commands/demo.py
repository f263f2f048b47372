"""fangxin demo: everything once, no screen needed."""

import os
from functools import partial
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.clock import system_entropy
from app.commands.invocation import empty_folder, extra, invocation, may_ask
from app.commands.speech import announce, language, told
from app.demo_summary import Options
from app.resources import resource

_ASIDE = "fangxin-demo"


def register(cli: typer.Typer) -> None:
    """Add the command."""

    @cli.command()
    def demo(
        context: typer.Context,
        interviews: Annotated[
            int, typer.Option(min=1, max=5000, help="How many completed interviews to make.")
        ] = 42,
        out: Annotated[Path | None, typer.Option(help="New or empty folder for everything.")] = None,
        seed: Annotated[str, typer.Option(help="Any text; the same seed gives the same figures.")] = "12340",
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON document; progress to stderr.")
        ] = False,
    ) -> None:
        """Play a whole survey once on this computer: study, sample, calls, central, verification, report."""
        with extra("all"):
            from app.demo import run  # central's libraries are an extra
        folder = empty_folder(out or _next_folder())
        numbers, command = max(80, round(interviews * 2.6)), os.environ.get("FANGXIN_COMMAND", "fangxin")
        options = Options(folder, seed, interviews, numbers=numbers, command=command)
        done = run(
            options,
            resource("studies", "dazhou-2017"),
            system_entropy,
            partial(announce, err=as_json),
        )
        typer.echo(encode(done.to_json()).decode() if as_json else told(done.summary(language())))
        called = invocation(context)
        if (
            not as_json
            and called.open_desk
            and may_ask()
            and typer.confirm(told("\nOpen the desk for practice calls now?"))
        ):
            raise typer.Exit(called.open_desk(called.settings, True))
        raise typer.Exit(0 if done.verdict.ok else 1)


def _next_folder() -> Path:
    """fangxin-demo, fangxin-demo-2, … here, or in the home folder when this one cannot be written."""
    for base in (Path.cwd(), Path.home()):
        for number in count(1):
            folder = base / (_ASIDE if number == 1 else f"{_ASIDE}-{number}")
            if folder.exists():
                continue
            try:
                folder.mkdir()
            except OSError:
                break
            return folder
    return Path(_ASIDE)

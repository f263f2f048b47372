"""fangxin form: try a questionnaire out without the window."""

from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.commands.cli import Commands
from app.commands.speech import told
from app.errors import StudyError, UsageError
from app.questionnaire import scenario, xlsform
from app.questionnaire.form import Form
from app.questionnaire.play import Play

cli = Commands("Try a questionnaire without the window.")


@cli.callback()
def _form() -> None:
    """Try a questionnaire without the window."""


@cli.command()
def play(
    path: Annotated[Path, typer.Argument(help="XLSForm workbook, XForm (XML), or a study folder.")],
    script: Annotated[Path, typer.Option(help="Scenario file: SET, NEXT, BACK, JUMP, LANG, EXPECT, DUMP.")],
    lang: Annotated[str, typer.Option(help="Language to begin in (ISO code).")] = "",
) -> None:
    """Play a scenario: one JSON line a step. Exit 0 only when every step and expectation holds."""
    steps = scenario.read(script)
    played = Play(read_form(path), language=lang)
    for line in played.run(steps):
        typer.echo(encode(line).decode())
    if played.failed:
        typer.echo(f"{script.name}:{played.line}: {told(played.failed)}", err=True)
        raise typer.Exit(1)


def read_form(path: Path) -> Form:
    """The form in a workbook, an XForm or a study folder."""
    return xlsform.parse(read_xform(path))


def read_xform(path: Path) -> bytes:
    """The XForm in a workbook, an XForm file or a study folder. Raises StudyError or UsageError."""
    if path.is_dir():
        path = path / "questionnaire.xlsx"
    if path.suffix.lower() != ".xml":
        return xlsform.compile_workbook(path).encode()
    try:
        if path.stat().st_size > xlsform.LARGEST:
            raise StudyError("The form is far too large", where=path.name)
        return path.read_bytes()
    except OSError as error:
        raise UsageError("The form cannot be read", where=str(path)) from error

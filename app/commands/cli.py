"""Groups of commands: each makes its commands so that --help, and what was asked wrongly, is said in the language that commands speak."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import CommandFunctionType

from app.commands.help import page
from app.commands.tongue import tongue_before

_ASKED_WRONGLY = 2
Misuse = next(
    kind
    for kind in typer.BadParameter.__mro__
    if kind.__name__ == "ClickException" and issubclass(kind, Exception)
)
"""What is raised for a command line that cannot be read. Newer typers carry a click of their own, so click's own class is not it."""


class _Command(TyperCommand):
    def get_help(self, ctx: Any) -> str:
        return page(ctx, tongue_before(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with _named(ctx):
            return super().parse_args(ctx, args)


class _Group(TyperGroup):
    def get_help(self, ctx: Any) -> str:
        return page(ctx, tongue_before(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """A group's name alone is answered with its help, and counts as asked wrongly: it has done nothing."""
        if not args and not self.invoke_without_command:
            typer.echo(self.get_help(ctx), err=True)
            ctx.exit(_ASKED_WRONGLY)
        with _named(ctx):
            return super().parse_args(ctx, args)


@contextmanager
def _named(context: typer.Context) -> Iterator[None]:
    """Of which command something was asked wrongly: not all complaints of the reader of options say so."""
    try:
        yield
    except Misuse as error:
        complaint: Any = error
        complaint.ctx = getattr(error, "ctx", None) or context
        raise


class Commands(typer.Typer):
    """Commands under one name. about: what they are for, a sentence with its Chinese in resources/i18n/help/."""

    def __init__(self, about: str, **more: Any) -> None:
        super().__init__(cls=_Group, help=about, **more)

    def command(
        self, name: str | None = None, **more: Any
    ) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """As Typer's; the docstring of the function is the help."""
        return super().command(name, cls=_Command, **more)

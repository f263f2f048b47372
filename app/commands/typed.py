"""A telephone number is typed, never given on the command line: other users can read that, and the shell remembers it."""

from collections.abc import Callable

import typer

from app.commands.tongue import Tell
from app.errors import UsageError
from app.sample.digits import Ill, Number


def typed_number(say: Tell, read: Callable[[str], Number | Ill]) -> str:
    """The plain number that is typed now. read: how it is understood. Raises UsageError when it is none."""
    found = read(str(typer.prompt(say("Number"), err=True)))
    if isinstance(found, Ill):
        raise UsageError(str(found), where=say("the number that was typed"))
    return found.digits

"""A telephone number is typed, never given on the command line: other users can read that, and the shell remembers it."""

from collections.abc import Callable

from app.commands.speech import prompt, told
from app.errors import UsageError
from app.sample.digits import Ill, Number


def typed_number(read: Callable[[str], Number | Ill]) -> str:
    """The plain number that is typed now. read: how it is understood. Raises UsageError when it is none."""
    found = read(prompt("Number"))
    if isinstance(found, Ill):
        raise UsageError(str(found), where=told("the number that was typed"))
    return found.digits

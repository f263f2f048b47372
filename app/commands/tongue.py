"""In which language a command speaks to an author: as asked, else as the settings say, else as the system is set."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from app.commands.invocation import Invocation
from app.errors import FangxinError, UsageError
from app.sentences import known, system_language

LANGUAGES = ("zh", "en")
Tell = Callable[[str], str]
"""From an English sentence to the one that is shown."""


def tongue(context: typer.Context, asked: str) -> str:
    """ "zh" or "en". Raises UsageError for another one."""
    if asked:
        if asked not in LANGUAGES:
            raise UsageError(f'There are no words in "{asked}"', todo="Use --lang zh or --lang en.")
        return asked
    found = context.find_object(Invocation)
    return (found.settings.language if found else "") or system_language()


def teller(language: str) -> Tell:
    """In the language; what nobody has translated stays as it is."""
    return (lambda sentence: known(sentence) or sentence) if language == "zh" else str


@contextmanager
def said_in(language: str) -> Iterator[Tell]:
    """Whatever goes wrong in this block is said in the language. Gives the teller for what goes right."""
    try:
        yield teller(language)
    except FangxinError as error:
        error.language = language
        raise

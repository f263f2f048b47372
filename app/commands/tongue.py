"""In which language a command speaks to an author: as asked, else as the settings say, else as the system is set."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from app.commands.invocation import Invocation
from app.commands.speech import Tell, speaking, teller
from app.errors import FangxinError, UsageError
from app.sentences import system_language

LANGUAGES = ("zh", "en")


def tongue(context: typer.Context, asked: str) -> str:
    """ "zh" or "en". Raises UsageError for another one."""
    if asked:
        if asked not in LANGUAGES:
            raise UsageError(f'There are no words in "{asked}"', todo="Use --lang zh or --lang en.")
        return asked
    found = context.find_object(Invocation)
    return (found.settings.language if found else "") or system_language()


@contextmanager
def said_in(language: str) -> Iterator[Tell]:
    """Whatever is said in this block, and whatever goes wrong in it, is said in the language. Gives the teller."""
    try:
        with speaking(language):
            yield teller(language)
    except FangxinError as error:
        error.language = language
        raise

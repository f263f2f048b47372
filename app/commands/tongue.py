"""In which language a command speaks to an author: as asked, else as the settings say, else as the system is set."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from app import settings
from app.commands.invocation import Invocation
from app.commands.speech import Tell, speaking, teller
from app.errors import FangxinError, UsageError
from app.sentences import system_language

LANGUAGES = ("zh", "en")
Lang = Annotated[
    str,
    typer.Option(
        metavar="zh|en", is_eager=True, help="Language, zh or en; not given: as settings and system say."
    ),
]
"""Read before the other options: they are complained of in it."""


def tongue(context: typer.Context, asked: str) -> str:
    """ "zh" or "en". Raises UsageError for another one."""
    if asked:
        if asked not in LANGUAGES:
            raise UsageError(f'There are no words in "{asked}"', todo="Use --lang zh or --lang en.")
        return asked
    return _settled(context)


def tongue_before(context: typer.Context) -> str:
    """The same before the command itself is reached: in its help, and for what is wrong with how it was called."""
    asked = context.params.get("lang")
    return asked if asked in LANGUAGES else _settled(context)


def _settled(context: typer.Context) -> str:
    """As the settings say, which may not have been read yet; as the system is set where they cannot be."""
    found = context.find_object(Invocation)
    if found is not None:
        return found.settings.language or system_language()
    try:
        return settings.load(context.find_root().params.get("data_dir")).language or system_language()
    except FangxinError:
        return system_language()


@contextmanager
def said_in(language: str) -> Iterator[Tell]:
    """Whatever is said in this block, and whatever goes wrong in it, is said in the language. Gives the teller."""
    try:
        with speaking(language):
            yield teller(language)
    except FangxinError as error:
        error.language = language
        raise

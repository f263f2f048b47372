"""In which language a command speaks to an author: as asked, else as the settings say, else as the system is set."""

import locale
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from app.commands.invocation import Invocation
from app.errors import FangxinError, UsageError
from app.sentences import known

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


def system_language() -> str:
    """ "zh" on a Chinese system, else "en"."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh" if os.environ[name].lower().startswith("zh") else "en"
    system = locale.getlocale()[0] or ""
    return "zh" if system.lower().startswith(("zh", "chinese")) else "en"


def teller(language: str) -> Tell:
    """In the language; what nobody has translated stays as it is."""
    return (lambda sentence: known(sentence) or sentence) if language == "zh" else str


@contextmanager
def said_in(language: str) -> Iterator[Tell]:
    """Whatever goes wrong in this block is said in the language. Gives the teller for what goes right."""
    tell = teller(language)
    try:
        yield tell
    except FangxinError as error:
        error.what, error.where, error.todo = (tell(each) for each in (error.what, error.where, error.todo))
        raise

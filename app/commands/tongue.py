"""In which language a command speaks to an author: as asked, else as the settings say, else as the system is set."""

import locale
import os

import typer

from app.commands.invocation import Invocation
from app.errors import UsageError

LANGUAGES = ("zh", "en")


def tongue(context: typer.Context, asked: str) -> str:
    """ "zh" or "en". Raises UsageError for another one."""
    if asked:
        if asked not in LANGUAGES:
            raise UsageError(f'The check does not speak "{asked}"', todo="Use --lang zh or --lang en.")
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

"""What commands say. Each sentence stands in English at its place and is put into Chinese here, by the catalogue of app/sentences.py, as
errors are. Documents for programs are echoed as they are. tests/test_spoken.py reads the source and fails when something that is said has
no Chinese."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import typer

from app.sentences import known, system_language

Tell = Callable[[str], str]
"""From an English sentence to the one that is shown."""
_SPOKEN: ContextVar[str] = ContextVar("spoken", default="")
"""The language of the command that is running; "" = none runs."""


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """In this block commands speak this language, "zh" or "en"."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def language() -> str:
    """ "zh" or "en": what the command that is running speaks."""
    return _SPOKEN.get() or system_language()


def teller(language: str) -> Tell:
    """In the language; what nobody has translated stays as it is."""
    return _chinese if language == "zh" else str


def told(sentence: str) -> str:
    """The sentence, or lines of them, in the language that is spoken."""
    return teller(language())(sentence)


def announce(sentence: str, *, err: bool = False) -> None:
    """Print what a person reads."""
    typer.echo(told(sentence), err=err)


def prompt(question: str, *, unseen: bool = False, twice: bool = False) -> str:
    """What somebody types, asked on stderr. unseen: a secret. twice: it is asked again, and must be the same."""
    return str(
        typer.prompt(
            told(question),
            hide_input=unseen,
            confirmation_prompt=told("Repeat for confirmation") if twice else False,
            prompt_suffix="：" if language() == "zh" else ": ",
            err=True,
        )
    )


def _chinese(text: str) -> str:
    """Line by line, indented as it was."""
    return "\n".join(map(_line, text.split("\n")))


def _line(text: str) -> str:
    bare = text.strip()
    return text.replace(bare, known(bare) or bare) if bare else text

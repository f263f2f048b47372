"""Scenario files: an interview written down step by step, with what is expected on the way. Read here, played by play.py.

One step a line; blank lines and lines with # at the beginning are left out. Words are separated by spaces, the last one runs to the
end of the line. LOAD is implicit. Described for authors in resources/docs/questionnaire.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import UsageError

LARGEST = 4 << 20
"""Bytes of a scenario file."""

STEPS: Mapping[str, tuple[int, int]] = {
    "LOAD": (0, 1),
    "GIVEN": (1, 2),
    "SET": (1, 2),
    "KEEP": (1, 2),
    "NEXT": (0, 0),
    "BACK": (0, 0),
    "JUMP": (1, 1),
    "REMOVE": (1, 1),
    "LANG": (1, 1),
    "DUMP": (0, 0),
    "EXPECT": (1, 2),
}
"""Step → fewest and most words after it; the last word is the rest of the line."""
EXPECTATIONS: Mapping[str, tuple[int, int]] = {
    "AT": (1, 1),
    "TEXT": (1, 1),
    "INSTRUCTION": (1, 1),
    "OPTIONS": (0, 1),
    "VALUE": (1, 2),
    "BLANK": (1, 1),
    "RELEVANT": (1, 1),
    "IRRELEVANT": (1, 1),
    "REFUSED": (0, 1),
    "SOFT": (0, 1),
    "ENDS": (1, 1),
    "OVER": (0, 0),
    "VOIDS": (2, 2),
    "UNMET": (0, 1),
    "RESPONSE": (2, 2),
}
"""What EXPECT may be followed by."""


@dataclass(frozen=True, slots=True)
class Step:
    """line: number in the file, from 1. word: of STEPS. rest: its words."""

    line: int
    text: str
    word: str
    rest: tuple[str, ...]


def read(path: Path) -> tuple[Step, ...]:
    """The steps of a scenario file. Raises UsageError naming file and line."""
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"The scenario has more than {LARGEST >> 20} MiB", where=str(path))
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError("The scenario cannot be read", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError("The scenario is not UTF-8 text", where=str(path)) from error
    return tuple(_steps(text, path.name))


def _steps(text: str, name: str) -> Iterator[Step]:
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if plain and not plain.startswith("#"):
            yield _step(number, plain, f"{name}:{number}")


def _step(number: int, plain: str, where: str) -> Step:
    word, _, rest = plain.partition(" ")
    if word not in STEPS:
        raise UsageError(f'There is no step "{word}"', where=where, todo=f"Use {', '.join(STEPS)}.")
    words = _words(rest, STEPS[word], word, where)
    if word == "EXPECT":
        kind, _, rest = rest.strip().partition(" ")
        if kind not in EXPECTATIONS:
            raise UsageError(
                f'"{kind}" cannot be expected', where=where, todo=f"Use {', '.join(EXPECTATIONS)}."
            )
        words = (kind, *_words(rest, EXPECTATIONS[kind], f"EXPECT {kind}", where))
    return Step(number, plain, word, words)


def _words(rest: str, limits: tuple[int, int], word: str, where: str) -> tuple[str, ...]:
    least, most = limits
    words = tuple(rest.split(maxsplit=most - 1)) if most and rest.strip() else ()
    if not least <= len(words) <= most or (not most and rest.strip()):
        raise UsageError(
            f"{word} takes {least if least == most else f'{least} to {most}'} word(s)", where=where
        )
    return tuple(each.strip() for each in words)

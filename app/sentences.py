"""English sentences in the user's Chinese: what our errors say, and what libraries and the system say within them.

A sentence stands in English at the place where it is raised. It is recognised here by its template in resources/i18n/sentences/*.toml;
what a {place} holds may be such a sentence itself. So an error crosses pipes, logs and JSON as the text it is, and is put into Chinese only
where a person reads it. tests/test_sentences.py reads the source and fails when a sentence of an error has no Chinese.
"""

import locale
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from app.errors import FangxinError
from app.resources import resource

_PLACES = re.compile(r"\{(\w+)\}")
_ESCAPED = re.compile(r"\\\{(\w+)\\\}")
_NAMES = "names"
"""The place of a template that holds a list, as other programs and we put one into an English sentence."""
_BETWEEN = re.compile(r", or |, | or ")
_QUOTED = re.compile(r"""^(?P<mark>['"])(.*)(?P=mark)$""")
FRAME = "（英文原文）{sentence}"
"""How a sentence is shown that has no translation: nothing is lost, and nobody takes it for ours."""


def system_language() -> str:
    """ "zh" on a Chinese system, else "en"."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh" if os.environ[name].lower().startswith("zh") else "en"
    system = locale.getlocale()[0] or ""
    return "zh" if system.lower().startswith(("zh", "chinese")) else "en"


def said(error: FangxinError, language: str) -> str:
    """The whole error for a person. language: "zh" or "en"; what has no Chinese stays as it is."""
    return _in_order(error.what, error.where, error.todo) if language == "zh" else str(error)


def chinese(sentence: str) -> str:
    """The sentence in Chinese; in a frame, as it is, when its template is not known."""
    return known(sentence) or FRAME.format(sentence=sentence)


@lru_cache(maxsize=256)  # a window asks again with every screen
def known(text: str) -> str:
    """A sentence, or the whole text of an error (what, place in brackets, what to do), in Chinese; "" when it is not known.

    Of several readings that one holds which leaves least of the text to the places of templates.
    """
    text = text.strip()
    readings = [(what, where, todo) for what, where, todo in _readings(text) if _found(what)]
    whole = _found(text)
    fixed = whole.fixed if whole else 0
    best = max(readings, key=lambda parts: sum(_fixed_in(each) for each in parts), default=None)
    if best is not None and sum(_fixed_in(each) for each in best) >= fixed:
        return _in_order(*best)
    if whole is None:
        return ""
    return _ended(whole.chinese) if text.endswith(".") else whole.chinese


def _in_order(what: str, where: str, todo: str) -> str:
    """As str(error) has it, with Chinese marks."""
    what, where, todo = (_told(each) for each in (what, where, todo))
    place = f"（{where}）" if where else ""
    return f"{what.rstrip('。.')}{place}。{_ended(todo) if todo else ''}"


def _ended(chinese: str) -> str:
    """With its full stop: the tables leave it out where another sentence may take theirs up."""
    return chinese if chinese.endswith(("。", "？", "！", "…")) else f"{chinese.rstrip('.')}。"


def _told(part: str) -> str:
    found = _found(part)
    return found.chinese if found else part


def _readings(text: str) -> Iterator[tuple[str, str, str]]:
    """How a text may have been put together by str(error), the longest advice and the longest place first; only with advice that is known,
    or none: what a sentence quotes may look the same."""
    advice = [(text[: at.start()], text[at.end() :]) for at in re.finditer(r"\. ", text)]
    for head, todo in [*advice, (text.removesuffix("."), "")]:
        if todo and not _found(todo):
            continue
        if head.endswith(")"):
            for at in re.finditer(r" \(", head):
                yield head[: at.start()], head[at.end() : -1], todo
        if todo:
            yield head, "", todo


class _Found(NamedTuple):
    """A sentence that is known. fixed: how many of its letters are the template's own."""

    chinese: str
    fixed: int


@lru_cache(maxsize=1024)
def _found(sentence: str) -> _Found | None:
    plain = sentence.strip().rstrip("。.")
    for template in _catalogue():
        found = template.read(plain)
        if found is not None:
            values = {
                name: known(text) or (_listed(text) if name == _NAMES else text)
                for name, text in found.items()
            }
            return _Found(_filled(template.chinese, values), len("".join(_fixed(template.english))))
    return None


def _listed(text: str) -> str:
    """A list with Chinese marks: 'a', 'b' or 'c' → “a”、“b”、“c”."""
    return "、".join(_QUOTED.sub(r"“\2”", each) for each in _BETWEEN.split(text))


def _fixed_in(sentence: str) -> int:
    found = _found(sentence)
    return found.fixed if found else 0


def _filled(translation: str, values: Mapping[str, str]) -> str:
    """Not format(): a sentence may speak of ${names}."""
    return _PLACES.sub(lambda place: values.get(place[1], place[0]), translation)


class _Template(NamedTuple):
    english: str
    chinese: str
    fixed: str
    """Its longest piece of fixed text: quicker to look for than the whole."""

    def read(self, sentence: str) -> Mapping[str, str] | None:
        """What stands in its places; None = another sentence."""
        found = _pattern(self.english).fullmatch(sentence) if self.fixed in sentence else None
        return None if found is None else found.groupdict()


@lru_cache(maxsize=1)
def _catalogue() -> tuple[_Template, ...]:
    """Those with the most fixed text first: "Input should be a valid list" before "Input should be {names}"."""
    files = sorted(resource("i18n", "sentences").glob("*.toml"))
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    pairs = [(english.rstrip(" ."), ours) for table in tables for english, ours in table.items()]
    pairs.sort(key=lambda pair: -len(_PLACES.sub("", pair[0])))
    return tuple(_Template(english, ours, max(_fixed(english), key=len)) for english, ours in pairs)


def _fixed(english: str) -> list[str]:
    return [piece for at, piece in enumerate(_PLACES.split(english)) if not at % 2]


@cache
def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_ESCAPED.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL)

"""English sentences of other parts (pyxform, the reading of a study's files, the engine) in the author's Chinese.

They are recognised by their templates, resources/i18n/sentences.toml; what a place holds may be such a sentence itself.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache

from app.resources import resource

_PLACES = re.compile(r"\{(\w+)\}")
_ESCAPED = re.compile(r"\\\{(\w+)\\\}")
FRAME = "（英文原文）{sentence}"
"""How a sentence is shown that has no translation: nothing is lost, and nobody takes it for ours."""


def chinese(sentence: str) -> str:
    """The sentence in Chinese; in a frame, as it is, when its template is not known."""
    return known(sentence) or FRAME.format(sentence=sentence)


def known(sentence: str) -> str:
    """The sentence in Chinese; "" when its template is not known."""
    plain = sentence.strip().rstrip("。")
    for template, translation in _catalogue():
        found = template.fullmatch(plain) or template.fullmatch(plain.rstrip("."))
        if found:
            values = {name: known(text) or text for name, text in found.groupdict().items()}
            return _filled(translation, values)
    return ""


def _filled(translation: str, values: Mapping[str, str]) -> str:
    """Not format(): a sentence may speak of ${names}."""
    return _PLACES.sub(lambda place: values.get(place[1], place[0]), translation)


@lru_cache(maxsize=1)
def _catalogue() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those with the most fixed text first: "Input should be a valid list" before "Input should be {choices}"."""
    tables = tomllib.loads(resource("i18n", "sentences.toml").read_text(encoding="utf-8"))
    pairs = [pair for table in tables.values() for pair in table.items()]
    pairs.sort(key=lambda pair: -len(_PLACES.sub("", pair[0])))
    return tuple((_pattern(english.rstrip(" ")), translation) for english, translation in pairs)


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(_ESCAPED.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL)

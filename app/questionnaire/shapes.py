"""Which telephone columns there are and what may be written in each. Values are checked when a form is read; see telephone.py."""

import re
from collections.abc import Mapping

SHAPES: Mapping[str, str] = {
    "read": "yes|text|no",
    "scale": r"\d{1,3}-\d{1,3}",
    "dk": r"-?\d{1,4}",
    "refused": r"-?\d{1,4}",
    "counts": "no|dk|refused|dk refused|refused dk",
    "ends": r"[1-9]\d",
    "part": "intro|screening|items|close",
    "seconds": r"\d{1,4}",
    "weight": "county|sex|age",
    "quota": r"[A-Za-z_][A-Za-z0-9_]{0,39}",
    "aspect": ".+",
    "vague": r"[^=]+=-?\d{1,4}",
    "block": "random",
    "soft": r"(?s).+",
    "critical": r"(?s).+",
    "probe": r"(?s).+",
}
"""Column without cati: → regular expression of its value."""

PER_LANGUAGE = frozenset({"probe", "soft", "critical"})
"""Texts for a language are written in a column with its ISO code: probe-zh, soft-zh, critical-en."""
EXPRESSIONS = frozenset({"soft", "critical"})
"""These hold an XPath expression; as soft-zh they hold its message."""
_SUFFIXED = re.compile(r"([a-z]+)-([a-z]{2,3})")


def known(column: str) -> bool:
    """There is such a telephone column ("dk", "probe-zh")."""
    suffixed = _SUFFIXED.fullmatch(column)
    if suffixed:
        return suffixed[1] in PER_LANGUAGE
    return column in SHAPES and column != "probe"


def fits(column: str, value: str) -> bool:
    """This value may stand in this (known) column."""
    if _SUFFIXED.fullmatch(column):
        return bool(value.strip())
    return re.fullmatch(SHAPES[column], value) is not None

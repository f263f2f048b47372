"""The functions that an expression may call and how many arguments each takes: XPath 1.0 and the ODK XForms specification."""

from collections.abc import Mapping

MANY = 10_000

_FIXED: Mapping[int, str] = {
    0: "true false pi today now last current",
    1: "boolean boolean-from-string not number int string abs log log10 exp exp10 sqrt sin cos tan asin acos atan sum count"
    " count-non-empty count-selected once string-length normalize-space date date-time decimal-date-time decimal-time"
    " base64-decode area instance jr:itext floor ceiling is-null",
    2: "pow atan2 selected selected-at jr:choice-name contains starts-with ends-with substring-before substring-after regex"
    " format-date format-date-time extract-signed geofence",
    3: "if translate",
}
SIGNATURES: Mapping[str, tuple[int, int]] = {
    **{name: (count, count) for count, names in _FIXED.items() for name in names.split()},
    "round": (1, 2),
    "min": (1, MANY),
    "max": (1, MANY),
    "coalesce": (2, MANY),
    "concat": (0, MANY),
    "join": (1, MANY),
    "substr": (2, 3),
    "uuid": (0, 1),
    "random": (0, 0),
    "randomize": (1, 2),
    "position": (0, 1),
    "indexed-repeat": (3, 7),
    "checklist": (3, MANY),
    "weighted-checklist": (4, MANY),
    "digest": (2, 3),
    "pulldata": (4, MANY),
    "distance": (1, MANY),
    "local-name": (0, 1),
    "name": (0, 1),
    "string-join": (1, 2),
    "depend": (1, MANY),
    "node": (0, 0),
    "text": (0, 0),
}
"""Function name → fewest and most arguments."""


def takes(name: str) -> str:
    """How many arguments, in figures: "2", "2–3", "2+"."""
    least, most = SIGNATURES[name]
    return str(least) if least == most else f"{least}+" if most == MANY else f"{least}–{most}"

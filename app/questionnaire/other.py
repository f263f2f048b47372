"""`or_other` in the words of the form's own language: pyxform adds "Other" and "Specify other." in English, to be read out to anybody."""

import re
from collections.abc import Iterable, Iterator, Mapping, MutableSequence

Row = dict[str, str]

_ASKED = re.compile(r"^select_\w+\s+(?P<list>\S+)\s+(?:or_other|or specify other|or other)$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FOLLOW_UP = "<label>Specify other.</label>"
_CHINESE = "<label>您说的“其他”具体是什么？</label>"


def named(tables: Mapping[str, MutableSequence[Row]]) -> None:
    """Write the option `other` at the end of every list that or_other is asked of and that has none of its own."""
    choices = tables.get("choices", [])
    for name in dict.fromkeys(_lists(tables.get("survey", []))):
        rows = [row for row in choices if name in (row.get("list_name"), row.get("list name"))]
        if rows and not any(row.get("name") == "other" for row in rows):
            key = "list_name" if "list_name" in rows[0] else "list name"
            choices.append({key: name, "name": "other", **_labels(rows)})


def asked(xml: str, survey: Iterable[Row]) -> str:
    """The XForm with the question after it in Chinese, when the questions are."""
    chinese = any(_HAN.search(text) for row in survey for key, text in row.items() if _is_label(key))
    return xml.replace(_FOLLOW_UP, _CHINESE) if chinese else xml


def _lists(survey: Iterable[Row]) -> Iterator[str]:
    for row in survey:
        if found := _ASKED.match(row.get("type", "").strip()):
            yield found["list"]


def _labels(rows: Iterable[Row]) -> Row:
    labels: Row = {}
    for row in rows:
        for key, text in row.items():
            if _is_label(key) and labels.get(key) != "其他":
                labels[key] = "其他" if _HAN.search(text) else "Other"
    return labels


def _is_label(heading: str) -> bool:
    return heading.partition("::")[0].strip().lower() == "label"

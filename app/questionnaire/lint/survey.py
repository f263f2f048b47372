"""A workbook seen as a questionnaire, tolerantly: whatever is wrong with it, as much as can be understood is understood.

The engine's Form (form.py) is strict and stops at the first fault; the check wants them all.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.questionnaire.workbook import Workbook

_COLUMNS: Mapping[str, str] = {
    "calculate": "calculation",
    "relevance": "relevant",
    "read_only": "readonly",
    "caption": "label",
    "list": "list_name",
    "constraint_msg": "constraint_message",
    "required_msg": "required_message",
}
_TYPES: Mapping[str, str] = {
    "int": "integer",
    "string": "text",
    "photo": "image",
    "location": "geopoint",
    "gps": "geopoint",
    "trigger": "acknowledge",
    "date_time": "datetime",
    "select_all_that_apply": "select_multiple",
    "select_one_external": "select_one_external",
    "add_note_prompt": "note",
    "begin_loop": "begin_repeat",
    "end_loop": "end_repeat",
    "imei": "deviceid",
}
_SELECT = re.compile(
    r"(?P<type>select_one_from_file|select_multiple_from_file|select_one_external|select_one|select_multiple|rank"
    r"|select_all_that_apply)(?: from)? +(?P<list>\S+)(?P<other>.*)"
)
SELECTS = frozenset({"select_one", "select_multiple", "rank"})
ASKED = frozenset(
    {*SELECTS, "integer", "decimal", "text", "date", "time", "datetime", "range", "acknowledge"}
    | {"select_one_from_file", "select_multiple_from_file", "select_one_external"}
)
"""Types that want an answer."""
SILENT = frozenset(
    {
        "calculate",
        "hidden",
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "email",
        "phonenumber",
        "simserial",
    }
    | {"subscriberid", "audit", "start-geopoint", "background-geopoint", "xml-external", "csv-external"}
)
BY_SIGHT = frozenset(
    {
        "geopoint",
        "geotrace",
        "geoshape",
        "image",
        "audio",
        "video",
        "file",
        "barcode",
        "start-geopoint",
        "osm",
    }
    | {"background-audio", "background-geopoint"}
)
"""Types that nobody can answer over the telephone."""
OPENS = {"begin_group": "group", "begin_repeat": "repeat"}
CLOSES = {"end_group": "group", "end_repeat": "repeat"}
TEXTS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
"""Columns with a text for each language."""


@dataclass(eq=False, slots=True)
class Line:
    """One row of the survey sheet. cells: canonical heading → text ("label::中文 (zh)", "cati:dk"); heads: the headings as written."""

    book: Workbook
    number: int
    type: str
    list: str
    name: str
    other: bool
    cells: dict[str, str]
    heads: dict[str, str]
    parent: "Line | None" = None

    def get(self, column: str) -> str:
        """The text of a column, "" when blank."""
        return self.cells.get(column, "")

    def at(self, column: str) -> str:
        """Address of the cell; of any language's cell for "label"."""
        head = self.heads.get(column) or next(
            (h for c, h in self.heads.items() if c.partition("::")[0] == column), ""
        )
        return self.book.address("survey", self.number, head or column)

    def texts(self, column: str) -> dict[str, str]:
        """Language → text; the language of a plain "label" is ""."""
        return {c.partition("::")[2]: t for c, t in self.cells.items() if c.partition("::")[0] == column}

    def chain(self) -> "Iterator[Line]":
        """The line and the groups around it, inner first."""
        line: Line | None = self
        while line is not None:
            yield line
            line = line.parent

    @property
    def wants_answer(self) -> bool:
        """Somebody has to answer it."""
        return self.type in ASKED

    @property
    def ends(self) -> str:
        """Outcome with which this note ends the interview."""
        return self.get("cati:ends")


@dataclass(frozen=True, slots=True)
class Option:
    """One row of the choices sheet."""

    number: int
    list: str
    name: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Survey:
    """lines: the survey sheet's rows that have a type or a name. options: list name → its choices."""

    book: Workbook
    lines: tuple[Line, ...]
    options: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def questions(self) -> tuple[Line, ...]:
        """Lines that hold a value or are shown: no group marks."""
        return tuple(line for line in self.lines if line.type not in OPENS and line.type not in CLOSES)

    @cached_property
    def by_name(self) -> Mapping[str, Line]:
        """Name → first line with it, groups included."""
        found: dict[str, Line] = {}
        for line in self.lines:
            if line.name and line.type not in CLOSES:
                found.setdefault(line.name, line)
        return found

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages of the questions' labels in the order of their columns; "" for a plain label."""
        heads = [canonical(column) for column in self.book.columns.get("survey", {})]
        return tuple(dict.fromkeys(h.partition("::")[2] for h in heads if h.partition("::")[0] == "label"))

    def codes(self, line: Line) -> tuple[str, ...] | None:
        """The codes that an answer to this question can have; None when it takes no codes or they are not in the workbook."""
        if line.type not in SELECTS or line.list not in self.options:
            return None
        extra = [line.get("cati:dk"), line.get("cati:refused"), "other" if line.other else ""]
        return (*(option.name for option in self.options[line.list]), *filter(None, extra))


def understand(book: Workbook) -> Survey:
    """The survey in a workbook."""
    lines: list[Line] = []
    around: list[Line] = []
    for number, cells in book.rows.get("survey", {}).items():
        line = _line(book, number, cells)
        if not line.type and not line.name:
            continue
        if line.type in CLOSES and around:
            around.pop()
        line.parent = around[-1] if around else None
        lines.append(line)
        if line.type in OPENS:
            around.append(line)
    settings = next(iter(book.rows.get("settings", {}).values()), {})
    return Survey(book, tuple(lines), _options(book), {canonical(k): v for k, v in settings.items()})


def canonical(heading: str) -> str:
    """The heading as XLSForm knows it: "Constraint Message :: English" → "constraint_message::English", "body::cati:dk" → "cati:dk"."""
    base, double, rest = (part.strip() for part in heading.partition("::"))
    base = re.sub(r"\s+", "_", base.lower())
    base = _COLUMNS.get(base, base)
    if base in {"body", "bind"} and rest.startswith("cati:"):
        return rest
    return f"{base}::{rest}" if double else base


def _line(book: Workbook, number: int, cells: Mapping[str, str]) -> Line:
    found = {canonical(head): text for head, text in cells.items()}
    heads = {canonical(head): head for head in cells}
    kind, name_of_list, other = _type(found.get("type", ""))
    return Line(book, number, kind, name_of_list, found.get("name", ""), other, found, heads)


def _type(text: str) -> tuple[str, str, bool]:
    """Canonical type, list name, with "other"."""
    plain = " ".join(text.split())
    joined = re.sub(
        r"^(begin|end|select|add|select all that|date)[ _](?=\S)",
        lambda m: f"{m[1]}_".replace(" ", "_"),
        plain,
    )
    joined = re.sub(r"^select_one from file", "select_one_from_file", joined)
    found = _SELECT.fullmatch(joined)
    if found:
        kind = _TYPES.get(found["type"], found["type"])
        return kind, found["list"], bool(found["other"].strip())
    lower = joined.lower()
    return _TYPES.get(lower, lower), "", False


def _options(book: Workbook) -> dict[str, tuple[Option, ...]]:
    lists: dict[str, list[Option]] = {}
    heads = {head: canonical(head) for head in book.columns.get("choices", {})}
    for number, cells in book.rows.get("choices", {}).items():
        found = {heads[head]: text for head, text in cells.items()}
        name_of_list = found.get("list_name", "")
        lists.setdefault(name_of_list, []).append(
            Option(number, name_of_list, found.get("name", found.get("value", "")), found)
        )
    return {name: tuple(options) for name, options in lists.items()}

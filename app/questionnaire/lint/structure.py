"""Rules about the workbook as a table: cells, headings, types, names, groups, lists of choices, settings."""

import difflib
import re
import unicodedata
from collections.abc import Iterator

from app.questionnaire import shapes
from app.questionnaire.lint.finding import Finding
from app.questionnaire.lint.survey import (
    ASKED,
    BY_SIGHT,
    CLOSES,
    OPENS,
    SELECTS,
    SILENT,
    TEXTS,
    Line,
    Option,
    Survey,
    canonical,
)

LONGEST_CELL = 32_767
"""Characters; a spreadsheet program holds no more."""

_NAME = re.compile(r"[^\W\d][\w.\-]*")
_KNOWN = frozenset({*ASKED, *BY_SIGHT, *SILENT, *OPENS, *CLOSES, "note"})
_HEADINGS = frozenset(
    {
        *TEXTS,
        "type",
        "name",
        "required",
        "relevant",
        "constraint",
        "calculation",
        "appearance",
        "default",
        "readonly",
    }
    | {
        "choice_filter",
        "repeat_count",
        "parameters",
        "trigger",
        "media",
        "image",
        "audio",
        "video",
        "big-image",
        "bind",
    }
    | {
        "body",
        "control",
        "instance",
        "autoplay",
        "accuracythreshold",
        "save_to",
        "disabled",
        "note",
        "comment",
        "comments",
    }
)
_MEDIA = frozenset({"image", "big-image", "audio", "video"})
_SIMPLE = (
    *TEXTS,
    "type",
    "name",
    "relevant",
    "required",
    "constraint",
    "calculation",
    "choice_filter",
    "default",
)


def check(survey: Survey) -> Iterator[Finding]:
    """All findings of this kind."""
    for fault in survey.book.faults:
        yield Finding(fault.rule, fault.address, {"value": fault.value})
    for rule in (
        _cells,
        _headings,
        _media,
        _types,
        _names,
        _alike,
        _groups,
        _labels,
        _lists,
        _options,
        _settings,
    ):
        yield from rule(survey)


def _cells(survey: Survey) -> Iterator[Finding]:
    for sheet, rows in survey.book.rows.items():
        for number, cells in rows.items():
            for column, text in cells.items():
                if len(text) > LONGEST_CELL:
                    yield Finding(
                        "cell-too-long",
                        survey.book.address(sheet, number, column),
                        {"length": str(len(text))},
                    )


def _headings(survey: Survey) -> Iterator[Finding]:
    for head, letter in survey.book.columns.get("survey", {}).items():
        column = canonical(head)
        where = f"{survey.book.path.name} survey!{letter}1"
        base, _, language = column.partition("::")
        if column.startswith("cati:"):
            short = column.removeprefix("cati:")
            if not shapes.known(short):
                near = difflib.get_close_matches(
                    short, [*shapes.SHAPES, *(f"{t}-zh" for t in shapes.PER_LANGUAGE)], 1
                )
                yield Finding(
                    "unknown-telephone-column", where, {"name": short, "fix": near[0] if near else ""}
                )
        elif base not in _HEADINGS and ":" not in base:
            near = difflib.get_close_matches(base, _SIMPLE, 1, 0.7)
            if near:
                yield Finding("unknown-column", where, {"name": head, "fix": near[0]})
        elif base in TEXTS and language and not re.search(r"\([A-Za-z]{2,3}(-[A-Za-z]+)?\)$", language):
            yield Finding("language-without-code", where, {"name": language})


def _media(survey: Survey) -> Iterator[Finding]:
    """Pictures, sounds and films beside texts: each column is named once, at its first file."""
    for sheet, rows in survey.book.rows.items():
        for head in survey.book.columns.get(sheet, {}):
            if head.strip().lower().removeprefix("media::").partition("::")[0].strip() in _MEDIA:
                used = [number for number, cells in rows.items() if cells.get(head)]
                if used:
                    where = survey.book.address(sheet, used[0], head)
                    yield Finding("media-left-out", where, {"count": str(len(used))})


def _types(survey: Survey) -> Iterator[Finding]:
    for line in survey.lines:
        if not line.type:
            yield Finding("no-type", line.at("type"), {"name": line.name})
        elif line.type in BY_SIGHT:
            yield Finding("by-sight", line.at("type"), {"type": line.type})
        elif line.type in SELECTS and not line.list:
            yield Finding("no-list-named", line.at("type"), {"type": line.type})
        elif line.type not in _KNOWN:
            near = difflib.get_close_matches(line.type, _KNOWN, 1)
            yield Finding(
                "unknown-type", line.at("type"), {"type": line.get("type"), "fix": near[0] if near else ""}
            )


def _names(survey: Survey) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for line in survey.lines:
        if line.type in CLOSES:
            continue
        if not line.name:
            if line.type not in OPENS or line.type == "begin_repeat":
                yield Finding("no-name", line.at("name"), {"type": line.type})
        elif not _NAME.fullmatch(line.name):
            yield Finding("bad-name", line.at("name"), {"name": line.name})
        elif line.name in seen:
            yield Finding("name-twice", line.at("name"), {"name": line.name, "row": str(seen[line.name])})
        seen.setdefault(line.name, line.number)


def folded(name: str) -> str:
    """The name without differences of width and case."""
    return unicodedata.normalize("NFKC", name).casefold()


def _alike(survey: Survey) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for line in survey.lines:
        if line.name and line.type not in CLOSES:
            first = seen.setdefault(folded(line.name), line.name)
            if first != line.name:
                yield Finding("names-alike", line.at("name"), {"name": line.name, "other": first})
    for options in survey.options.values():
        codes: dict[str, str] = {}
        for option in options:
            first = codes.setdefault(folded(option.name), option.name)
            if first != option.name:
                yield Finding(
                    "codes-alike", _at(survey, option, "name"), {"name": option.name, "other": first}
                )


def _groups(survey: Survey) -> Iterator[Finding]:
    open_lines: list[Line] = []
    for line in survey.lines:
        if line.type in OPENS:
            open_lines.append(line)
        elif line.type in CLOSES:
            if not open_lines:
                yield Finding("end-without-begin", line.at("type"), {"type": line.type})
                continue
            begun = open_lines.pop()
            if OPENS[begun.type] != CLOSES[line.type]:
                values = {"type": line.type, "other": begun.type, "row": str(begun.number)}
                yield Finding("wrong-end", line.at("type"), values)
    for line in open_lines:
        yield Finding("begin-without-end", line.at("type"), {"name": line.name, "type": line.type})
    filled = {id(line.parent) for line in survey.lines if line.type not in CLOSES}
    for line in survey.lines:
        if line.type in OPENS and id(line) not in filled and line not in open_lines:
            yield Finding("empty-group", line.at("type"), {"name": line.name})


def _labels(survey: Survey) -> Iterator[Finding]:
    for line in survey.questions:
        shown = line.wants_answer or line.type == "note"
        if shown and not line.texts("label"):
            yield Finding("no-label", line.at("label"), {"name": line.name})
        if line.type == "calculate" and not line.get("calculation") and not line.get("default"):
            yield Finding("no-calculation", line.at("calculation"), {"name": line.name})


def _lists(survey: Survey) -> Iterator[Finding]:
    used = {line.list for line in survey.lines if line.list}
    for line in survey.lines:
        if line.type in SELECTS and line.list and "${" not in line.list and line.list not in survey.options:
            near = difflib.get_close_matches(line.list, survey.options, 1)
            used.update(near)
            yield Finding(
                "no-such-list", line.at("type"), {"list": line.list, "fix": near[0] if near else ""}
            )
    for name, options in survey.options.items():
        if name and name not in used:
            yield Finding("unused-list", _at(survey, options[0], "list_name"), {"list": name})


def _options(survey: Survey) -> Iterator[Finding]:
    duplicates = survey.settings.get("allow_choice_duplicates", "").lower() in {"yes", "true"}
    for name, options in survey.options.items():
        seen: set[str] = set()
        for option in options:
            if not name:
                yield Finding("option-without-list", _at(survey, option, "list_name"), {"name": option.name})
            if not option.name:
                yield Finding("option-without-code", _at(survey, option, "name"), {"list": name})
            elif option.name in seen and not duplicates:
                yield Finding("code-twice", _at(survey, option, "name"), {"name": option.name, "list": name})
            elif re.search(r"\s", option.name):
                yield Finding("code-with-space", _at(survey, option, "name"), {"name": option.name})
            if not any(column.partition("::")[0] == "label" for column in option.cells):
                yield Finding(
                    "option-without-label", _at(survey, option, "label"), {"name": option.name, "list": name}
                )
            seen.add(option.name)


def _settings(survey: Survey) -> Iterator[Finding]:
    book = survey.book
    uses = next((head for head in book.columns.get("survey", {}) if canonical(head).startswith("cati:")), "")
    if uses and not re.search(r"cati\s*=", survey.settings.get("namespaces", "")):
        where = f"{book.path.name} survey!{book.columns['survey'][uses]}1"
        yield Finding("no-namespace", where, {"name": uses})
    default = survey.settings.get("default_language", "")
    if default and default not in survey.languages and survey.languages not in {(), ("",)}:
        row = next(iter(book.rows["settings"]))
        near = difflib.get_close_matches(default, survey.languages, 1, 0.3)
        values = {"name": default, "fix": near[0] if near else ""}
        yield Finding("default-language", book.address("settings", row, "default_language"), values)


def _at(survey: Survey, option: Option, column: str) -> str:
    return survey.book.address("choices", option.number, column)

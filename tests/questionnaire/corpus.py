"""Broken workbooks, one fault each, made from one good questionnaire; and good ones on which the check must stay silent.

`python -m tests.questionnaire.corpus FOLDER` writes them all, to look at in Excel or WPS.
"""

import copy
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

ZH, EN = "中文 (zh)", "English (en)"
Rows = list[dict[str, str]]
Book = dict[str, Rows]

SURVEY = (
    "type name label::zh label::en hint::zh hint::en required relevant constraint constraint_message::zh"
    " constraint_message::en calculation choice_filter readonly default parameters repeat_count"
    " body::cati:read body::cati:scale body::cati:dk body::cati:refused body::cati:ends body::cati:seconds"
    " body::cati:quota body::cati:weight body::cati:vague body::cati:block bind::cati:soft body::cati:soft-zh body::cati:counts"
)
HEADINGS = {
    "survey": [h.replace("::zh", f"::{ZH}").replace("::en", f"::{EN}") for h in SURVEY.split()],
    "choices": ["list_name", "name", f"label::{ZH}", f"label::{EN}", "region"],
    "settings": ["form_id", "version", "default_language", "namespaces"],
}


def row(kind: str, name: str = "", zh: str = "", en: str = "", **more: str) -> dict[str, str]:
    """One row; keys of `more` are headings with __ for :: and _c_ for body::cati: or bind::cati:."""
    cells = {"type": kind, "name": name, f"label::{ZH}": zh, f"label::{EN}": en}
    for key, text in more.items():
        heading = (
            f"bind::cati:{key[3:]}"
            if key == "_c_soft"
            else f"body::cati:{key[3:]}"
            if key.startswith("_c_")
            else key
        )
        cells[heading.replace("__zh", f"::{ZH}").replace("__en", f"::{EN}")] = text
    return {key: text for key, text in cells.items() if text}


def base() -> Book:
    """A short good questionnaire: consent, age with a stop, county with a quota, a scored item in a group, an open question."""
    scored = "(. >= 0 and . <= 10) or . = 98 or . = 99"
    survey = [
        row("select_one yn", "consent", "现在方便吗？", "Is now a good time?", required="yes"),
        row("note", "bye", "打扰了，再见。", "Goodbye.", relevant="${consent} = '2'", _c_ends="33"),
        row("integer", "age", "您今年多大？", "How old are you?", required="yes", constraint=". >= 0 and . <= 120"),
        row("note", "young", "谢谢，再见。", "Thank you.", relevant="${age} < 18", _c_ends="51"),
        row("select_one county", "county", "您住在哪里？", "Where do you live?", required="yes", _c_quota="county", _c_weight="county"),
        row("begin_group", "items", "打分", "Scores", relevant="${county} != '9'", _c_block="random"),
        row("integer", "q1", "您打几分？最低打0分，最高打10分。", "Which score, 0 to 10?", required="yes", constraint=scored,
            _c_scale="0-10", _c_dk="98", _c_refused="99", _c_vague="还行|一般=98", _c_seconds="6", _c_soft=". >= 3"),
        row("calculate", "double", calculation="number(${q1}) * 2"),
        row("end_group"),
        row("select_multiple media", "media", "从哪里听说的？", "Where did you hear of it?", relevant="selected(${county}, '1')"),
        row("text", "idea", "${double}，还有什么建议？", "${double}; any suggestions?", constraint="string-length(.) <= 500"),
        row("note", "thanks", "谢谢您，再见。", "Thank you, goodbye.", _c_ends="60"),
    ]  # fmt: skip
    choices = [
        {"list_name": name, "name": code, f"label::{ZH}": zh, f"label::{EN}": en}
        for name, code, zh, en in (
            ("yn", "1", "是", "Yes"), ("yn", "2", "否", "No"), ("county", "1", "通川区", "Tongchuan"),
            ("county", "2", "达川区", "Dachuan"), ("county", "9", "外地", "Elsewhere"), ("media", "tv", "电视", "TV"),
            ("media", "paper", "报纸", "Paper"),
        )
    ]  # fmt: skip
    settings = [
        {
            "form_id": "corpus",
            "version": "1",
            "default_language": ZH,
            "namespaces": 'cati="urn:fangxin:cati:1"',
        }
    ]
    return {"survey": survey, "choices": choices, "settings": settings}


@dataclass(frozen=True)
class Broken:
    """A fault: what is done to the good questionnaire, and what the check must say, where."""

    name: str
    rule: str
    cell: str
    change: Callable[[Book], None]
    headings: tuple[str, ...] = ()
    after: Callable[[Path], None] | None = None


def put(sheet: str, number: int, column: str, text: str) -> Callable[[Book], None]:
    """Write into the row with this number (2 = the first)."""
    full = column.replace("::zh", f"::{ZH}").replace("::en", f"::{EN}")

    def change(book: Book) -> None:
        book[sheet][number - 2][full] = text

    return change


def remove(sheet: str, number: int) -> Callable[[Book], None]:
    return lambda book: book[sheet].__delitem__(number - 2)


def insert(number: int, **cells: str) -> Callable[[Book], None]:
    made = row(cells.pop("kind"), cells.pop("name", ""), cells.pop("zh", "题"), cells.pop("en", "Q"), **cells)
    return lambda book: book["survey"].insert(number - 2, made)


def choice(name_of_list: str, code: str, zh: str = "字", en: str = "word") -> Callable[[Book], None]:
    made = {"list_name": name_of_list, "name": code, f"label::{ZH}": zh, f"label::{EN}": en}
    return lambda book: book["choices"].append({key: text for key, text in made.items() if text})


def both(*changes: Callable[[Book], None]) -> Callable[[Book], None]:
    def change(book: Book) -> None:
        for each in changes:
            each(book)

    return change


def letter(sheet: str, column: str) -> str:
    full = column.replace("::zh", f"::{ZH}").replace("::en", f"::{EN}")
    return str(get_column_letter(HEADINGS[sheet].index(full) + 1))


def at(rule: str, name: str, sheet: str, number: int, column: str, text: str) -> Broken:
    """A fault made and found in the same cell."""
    return Broken(name, rule, f"{sheet}!{letter(sheet, column)}{number}", put(sheet, number, column, text))


def cell(column: str, number: int) -> str:
    return f"survey!{letter('survey', column)}{number}"


def expressions() -> Iterator[Broken]:
    """Faults inside expressions and references."""
    for name, text in (
        ("brackets", "（${consent} = '1'）"), ("equals", "${consent} ＝ '1'"), ("comma", "selected(${consent}， '1')"),
        ("dollar", "＄{consent} = '1'"), ("braces", "$｛consent｝ = '1'"), ("digits", "${age} > １８"),
        ("greater", "${age} ＞ 18"), ("at_least", "${age} ≥ 18"), ("space", "${age}　> 18"),
    ):  # fmt: skip
        yield at("wide-sign", f"wide_{name}", "survey", 6, "relevant", text)
    yield at("wide-sign", "wide_in_soft", "survey", 8, "bind::cati:soft", ". ＞ 3")
    yield at("wide-reference", "wide_in_label", "survey", 12, "label::zh", "＄｛double｝，还有什么建议？")
    for rule, name, text in (
        ("expression-quote", "open_quote", "${consent} = '1"),
        ("expression-sign", "strange_sign", "${age} # 18"),
        ("expression-operator", "double_equals", "${age} == 18"),
        ("expression-operator", "ampersands", "${age} > 18 && ${age} < 70"),
        ("expression-operator", "unequal_as_in_basic", "${age} <> 18"),
        ("expression-word", "shouted_and", "${age} > 18 AND ${age} < 70"),
        ("expression-extra", "no_operator", "${age} 18"),
        ("expression-bracket", "open_bracket", "(${age} > 18"),
        ("expression-bracket-extra", "closed_twice", "${age} > 18)"),
        ("expression-value", "nothing_on_the_right", "${age} > "),
        ("expression-value", "nothing_after_the_comma", "selected(${consent}, )"),
        ("unknown-function", "no_function", "select(${consent}, '1')"),
        ("wrong-arity", "too_few", "selected(${consent})"),
        ("wrong-arity", "too_many", "not(${age} > 18, ${age} < 70)"),
        ("unknown-reference", "no_question", "${agee} > 18"),
        ("no-such-code", "no_code", "${consent} = '3'"),
        ("no-such-code", "no_code_selected", "selected(${consent}, 'yes')"),
        ("no-such-code", "no_code_turned_round", "3 = ${consent}"),
        ("reads-a-note", "reads_a_note", "${young} = 'OK' or ${age} > 18"),
        ("self-reference", "itself", "${county} = '1' or ${age} > 18"),
        ("self-reference", "itself_as_dot", ". = '1' or ${age} > 18"),
        ("unreachable", "impossible", "${age} > 30 and ${age} < 20"),
        ("unreachable", "impossible_codes", "${consent} = '1' and ${consent} = '2'"),
        ("unreachable", "false", "false()"),
        ("unreachable-after-stop", "stopped_before", "${age} < 10"),
    ):
        yield at(rule, name, "survey", 6, "relevant", text)
    yield at("wrong-arity", "if_of_two", "survey", 9, "calculation", "if(${q1} > 5, 2)")
    yield at(
        "unknown-reference", "no_question_in_label", "survey", 12, "label::zh", "${doubel}，还有什么建议？"
    )
    yield Broken("circle", "circle", cell("relevant", 4), both(
        put("survey", 4, "relevant", "${county} = '1'"), put("survey", 6, "relevant", "${age} > 3")))  # fmt: skip
    yield Broken(
        "reads_ahead", "reads-ahead", cell("relevant", 6), put("survey", 6, "relevant", "${idea} != ''")
    )


def no_endings(book: Book) -> None:
    for each in book["survey"]:
        each.pop("body::cati:ends", None)


def routes() -> Iterator[Broken]:
    """Faults in the way through."""
    yield at("no-way-out", "nothing_fits_required", "survey", 4, "constraint", ". > 70 and . < 18")
    yield at("no-way-out", "no_choice_fits", "survey", 6, "constraint", ". = ''")
    yield Broken("nothing_fits", "nothing-fits", cell("constraint", 4), both(
        put("survey", 4, "constraint", ". > 70 and . < 18"), put("survey", 4, "required", "")))  # fmt: skip
    yield at("no-way-out-readonly", "readonly_required", "survey", 6, "readonly", "yes")
    yield Broken("after_the_end", "after-the-end", "survey!A14", insert(14, kind="text", name="late"))
    yield Broken("quota_after_stop", "quota-after-stop", cell("body::cati:quota", 13), both(
        insert(12, kind="select_one yn", name="sex", _c_quota="sex"),
        insert(12, kind="note", name="full", relevant="${county} = '2'", _c_ends="56")))  # fmt: skip
    yield Broken("weight_after_items", "quota-after-items", cell("body::cati:weight", 12),
        insert(12, kind="select_one yn", name="sex", _c_weight="sex"))  # fmt: skip
    yield Broken(
        "no_ending",
        "no-ending",
        "survey!A12",
        no_endings,
    )


def telephone() -> Iterator[Broken]:
    """Faults in the telephone columns."""
    yield at("bad-telephone-value", "scale_in_words", "survey", 8, "body::cati:scale", "0到10")
    yield at("bad-telephone-value", "read_maybe", "survey", 2, "body::cati:read", "maybe")
    yield at("ends-on-question", "question_ends", "survey", 2, "body::cati:ends", "36")
    yield at("block-on-question", "block_on_question", "survey", 2, "body::cati:block", "random")
    yield at("scale-on-type", "scale_on_text", "survey", 12, "body::cati:scale", "0-10")
    yield at("dk-is-refused", "dk_is_refused", "survey", 8, "body::cati:refused", "98")
    yield at("code-not-a-choice", "dk_no_choice", "survey", 2, "body::cati:dk", "8")
    yield at("vague-code", "vague_code", "survey", 8, "body::cati:vague", "还行|一般=55")
    yield at("scale-order", "scale_upside_down", "survey", 8, "body::cati:scale", "10-0")
    yield at(
        "code-refused", "dk_refused_by_rule", "survey", 8, "constraint", "(. >= 0 and . <= 10) or . = 99"
    )
    yield at(
        "scale-end-refused",
        "ten_refused",
        "survey",
        8,
        "constraint",
        "(. >= 0 and . < 10) or . = 98 or . = 99",
    )
    yield at(
        "scale-too-wide",
        "eleven_taken",
        "survey",
        8,
        "constraint",
        "(. >= 0 and . <= 11) or . = 98 or . = 99",
    )
    yield at("scale-text", "text_offers_100", "survey", 8, "label::zh", "最低打0分，最高打100分，您打几分？")
    yield at("seconds-too-few", "seconds_too_few", "survey", 8, "body::cati:seconds", "1")
    yield at("text-too-long", "long_text", "survey", 13, "label::zh", "谢谢您" * 100)
    yield Broken("scale_without_dk", "scale-without-dk", cell("body::cati:scale", 8), both(
        put("survey", 8, "body::cati:dk", ""), put("survey", 8, "body::cati:vague", "")))  # fmt: skip
    yield Broken("code_in_scale", "code-in-scale", cell("body::cati:dk", 8), both(
        put("survey", 8, "body::cati:dk", "9"), put("survey", 8, "body::cati:vague", "")))  # fmt: skip
    yield Broken("range_and_scale", "scale-range", cell("parameters", 12), insert(12, kind="range", name="r",
        parameters="start=1 end=10 step=1", _c_scale="0-10", _c_dk="98"))  # fmt: skip
    yield Broken("long_interview", "interview-too-long", "", lambda book: book["survey"].__setitem__(
        slice(11, 11), [row("note", f"n{n}", "念" * 230, "read") for n in range(26)]))  # fmt: skip
    yield Broken("no_namespace", "no-namespace", "survey!R1", put("settings", 2, "namespaces", ""))
    yield Broken("telephone_column", "unknown-telephone-column", "survey!AE1",
        lambda book: book["survey"][0].__setitem__("body::cati:skale", "0-10"), ("body::cati:skale",))  # fmt: skip


def tables() -> Iterator[Broken]:
    """Faults of the sheets as tables."""
    yield at("unknown-type", "misspelt_type", "survey", 4, "type", "integr")
    yield at("no-such-list", "no_list", "survey", 6, "type", "select_one countty")
    yield at("no-list-named", "no_list_named", "survey", 12, "type", "select_one")
    for kind in ("geopoint", "image", "barcode", "audio", "file", "geoshape"):
        yield at("by-sight", f"by_sight_{kind}", "survey", 12, "type", kind)
    yield Broken("no_type", "no-type", "survey!A12", put("survey", 12, "type", ""))
    yield at("no-name", "no_name", "survey", 12, "name", "")
    yield at("bad-name", "name_with_space", "survey", 12, "name", "my idea")
    yield at("name-twice", "name_twice", "survey", 12, "name", "media")
    yield at("names-alike", "names_by_case", "survey", 12, "name", "Age")
    yield at("names-alike", "names_by_width", "survey", 12, "name", "ａｇｅ")
    yield Broken("codes_by_width", "codes-alike", "choices!B9", choice("yn", "１"))
    yield Broken(
        "end_too_many", "end-without-begin", "survey!A13", insert(13, kind="end_group", zh="", en="")
    )
    yield at("wrong-end", "wrong_end", "survey", 10, "type", "end_repeat")
    yield Broken("begin_too_many", "begin-without-end", "survey!A7", remove("survey", 10))
    yield Broken("empty_group", "empty-group", "survey!A12", both(
        insert(12, kind="end_group", zh="", en=""), insert(12, kind="begin_group", name="g")))  # fmt: skip
    yield Broken(
        "no_label",
        "no-label",
        "survey!C12",
        both(put("survey", 12, "label::zh", ""), put("survey", 12, "label::en", "")),
    )
    yield at("no-calculation", "no_calculation", "survey", 9, "calculation", "")
    yield Broken("list_not_used", "unused-list", "choices!A9", choice("colour", "red"))
    yield Broken("choice_without_list", "option-without-list", "choices!A9", choice("", "red"))
    yield at("option-without-code", "choice_without_code", "choices", 8, "name", "")
    yield Broken(
        "choice_without_label", "option-without-label", "choices!C9", choice("media", "radio", "", "")
    )
    yield Broken("code_twice", "code-twice", "choices!B9", choice("yn", "2"))
    yield at("code-with-space", "code_with_space", "choices", 8, "name", "the paper")
    yield at("default-language", "no_default_language", "settings", 2, "default_language", "Français (fr)")
    yield at("missing-translation", "label_not_translated", "survey", 12, "label::en", "")
    yield at("missing-translation", "choice_not_translated", "choices", 8, "label::en", "")
    yield Broken(
        "hint_not_translated",
        "missing-translation",
        cell("hint::en", 2),
        put("survey", 2, "hint::zh", "照念"),
    )
    yield Broken("column_misspelt", "unknown-column", "survey!AE1",
        lambda book: book["survey"][5].__setitem__("relevent", "${age} > 3"), ("relevent",))  # fmt: skip
    yield Broken("picture", "media-left-out", "survey!AE2",
        lambda book: book["survey"][0].__setitem__("media::image", "map.png"), ("media::image",))  # fmt: skip
    yield Broken("picture_of_a_choice", "media-left-out", "choices!F2",
        lambda book: book["choices"][0].__setitem__(f"image::{ZH}", "yes.png"))  # fmt: skip
    yield Broken("language_without_code", "language-without-code", "survey!AE1",
        lambda book: book["survey"][0].update({f"guidance_hint::{each}": "念" for each in ("四川话", ZH, EN)}),
        ("guidance_hint::四川话",))  # fmt: skip


def files() -> Iterator[Broken]:
    """Faults of the file."""

    def keep(book: Book) -> None:
        return None

    def edit(change: Callable[[openpyxl.Workbook], None]) -> Callable[[Path], None]:
        def after(path: Path) -> None:
            book = openpyxl.load_workbook(path)
            change(book)
            book.save(path)

        return after

    def error(book: openpyxl.Workbook) -> None:
        where = book["survey"]["E2"]
        where.value, where.data_type = "#REF!", "e"

    def macros(path: Path) -> None:
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"x")

    def html(path: Path) -> None:
        path.write_bytes(b"<html>")

    yield at("formula", "formula", "survey", 2, "hint::en", '=CONCATENATE("a","b")')
    yield Broken(
        "merged",
        "merged-cells",
        "survey!E2",
        keep,
        after=edit(lambda book: book["survey"].merge_cells("E2:E4")),
    )
    yield Broken("error_value", "error-value", "survey!E2", keep, after=edit(error))
    yield Broken(
        "no_survey", "no-survey", "", keep, after=edit(lambda book: setattr(book["survey"], "title", "问卷"))
    )
    yield Broken("heading_twice", "heading-twice", "survey!AE1", keep,
        after=edit(lambda book: book["survey"].__setitem__("AE1", "name")))  # fmt: skip
    yield Broken("macros", "macros", "", keep, after=macros)
    yield Broken("not_a_workbook", "not-a-workbook", "", keep, after=html)


BROKEN: tuple[Broken, ...] = (*expressions(), *routes(), *telephone(), *tables(), *files())


def write(book: Book, path: Path, headings: tuple[str, ...] = ()) -> Path:
    """The workbook as a file."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in book.items():
        sheet = made.create_sheet(name)
        columns = [*HEADINGS[name], *(headings if name == "survey" else ())]
        columns += [column for each in rows for column in each if column not in columns]
        columns = list(dict.fromkeys(columns))
        sheet.append(columns)
        for each in rows:
            sheet.append([each.get(column) or None for column in columns])
    made.save(path)
    return path


def broken(fault: Broken, folder: Path) -> Path:
    """Write one broken workbook."""
    book = copy.deepcopy(base())
    fault.change(book)
    path = write(book, folder / f"{fault.name}.xlsx", fault.headings)
    if fault.after:
        fault.after(path)
    return path


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for fault in BROKEN:
        print(f"{broken(fault, folder).name}: {fault.rule} {fault.cell}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""From the XLSForm workbook to the ODK XForm (by pyxform), and from the XForm to our Form (by lxml).

Only compile_workbook() loads pyxform; opening a compiled study never does. What a telephone interview cannot do yet is refused by
name, never run half.
"""

import re
from pathlib import Path

from lxml import etree

from app.errors import StudyError
from app.questionnaire import other, workbook
from app.questionnaire.external import embedded
from app.questionnaire.form import Form, FormError
from app.questionnaire.xform import Reader

LARGEST = 64 << 20
"""Bytes of an XForm."""

_ADDRESS = re.compile(
    r"\[row : (?P<row>\d+)\](?: On the '(?P<sheet>[^']*)' sheet, (?:the '(?P<column>[^']*)' value|"
    r"the entity declaration is invalid\.|one or more column names are invalid\.))?"
)
TEXTS = frozenset({"label", "hint", "guidance_hint", "constraint_message", "required_message"})
"""Columns that people read."""
_KEEP = dict(zip(map(ord, "“”‘’"), "\uf8f1\uf8f2\uf8f3\uf8f4", strict=True))
_RESTORE = {ord(private): chr(quote) for quote, private in _KEEP.items()}
_QUOTED = re.compile(r"'([^']*)'")


def compile_workbook(path: Path) -> str:
    """The XForm of a workbook. Raises StudyError with sheet!cell where it is known."""
    return compile_book(workbook.read(path))


def compile_book(book: workbook.Workbook) -> str:
    """The XForm of a workbook that is read already. Raises StudyError as compile_workbook does."""
    # Slow to load, and only `study check` and `study build` need them.
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    path = book.path
    try:
        sheets = book.tables()
        other.named(sheets)
        tables = {"fallback_form_name": path.stem, **_quotes_kept(sheets)}
        made = other.asked(
            str(convert(xlsform=tables, validate=False, pretty_print=False).xform), sheets.get("survey", [])
        )
        xml = embedded(made.translate(_RESTORE), path.parent)
    except PyXFormError as error:
        raise _located(str(error), book) from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise StudyError(f"The workbook cannot be compiled: {error}", where=path.name) from error
    try:
        parse(xml)
    except FormError as error:
        where = book.of_question(error.question, error.column)
        raise StudyError(error.what, where=where, todo=error.todo) from error
    except StudyError as error:
        raise StudyError(error.what, where=path.name, todo=error.todo) from error
    return xml


def _quotes_kept(tables: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """pyxform writes every “ ” as a straight quotation mark. Expressions need that; what is read aloud stays as it was signed."""
    for rows in tables.values():
        for cells in rows:
            for heading, text in cells.items():
                if heading.partition("::")[0].strip().lower().replace(" ", "_") in TEXTS:
                    cells[heading] = text.translate(_KEEP)
    return tables


def parse(xml: str | bytes) -> Form:
    """The form, with every expression parsed. Raises StudyError; FormError (a StudyError) when one question is at fault."""
    data = xml.encode() if isinstance(xml, str) else xml
    if len(data) > LARGEST:
        raise StudyError("The form is far too large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise StudyError(f"The form is not well-formed XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise StudyError("The form declares a document type or entities, which is refused")
    form = Reader(root).form()
    form.check()
    return form


def plain(message: str) -> str:
    """pyxform's first sentence without the address in front of it, which is said apart."""
    message = message.partition("\n")[0]
    found = _ADDRESS.search(message)
    return (found and message[found.end() :].removeprefix(" is invalid.").strip()) or message


def _located(message: str, book: workbook.Workbook) -> StudyError:
    """pyxform's message with its "[row : 5] On the 'survey' sheet, the 'x' value", or the name or type in it, as an address."""
    found, quoted = _ADDRESS.search(message), _QUOTED.search(message)
    where = book.path.name
    if not found and quoted:
        by_name = book.where("name", quoted[1], "name")
        where = by_name if by_name != where else book.where("type", quoted[1], "type")
    if found:
        sheet, column = found["sheet"] or "survey", found["column"] or ""
        where = book.address(sheet, int(found["row"]), column)
    return StudyError(plain(message), where=where)

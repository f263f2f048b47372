"""Tables in files beside a workbook (CSV for select_one_from_file and pulldata) put into the compiled form.

The compiled form carries its tables, so that a signed study is whole and opening a case reads no other file.
"""

import csv
import io
from pathlib import Path

from lxml import etree

from app.errors import StudyError

LARGEST = 32 << 20
"""Bytes of one file."""

_XFORMS = "http://www.w3.org/2002/xforms"


def embedded(xml: str, folder: Path) -> str:
    """The form with the rows of every CSV file that it names and that lies in the folder. Raises StudyError, naming the file, when one
    cannot be read; files that are not there are left to be found missing by whoever needs them."""
    if "jr://file-csv/" not in xml:
        return xml
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(xml.encode(), parser)
    for instance in root.iter(f"{{{_XFORMS}}}instance"):
        source = str(instance.get("src") or "")
        path = folder / source.rpartition("/")[2]
        if source.startswith("jr://file-csv/") and path.is_file():
            _put(instance, path)
    return etree.tostring(root, encoding="unicode")


def _put(instance: etree._Element, path: Path) -> None:
    if path.stat().st_size > LARGEST:
        raise StudyError("The file is far too large", where=path.name)
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = _chinese(path)
    del instance.attrib["src"]
    top = etree.SubElement(instance, f"{{{_XFORMS}}}root")
    try:
        rows = csv.DictReader(io.StringIO(text), strict=True)
        for row in rows:
            item = etree.SubElement(top, f"{{{_XFORMS}}}item")
            for column, cell in row.items():
                if column is None:
                    raise StudyError(
                        "A row has more cells than the first", where=f"{path.name}, line {rows.line_num}"
                    )
                etree.SubElement(item, f"{{{_XFORMS}}}{column.strip()}").text = (cell or "").strip()
    except (csv.Error, ValueError) as error:  # ValueError: a heading that is no XML name, a control character
        raise StudyError(f"The file cannot be read: {error}", where=path.name) from error


def _chinese(path: Path) -> str:
    """As Excel writes CSV on a Chinese Windows."""
    try:
        return path.read_text("gb18030")
    except UnicodeDecodeError as error:
        raise StudyError("The file is neither UTF-8 nor GB18030", where=path.name) from error

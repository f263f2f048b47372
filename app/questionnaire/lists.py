"""Lists of choices in an XForm: tables, which of their rows a question offers, and in what order."""

import re
from collections.abc import Mapping

from lxml import etree

from app.questionnaire.form import Choice, FormError, Items
from app.questionnaire.itext import Element, Texts, attribute, child, children, name_of
from app.questionnaire.tables import Table

_WHOLE = re.compile(r"\s*instance\(\s*(?:'([^']+)'|\"([^\"]+)\")\s*\)/root/item\s*")
_TABLE = re.compile(r"\s*instance\(\s*(?:'([^']+)'|\"([^\"]+)\")\s*\)")
_ITEXT = re.compile(r"jr:itext\(\s*(.+?)\s*\)")


class Lists:
    """The secondary instances of a form. missing: id → file that is not part of the form."""

    def __init__(self, instances: list[Element], texts: Texts) -> None:
        self._texts = texts
        self.tables: dict[str, Table] = {}
        self.missing: dict[str, str] = {}
        self._choices: dict[tuple[str, str, str], tuple[Choice, ...]] = {}
        for instance in instances:
            name, source = attribute(instance, "id"), attribute(instance, "src")
            if source and not len(instance) and "last-saved" not in source:
                self.missing[name] = source.rpartition("/")[2]
            else:
                self.tables[name] = _table(name, instance)

    def of(self, name: str, control: Element) -> tuple[tuple[Choice, ...], Items | None]:
        """All choices of a question, and how they are picked if not all are offered as they stand. Raises FormError."""
        itemset = child(control, "itemset")
        if itemset is None:
            return tuple(self._item(item) for item in children(control, "item")), None
        nodeset, seed, random = _unwrapped(attribute(itemset, "nodeset"))
        value = attribute(child(itemset, "value"), "ref") or "name"
        label = attribute(child(itemset, "label"), "ref") or "label"
        found = _TABLE.match(nodeset)
        all_of_them: tuple[Choice, ...] = ()
        if found:
            table = found[1] or found[2]
            if table in self.missing:
                raise FormError(
                    f"The file {self.missing[table]} is not part of the form", question=name, column="type"
                )
            if table not in self.tables:
                raise FormError(f"There is no list {table}", question=name, column="type")
            all_of_them = self._rows(table, value, label)
        if found and _WHOLE.fullmatch(nodeset) and not random:
            return all_of_them, None
        plain = _ITEXT.fullmatch(label.strip())
        return all_of_them, Items(nodeset, value, plain[1] if plain else label, random, seed)

    def _item(self, item: Element) -> Choice:
        value = child(item, "value")
        return Choice(
            (value.text or "").strip() if value is not None else "", self._texts.label(item, "label")
        )

    def _rows(self, table: str, value: str, label: str) -> tuple[Choice, ...]:
        key = (table, value, label)
        if key not in self._choices:
            hidden = {value, "itextId", label}
            self._choices[key] = tuple(
                Choice(
                    cells.get(value, ""),
                    self._texts.choice(cells, label),
                    {column: text for column, text in cells.items() if column not in hidden},
                )
                for cells in self.tables[table].rows
            )
        return self._choices[key]


def _table(name: str, instance: Element) -> Table:
    root = next(instance.iterchildren(etree.Element), None)
    if root is None:
        return Table(name, ())
    rows: list[Mapping[str, str]] = []
    row_name = ""
    for row in root.iterchildren(etree.Element):
        row_name = row_name or name_of(row)
        rows.append({name_of(cell): (cell.text or "").strip() for cell in row.iterchildren(etree.Element)})
    return Table(name, tuple(rows), name_of(root), row_name or "item")


def _unwrapped(nodeset: str) -> tuple[str, str, bool]:
    """randomize(rows, seed) → rows, seed, True."""
    text = nodeset.strip()
    if not (text.startswith("randomize(") and text.endswith(")")):
        return text, "", False
    inner, depth, quote = text[len("randomize(") : -1], 0, ""
    for place, letter in enumerate(inner):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == "," and depth == 0:
            return inner[:place].strip(), inner[place + 1 :].strip(), True
    return inner.strip(), "", True

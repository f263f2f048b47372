"""Texts of an XForm, and small steps through its XML."""

import re
from collections.abc import Mapping

from lxml import etree

Element = etree._Element  # noqa: SLF001 - lxml gives the class no public name
Languages = dict[str, str]

_ITEXT = re.compile(r"jr:itext\('([^']*)'\)")


class Texts:
    """The translations of a form. languages: default first; media: names of lists and questions whose media are left out."""

    def __init__(self, model: Element) -> None:
        self.by_id: dict[str, Languages] = {}
        self._guides: dict[str, Languages] = {}
        self.media: list[str] = []
        languages: list[str] = []
        for translation in model.iter("{*}translation"):
            language = str(translation.get("lang"))
            languages.insert(0 if translation.get("default") else len(languages), language)
            for text in children(translation, "text"):
                self._read(text, language)
        self.languages = tuple(languages) or ("default",)

    def _read(self, text: Element, language: str) -> None:
        key = str(text.get("id"))
        for value in children(text, "value"):
            form = value.get("form")
            if form in {None, "guidance"}:
                table = self._guides if form else self.by_id
                table.setdefault(key, {})[language] = rendered(value)
            elif form not in {"short", "long"}:
                self.media.append(key)

    def label(self, node: Element | None, tag: str) -> Languages:
        """The texts of a child such as label or hint."""
        inner = child(node, tag)
        return self.of(inner) if inner is not None else {}

    def of(self, node: Element) -> Languages:
        """The texts of an element, by reference or written into it."""
        ref = node.get("ref")
        found = _ITEXT.fullmatch(str(ref).strip()) if ref else None
        if found:
            return dict(self.by_id.get(found[1], {}))
        text = rendered(node)
        return {self.languages[0]: text} if text else {}

    def guidance(self, node: Element | None) -> Languages:
        """The guidance that goes with a hint."""
        hint = child(node, "hint")
        if hint is None:
            return {}
        found = _ITEXT.fullmatch(attribute(hint, "ref").strip())
        return dict(self._guides.get(found[1], {})) if found else {}

    def message(self, bind: Element | None, attribute_name: str) -> Languages:
        """A message of a bind."""
        value = attribute(bind, attribute_name)
        if not value:
            return {}
        found = _ITEXT.fullmatch(value)
        if found:
            return dict(self.by_id.get(found[1], {}))
        return {self.languages[0]: value} if value else {}

    def choice(self, cells: Mapping[str, str], label: str) -> Languages:
        """The label of a row of a list."""
        key = cells.get("itextId")
        if key is not None and key in self.by_id:
            return self.by_id[key]
        text = cells.get(label, "")
        return {self.languages[0]: text} if text else {}


def rendered(node: Element) -> str:
    """Text with <output value="…"/> written as ${…}."""
    if not len(node):
        return (node.text or "").strip()
    pieces = [node.text or ""]
    for inner in node.iterchildren(etree.Element):
        is_output = name_of(inner) == "output"
        value = attribute(inner, "value") or attribute(inner, "ref")
        pieces += [f"${{{value.strip()}}}" if is_output else rendered(inner), inner.tail or ""]
    return "".join(pieces).strip()


def name_of(node: Element) -> str:
    """Without its namespace."""
    tag = str(node.tag)
    return tag[tag.rfind("}") + 1 :]


def last(path: str) -> str:
    """The last step."""
    return path.rpartition("/")[2]


def attribute(node: Element | None, name: str) -> str:
    """Blank when there is none."""
    return str(node.get(name, "")) if node is not None else ""


def children(node: Element, name: str) -> list[Element]:
    """Of a name."""
    return list(node.iterchildren(f"{{*}}{name}"))


def child(node: Element | None, name: str) -> Element | None:
    """The first of a name."""
    if node is None:
        return None
    return next(node.iterchildren(f"{{*}}{name}"), None)


def find(node: Element, name: str) -> Element | None:
    """The first of a name at any depth."""
    return next(node.iter(f"{{*}}{name}"), None)

"""An ODK XForm (XML, as pyxform writes it) read into a Form. What we cannot run yet is refused, naming question and column."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from app.errors import StudyError
from app.questionnaire import shapes
from app.questionnaire.form import Choice, Form, FormError, Group, Kind, Question

_JR = "{http://openrosa.org/javarosa}"
_ITEXT = re.compile(r"jr:itext\('([^']*)'\)")
_ITEMSET = re.compile(r"instance\('([^']+)'\)/root/item")
_TYPES = {"int": Kind.INTEGER, "decimal": Kind.DECIMAL, "string": Kind.TEXT}
_SELECTS = {"select1": Kind.SELECT_ONE, "select": Kind.SELECT_MULTIPLE}
_SIGHT = {"upload", "binary", "barcode", "geopoint", "geotrace", "geoshape"}
Element = etree._Element  # noqa: SLF001 - lxml gives the class no public name


class Reader:
    """One pass over one XForm."""

    def __init__(self, root: Element) -> None:
        model = _find(root, "model")
        instances = _children(model, "instance") if model is not None else []
        main = next(instances[0].iterchildren(etree.Element), None) if instances else None
        body = _find(root, "body")
        if model is None or main is None or body is None:
            raise StudyError("This is not an XForm: model, instance or body is missing")
        self._root, self._main, self._body = root, main, body
        self._cati = f"{{{root.nsmap.get('cati', '')}}}"
        self._binds = {str(bind.get("nodeset")): bind for bind in _children(model, "bind")}
        self._lists = {str(each.get("id")): each for each in instances[1:]}
        self._languages, self._itext, self._guides = _translations(model)
        self._controls: dict[str, Element] = {}
        self._groups: dict[str, Element] = {}
        for action in (node for node in root.iter(etree.Element) if _name(node) == "setvalue"):
            name = _last(str(action.get("ref")))
            raise FormError("A dynamic default is not supported yet", question=name, column="default")
        self._walk_body(body)

    def form(self) -> Form:
        """The whole form; expressions are not parsed yet."""
        title = _find(self._root, "title")
        form_id = self._main.get("id", "")
        found = list(self._nodes(self._main, f"/{_name(self._main)}"))
        questions = tuple(each for each in found if isinstance(each, Question))
        names = [question.name for question in questions]
        for question in questions:
            if names.count(question.name) > 1:
                raise FormError(
                    f"Two questions are named {question.name}", question=question.name, column="name"
                )
        return Form(
            id=form_id,
            version=self._main.get("version", ""),
            title=(title.text or form_id) if title is not None else form_id,
            languages=self._languages,
            questions=questions,
            groups=tuple(each for each in found if isinstance(each, Group)),
        )

    def _walk_body(self, parent: Element) -> None:
        for node in parent.iterchildren(etree.Element):
            tag, ref = _name(node), str(node.get("ref") or node.get("nodeset") or "")
            if tag == "group":
                self._groups[ref] = node
                self._walk_body(node)
            elif tag == "repeat":
                raise FormError("Repeats are not supported yet", question=_last(ref), column="type")
            elif ref and tag not in {"label", "hint"}:
                self._controls[ref] = node

    def _nodes(self, parent: Element, above: str) -> Iterator[Question | Group]:
        for node in parent.iterchildren(etree.Element):
            path = f"{above}/{_name(node)}"
            if path.endswith("/meta"):
                continue  # the form's own housekeeping (instanceID), no part of the interview
            if len(node):
                bind = self._binds.get(path)
                labels = self._label(self._groups.get(path), "label")
                yield Group(_name(node), path, _attribute(bind, "relevant"), labels)
                yield from self._nodes(node, path)
            else:
                yield self._question(path, (node.text or "").strip())

    def _question(self, path: str, default: str) -> Question:
        bind, control = self._binds.get(path), self._controls.get(path)
        name, data_type = _last(path), _attribute(bind, "type") or "string"
        hint = _child(control, "hint")
        return Question(
            name=name,
            path=path,
            kind=self._kind(name, data_type, bind, control),
            type=data_type,
            labels=self._label(control, "label"),
            hints=self._label(control, "hint"),
            guidance=self._texts(hint, self._guides) if hint is not None else {},
            choices=self._choices(name, control) if control is not None else (),
            relevant=_attribute(bind, "relevant"),
            constraint=_attribute(bind, "constraint"),
            calculate=_attribute(bind, "calculate"),
            required=_attribute(bind, "required"),
            constraint_messages=self._message(bind, "constraintMsg"),
            required_messages=self._message(bind, "requiredMsg"),
            default=default,
            cati=self._telephone(name, bind, control),
        )

    def _kind(self, name: str, data_type: str, bind: Element | None, control: Element | None) -> Kind:
        if control is None:
            return Kind.CALCULATE if _attribute(bind, "calculate") else Kind.HIDDEN
        tag = _name(control)
        if tag in _SELECTS:
            return _SELECTS[tag]
        if tag == "input" and data_type in _TYPES:
            return Kind.NOTE if _attribute(bind, "readonly") == "true()" else _TYPES[data_type]
        kind = data_type if tag == "input" else tag
        never = "cannot be asked by voice" if kind in _SIGHT else "is not supported yet"
        raise FormError(f'A question of the kind "{kind}" {never}', question=name, column="type")

    def _choices(self, name: str, control: Element) -> tuple[Choice, ...]:
        itemset = _child(control, "itemset")
        if itemset is None:
            return tuple(self._choice(item, "value") for item in _children(control, "item"))
        nodeset = _attribute(itemset, "nodeset").strip()
        found = _ITEMSET.fullmatch(nodeset)
        if not found:
            what = "A random order of choices" if nodeset.startswith("randomize") else "A choice filter"
            raise FormError(f"{what} is not supported yet", question=name, column="choice_filter")
        source = self._lists.get(found[1])
        if source is None or source.get("src"):
            raise FormError("Choices from another file are not supported yet", question=name, column="type")
        return tuple(
            self._choice(item, "name") for item in source.iter(etree.Element) if _name(item) == "item"
        )

    def _choice(self, item: Element, value: str) -> Choice:
        cells = {_name(cell): (cell.text or "").strip() for cell in item.iterchildren(etree.Element)}
        code, key = cells.pop(value, ""), cells.pop("itextId", "")
        labels = self._itext.get(key) or self._label(item, "label")
        cells.pop("label", None)
        return Choice(code, labels, cells)

    def _telephone(self, name: str, *nodes: Element | None) -> dict[str, str]:
        found: dict[str, str] = {}
        for node in nodes:
            for key, value in node.attrib.items() if node is not None else ():
                if str(key).startswith(self._cati) and len(self._cati) > 2:
                    found[str(key).removeprefix(self._cati)] = str(value).strip()
        for column, value in found.items():
            if not shapes.known(column):
                raise FormError(f"There is no telephone column cati:{column}", question=name, column="type")
            if not shapes.fits(column, value):
                raise FormError(
                    f'"{value[:40]}" cannot stand in cati:{column}',
                    question=name,
                    column=f"body::cati:{column}",
                )
        return found

    def _label(self, node: Element | None, tag: str) -> dict[str, str]:
        child = _child(node, tag)
        return self._texts(child, self._itext) if child is not None else {}

    def _texts(self, node: Element, table: Mapping[str, dict[str, str]]) -> dict[str, str]:
        found = _ITEXT.fullmatch(_attribute(node, "ref").strip())
        if found:
            return dict(table.get(found[1], {}))
        text = _rendered(node)
        return {self._languages[0]: text} if text and table is self._itext else {}

    def _message(self, bind: Element | None, name: str) -> dict[str, str]:
        value = _attribute(bind, _JR + name)
        found = _ITEXT.fullmatch(value)
        if found:
            return dict(self._itext.get(found[1], {}))
        return {self._languages[0]: value} if value else {}


def _translations(
    model: Element,
) -> tuple[tuple[str, ...], dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Languages, default first; text id → texts; text id → guidance texts."""
    texts: dict[str, dict[str, str]] = {}
    guides: dict[str, dict[str, str]] = {}
    languages: list[str] = []
    for translation in (node for node in model.iter(etree.Element) if _name(node) == "translation"):
        language = str(translation.get("lang"))
        first = translation.get("default") == "true()"
        languages.insert(0 if first else len(languages), language)
        for text in _children(translation, "text"):
            for value in _children(text, "value"):
                if value.get("form") in {None, "guidance"}:
                    table = guides if value.get("form") else texts
                    table.setdefault(str(text.get("id")), {})[language] = _rendered(value)
    return tuple(languages) or ("default",), texts, guides


def _rendered(node: Element) -> str:
    """Text with <output value="…"/> written as ${…}."""
    pieces = [node.text or ""]
    for child in node.iterchildren(etree.Element):
        inner = f"${{{_attribute(child, 'value').strip()}}}" if _name(child) == "output" else _rendered(child)
        pieces += [inner, child.tail or ""]
    return "".join(pieces).strip()


def _name(node: Element) -> str:
    return etree.QName(node).localname


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _attribute(node: Element | None, name: str) -> str:
    return str(node.get(name, "")) if node is not None else ""


def _children(node: Element, name: str) -> list[Element]:
    return [child for child in node.iterchildren(etree.Element) if _name(child) == name]


def _child(node: Element | None, name: str) -> Element | None:
    return next(iter(_children(node, name)), None) if node is not None else None


def _find(node: Element, name: str) -> Element | None:
    return next((each for each in node.iter(etree.Element) if _name(each) == name), None)

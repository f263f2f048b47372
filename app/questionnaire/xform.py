"""An ODK XForm (XML, as pyxform writes it) read into a Form. What cannot be asked by voice is refused, naming question and column."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from app.errors import StudyError
from app.questionnaire import shapes
from app.questionnaire.form import Action, Form, FormError, Group, Kind, Question
from app.questionnaire.itext import Element, Texts, attribute, child, children, find, last, name_of
from app.questionnaire.lists import Lists

_JR = "{http://openrosa.org/javarosa}"
_TYPES = {
    "int": Kind.INTEGER,
    "long": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "string": Kind.TEXT,
    "boolean": Kind.TEXT,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "dateTime": Kind.DATETIME,
}
_TAGS = {
    "select1": Kind.SELECT_ONE,
    "select": Kind.SELECT_MULTIPLE,
    "rank": Kind.RANK,
    "range": Kind.RANGE,
    "trigger": Kind.ACKNOWLEDGE,
}
_CHOOSES = frozenset({"select1", "select", "rank"})
_SIGHT = frozenset({"upload", "binary", "barcode", "geopoint", "geotrace", "geoshape"})
_FIRST = frozenset({"odk-instance-first-load", "odk-instance-load", "xforms-ready"})


class Reader:
    """One pass over one XForm."""

    def __init__(self, root: Element) -> None:
        model = find(root, "model")
        instances = children(model, "instance") if model is not None else []
        main = next(instances[0].iterchildren(etree.Element), None) if instances else None
        body = find(root, "body")
        if model is None or main is None or body is None:
            raise StudyError("This is not an XForm: model, instance or body is missing")
        self._root, self._main, self._body = root, main, body
        self._cati = f"{{{root.nsmap.get('cati', '')}}}"
        self._binds = {str(bind.get("nodeset")).strip(): bind for bind in children(model, "bind")}
        self._texts = Texts(model)
        self._lists = Lists(instances[1:], self._texts)
        self._controls: dict[str, Element] = {}
        self._groups: dict[str, Element] = {}
        self._repeats: dict[str, Element] = {}
        self._actions = [action for each in (model, body) for action in _actions(each)]
        self._walk_body(body)

    def form(self) -> Form:
        """The whole form; expressions are not parsed yet."""
        title = find(self._root, "title")
        form_id = self._main.get("id", "")
        path = f"/{name_of(self._main)}"
        found = list(self._nodes(self._main, path))
        questions = [each for each in found if isinstance(each, Question)]
        return Form(
            id=form_id,
            version=self._main.get("version", ""),
            title=(title.text or form_id) if title is not None else form_id,
            languages=self._texts.languages,
            questions=tuple(_distinct(questions)),
            groups=tuple(each for each in found if isinstance(each, Group)),
            tables=tuple(self._lists.tables.values()),
            actions=tuple(self._actions),
            notices=tuple(self._notices()),
        )

    def _notices(self) -> Iterator[str]:
        if self._texts.media:
            names = ", ".join(
                dict.fromkeys(key.partition(":")[0].rpartition("/")[2] for key in self._texts.media)
            )
            yield f"Pictures, sounds and films are left out in an interview by telephone: {names}"
        for name, file in self._lists.missing.items():
            yield f"The file {file} ({name}) is not part of the form"

    def _walk_body(self, parent: Element) -> None:
        for node in parent.iterchildren(etree.Element):
            tag, ref = name_of(node), str(node.get("ref") or node.get("nodeset") or "").strip()
            if tag == "group":
                self._groups.setdefault(ref, node)
                self._walk_body(node)
            elif tag == "repeat":
                self._repeats[ref] = node
                self._walk_body(node)
            elif ref and tag not in {"label", "hint", "setvalue"}:
                self._controls[ref] = node

    def _nodes(
        self, parent: Element, above: str, template: Element | None = None
    ) -> Iterator[Question | Group]:
        inner = [node for node in parent.iterchildren(etree.Element) if name_of(node) != "meta"]
        plain = Counter(name_of(node) for node in inner if node.get(f"{_JR}template") is None)
        models = {name_of(node): node for node in inner if node.get(f"{_JR}template") is not None}
        fresh = (
            Counter(name_of(node) for node in template if node.get(f"{_JR}template") is None)
            if template is not None
            else {}
        )
        seen: set[str] = set()
        for node in inner:
            name = name_of(node)
            path = f"{above}/{name}"
            if name in seen:
                continue  # a template and the instances after it, or several instances
            seen.add(name)
            if len(node) or path in self._groups or path in self._repeats:
                yield replace(
                    self._group(path, plain[name]), fresh=fresh.get(name, 0) if template is not None else 0
                )
                real = next(
                    (each for each in inner if name_of(each) == name and each.get(f"{_JR}template") is None),
                    node,
                )
                yield from self._nodes(real, path, models.get(name, child(template, name)))
            else:
                new = child(template, name) if template is not None else None
                fresh_text = (new.text or "").strip() if new is not None else ""
                yield self._question(path, (node.text or "").strip(), fresh_text)

    def _group(self, path: str, initial: int) -> Group:
        control, repeat = self._groups.get(path), self._repeats.get(path)
        bind = self._binds.get(path)
        appearance = f"{attribute(control, 'appearance')} {attribute(repeat, 'appearance')}".split()
        return Group(
            last(path),
            path,
            attribute(bind, "relevant"),
            self._texts.label(control if control is not None else repeat, "label"),
            repeats=repeat is not None,
            count=attribute(repeat, f"{_JR}count"),
            initial=initial,
            one_screen="field-list" in appearance,
            cati=self._telephone(last(path), bind, control, repeat),
        )

    def _question(self, path: str, default: str, fresh: str) -> Question:
        bind, control = self._binds.get(path), self._controls.get(path)
        name, data_type = last(path), attribute(bind, "type").rpartition(":")[2] or "string"
        texts = self._texts
        choices, items = (
            self._lists.of(name, control) if control is not None and self._chooses(control) else ((), None)
        )
        return Question(
            name=name,
            path=path,
            kind=self._kind(name, data_type, bind, control),
            type=data_type,
            labels=texts.label(control, "label"),
            hints=texts.label(control, "hint"),
            guidance=texts.guidance(control),
            choices=choices,
            relevant=attribute(bind, "relevant"),
            constraint=attribute(bind, "constraint"),
            calculate=attribute(bind, "calculate"),
            required=attribute(bind, "required"),
            constraint_messages=texts.message(bind, f"{_JR}constraintMsg"),
            required_messages=texts.message(bind, f"{_JR}requiredMsg"),
            default=default,
            fresh=fresh,
            cati=self._telephone(name, bind, control),
            readonly=attribute(bind, "readonly"),
            items=items,
            bounds=self._bounds(name, control),
            preload=f"{attribute(bind, _JR + 'preload')} {attribute(bind, _JR + 'preloadParams')}".strip(),
            appearance=attribute(control, "appearance"),
        )

    def _chooses(self, control: Element) -> bool:
        return name_of(control) in _CHOOSES

    def _bounds(self, name: str, control: Element | None) -> tuple[str, str, str] | None:
        if control is None or name_of(control) != "range":
            return None
        found = tuple(
            attribute(control, each) or usual
            for each, usual in (("start", "1"), ("end", "10"), ("step", "1"))
        )
        try:
            start, end, step = (str(float(each)) and each for each in found)
        except ValueError as error:
            raise FormError(
                "start, end and step of a range are numbers", question=name, column="parameters"
            ) from error
        return start, end, step

    def _kind(self, name: str, data_type: str, bind: Element | None, control: Element | None) -> Kind:
        if control is None:
            return Kind.CALCULATE if attribute(bind, "calculate") else Kind.HIDDEN
        tag = name_of(control)
        if tag in _TAGS:
            return _TAGS[tag]
        if tag == "input" and data_type in _TYPES:
            return Kind.NOTE if attribute(bind, "readonly") == "true()" else _TYPES[data_type]
        kind = data_type if tag == "input" else tag
        never = "cannot be asked by voice" if kind in _SIGHT else "is not supported"
        raise FormError(f'A question of the kind "{kind}" {never}', question=name, column="type")

    def _telephone(self, name: str, *nodes: Element | None) -> dict[str, str]:
        found: dict[str, str] = {}
        for node in nodes if len(self._cati) > 2 else ():
            for key, value in node.attrib.items() if node is not None else ():
                if str(key).startswith(self._cati):
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


def _actions(part: Element) -> Iterator[Action]:
    for node in part.iter("{*}setvalue"):
        events = set(attribute(node, "event").split())
        above = node.getparent()
        source = attribute(above, "ref").strip() if "xforms-value-changed" in events else ""
        yield Action(
            (attribute(node, "ref") or attribute(node, "bind")).strip(),
            attribute(node, "value") or (f"'{node.text.strip()}'" if node.text and node.text.strip() else ""),
            first=bool(events & _FIRST),
            new="odk-new-repeat" in events,
            source=source,
        )


def _distinct(questions: list[Question]) -> Iterator[Question]:
    """Names are the columns of the results: one that occurs in two groups carries its groups ("house/age")."""
    names = Counter(question.name for question in questions)
    for question in questions:
        once = names[question.name] == 1
        yield question if once else replace(question, name="/".join(question.path.split("/")[2:]))


__all__ = ["Reader", "child"]

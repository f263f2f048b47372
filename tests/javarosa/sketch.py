"""A form as a tree of plain values, from which an XForm is written: what the generator makes and the shrinker takes apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape, quoteattr

EVENT = "odk-instance-first-load"
HEAD = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
    'xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:orx="http://openrosa.org/xforms">'
)


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the choices sheet. extra: one further column, "f"."""

    name: str
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A node. kind: an XForms data type, "select1", "select", "rank", "calculate", "note", "group" or "repeat".

    rules: bind attributes (relevant, constraint, calculate, required, readonly). default: in the instance; dynamic: an expression
    set at the start, or whenever the question at the path `trigger` is answered. filter, seed: of the choices ("-" = randomize
    without a seed). count: of a repeat.
    """

    name: str
    kind: str
    path: str = ""
    rules: dict[str, str] = field(default_factory=dict)
    default: str = ""
    dynamic: str = ""
    trigger: str = ""
    items: str = ""
    filter: str = ""
    seed: str = ""
    count: str = ""
    label: str = ""
    children: tuple["Sketch", ...] = ()

    @property
    def is_group(self) -> bool:
        return self.kind in {"group", "repeat"}

    @property
    def is_select(self) -> bool:
        return self.kind in {"select1", "select", "rank"}

    @property
    def is_asked(self) -> bool:
        return not self.is_group and self.kind != "calculate"

    def walk(self) -> Iterator["Sketch"]:
        """This node and all below."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole form. lists: choice lists by name. languages: () = one without a name."""

    nodes: tuple[Sketch, ...]
    lists: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    languages: tuple[str, ...] = ()

    def walk(self) -> Iterator[Sketch]:
        """All nodes, in document order."""
        for node in self.nodes:
            yield from node.walk()

    def without(self, path: str) -> "Paper":
        """The form without a node (and all below it)."""
        return replace(self, nodes=_change(self.nodes, path, None))

    def having(self, changed: Sketch) -> "Paper":
        """The form with a node replaced by another at the same path."""
        return replace(self, nodes=_change(self.nodes, changed.path, changed))

    def xml(self) -> str:
        """The XForm."""
        return "".join(_xml(self))


_PULLED = re.compile(r"pulldata\('(\w+)', '(\w+)', '(\w+)', ([^()]*?)\)")


def for_javarosa(xml: str) -> str:
    """The form with what JavaRosa lacks said otherwise. pulldata() is ODK Collect's: the same cell, found by a condition on the table.
    Its clock cannot be set: NOON is written out (test_clock.py asks it for today() and now() themselves, in a JVM under faketime)."""
    xml = xml.replace("today()", "date('2026-11-22')").replace(
        "now()", "date-time('2026-11-22T12:00:00.000+08:00')"
    )
    return _PULLED.sub(r"string(instance('\1')/root/item[\3 = string(\4)]/\2)", xml)


def _change(nodes: tuple[Sketch, ...], path: str, instead: Sketch | None) -> tuple[Sketch, ...]:
    found: list[Sketch] = []
    for node in nodes:
        if node.path != path:
            found.append(replace(node, children=_change(node.children, path, instead)))
        elif instead is not None:
            found.append(instead)
    return tuple(found)


def _xml(paper: Paper) -> Iterator[str]:
    yield f"{HEAD}<h:head><h:title>t</h:title><model odk:xforms-version='1.0.0'>"
    yield from _itext(paper)
    yield "<instance><data id='t' version='1'>"
    yield from map(_instance, paper.nodes)
    yield "<meta><instanceID/></meta></data></instance>"
    for name, items in paper.lists.items():
        yield f"<instance id='{name}'><root>"
        for number, item in enumerate(items):
            label = (
                f"<itextId>{name}-{number}</itextId>" if paper.languages else f"<label>L {item.name}</label>"
            )
            yield f"<item>{label}<name>{item.name}</name><f>{escape(item.extra)}</f></item>"
        yield "</root></instance>"
    for node in paper.walk():
        yield from _bind(node)
    yield "</model></h:head><h:body>"
    for node in paper.nodes:
        yield from _control(paper, node)
    yield "</h:body></h:html>"


def _itext(paper: Paper) -> Iterator[str]:
    if not paper.languages:
        return
    yield "<itext>"
    for place, language in enumerate(paper.languages):
        default = " default='true()'" if place == 0 else ""
        yield f"<translation lang={quoteattr(language)}{default}>"
        for node in paper.walk():
            yield f"<text id={quoteattr(node.path + ':label')}><value>{place} {node.label}</value></text>"
        for name, items in paper.lists.items():
            for number, item in enumerate(items):
                yield f"<text id='{name}-{number}'><value>{place} {item.name}</value></text>"
        yield "</translation>"
    yield "</itext>"


def _instance(node: Sketch) -> str:
    """As pyxform writes it: a repeat as its template, then as the first instance unless its number is counted."""
    if not node.is_group:
        return f"<{node.name}>{escape(node.default)}</{node.name}>"
    inner = "".join(map(_instance, node.children))
    if node.kind == "group":
        return f"<{node.name}>{inner}</{node.name}>"
    once = "" if node.count else f"<{node.name}>{''.join(map(_first, node.children))}</{node.name}>"
    return f'<{node.name} jr:template="">{inner}</{node.name}>{once}'


def _first(node: Sketch) -> str:
    """A node of an instance that is there from the beginning."""
    inner = "".join(map(_first, node.children)) if node.is_group else escape(node.default)
    return "" if node.kind == "repeat" and node.count else f"<{node.name}>{inner}</{node.name}>"


def _bind(node: Sketch) -> Iterator[str]:
    kinds = {
        "select1": "string",
        "select": "string",
        "rank": "odk:rank",
        "calculate": "string",
        "note": "string",
    }
    given = "" if node.is_group else f" type='{kinds.get(node.kind, node.kind)}'"
    rules = "".join(f" {name}={quoteattr(rule)}" for name, rule in node.rules.items())
    if given or rules:
        yield f"<bind nodeset='{node.path}'{given}{rules}/>"
    if node.dynamic and not node.trigger:
        yield f"<setvalue ref='{node.path}' event='{EVENT}' value={quoteattr(node.dynamic)}/>"


def _control(paper: Paper, node: Sketch) -> Iterator[str]:
    set_by = "".join(
        f"<setvalue ref='{other.path}' event='xforms-value-changed' value={quoteattr(other.dynamic)}/>"
        for other in paper.walk()
        if other.trigger == node.path
    )
    label = f"<label ref={quoteattr(_jr(node))}/>" if paper.languages else f"<label>{node.label}</label>"
    if node.kind == "group":
        yield f"<group ref='{node.path}'>{label}"
    elif node.kind == "repeat":
        count = f" jr:count={quoteattr(node.count)} jr:noAddRemove='true()'" if node.count else ""
        yield f"<group ref='{node.path}'>{label}<repeat nodeset='{node.path}'{count}>"
    for child in node.children:
        yield from _control(paper, child)
    if node.is_group:
        yield "</repeat></group>" if node.kind == "repeat" else "</group>"
    elif node.is_select:
        tag = "odk:rank" if node.kind == "rank" else node.kind
        value = "itextId" if paper.languages else "label"
        shown = f"jr:itext({value})" if paper.languages else value
        chosen = f"<itemset nodeset={quoteattr(_nodeset(node))}><value ref='name'/><label ref='{shown}'/></itemset>"
        yield f"<{tag} ref='{node.path}'>{label}{chosen}{set_by}</{tag}>"
    elif node.kind != "calculate":
        yield f"<input ref='{node.path}'>{label}{set_by}</input>"


def _jr(node: Sketch) -> str:
    return f"jr:itext('{node.path}:label')"


def _nodeset(node: Sketch) -> str:
    rows = f"instance('{node.items}')/root/item" + (f"[{node.filter}]" if node.filter else "")
    if not node.seed:
        return rows
    return f"randomize({rows})" if node.seed == "-" else f"randomize({rows}, {node.seed})"

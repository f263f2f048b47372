"""Every sentence of an error that stands in the source, found by reading the source: what ends up in a FangxinError's what, where or todo.

An argument is followed through constants, local names, conditional expressions, tables, functions that give a text, and parameters (to
their callers). Where the trail ends, the place itself is named: such an expression must be listed by the test, with its reason.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

HOLE = "x1"
"""What stands for an inserted value."""
_SHOWN = ("what", "where", "todo")
_FOLLOWED = ("what", "todo", "spoken", "in what", "in todo", "in spoken")
"""Parts that are followed to a function's callers: places are paths and names, and lead all over the program."""
_WORDS = (ast.Name, ast.IfExp, ast.BoolOp, ast.Subscript)
_ROOT = "FangxinError"
_DEEP = 6

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Told:
    """A sentence as it would read with HOLE for every value. part: "what", "where", "todo", "spoken"; at: file:line of its call."""

    at: str
    part: str
    text: str


@dataclass(frozen=True)
class Sink:
    """An argument that is shown: of which call, its name and place (-1 = by name only). below: in which folder or file. part: as Told's."""

    below: str
    called: str
    parameter: str
    at: int
    part: str = "what"


@dataclass
class _Module:
    name: str
    tree: ast.Module
    inside: dict[ast.AST, Function | None] = field(default_factory=dict)
    functions: dict[str, list[Function]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[str, list[ast.Call]] = field(default_factory=lambda: defaultdict(list))
    classes: list[ast.ClassDef] = field(default_factory=list)
    constants: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._walk(self.tree, None)
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and self.inside[node] is None:
                for target in node.targets:
                    self._assigned(target, node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None and self.inside[node] is None:
                self._assigned(node.target, node.value)

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, other in zip(target.elts, value.elts, strict=True):
                self._assigned(one, other)
        elif isinstance(target, ast.Name):
            self.constants[target.id].append(value)

    def _walk(self, node: ast.AST, function: Function | None) -> None:
        self.inside[node] = function
        if isinstance(node, ast.ClassDef):
            self.classes.append(node)
        elif isinstance(node, ast.Call):
            self.calls[_called(node)].append(node)
        elif isinstance(node, Function):
            self.functions[node.name].append(node)
            function = node
        for child in ast.iter_child_nodes(node):
            self._walk(child, function)


@cache  # the same files for every question
def _read(name: str, text: str) -> _Module:
    return _Module(name, ast.parse(text))


class Source:
    """All modules below the folders."""

    def __init__(self, *folders: Path) -> None:
        self.modules = [
            _read(str(path.relative_to(folder.parent)), path.read_text("utf-8"))
            for folder in folders
            for path in sorted(folder.rglob("*.py"))
        ]
        self.dead_ends: dict[str, str] = {}
        """Expressions that could not be followed: as written → where."""
        self._told: set[Told] = set()
        self._open: set[ast.expr] = set()
        self._sinks: list[tuple[_Module | None, str, str, int, str]] = []
        self._seen: set[tuple[str, str, str, int, str]] = set()

    @cached_property
    def kinds(self) -> set[str]:
        """The names of all classes of errors."""
        found = {_ROOT}
        while True:
            more = {
                each.name
                for module in self.modules
                for each in module.classes
                if any(_last(base) in found for base in each.bases)
            }
            if more <= found:
                return found
            found |= more

    def told(self, also: Iterable[Sink] = ()) -> set[Told]:
        """Every sentence, fragments included. also: further calls whose argument a person reads."""
        own = self._with_own_init()
        for sink in also:
            for module in self.modules:
                if module.name.startswith(sink.below):
                    self._sink(module, sink.called, sink.parameter, sink.at, sink.part)
        for kind in self.kinds - own:
            for at, part in enumerate(_SHOWN):
                self._sink(None, kind, part, at if at == 0 else -1, part)
        for module in self.modules:
            for each in module.classes:
                if each.name in self.kinds and each.name != _ROOT:
                    self._class_texts(module, each)
        while self._sinks:
            self._drain(*self._sinks.pop())
        return self._told

    def _with_own_init(self) -> set[str]:
        return {
            each.name
            for module in self.modules
            for each in module.classes
            if each.name in self.kinds - {_ROOT}
            and any(isinstance(node, Function) and node.name == "__init__" for node in each.body)
        }

    def _class_texts(self, module: _Module, kind: ast.ClassDef) -> None:
        """super().__init__(…) of an error with an __init__ of its own."""
        for node in ast.walk(kind):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
                self._call(module, node, "what", 0, "what")
                for part in ("where", "todo"):
                    self._call(module, node, part, -1, part)

    def _sink(self, module: _Module | None, name: str, parameter: str, at: int, part: str) -> None:
        key = (module.name if module else "", name, parameter, at, part)
        if key not in self._seen:
            self._seen.add(key)
            self._sinks.append((module, name, parameter, at, part))

    def _drain(self, only: _Module | None, name: str, parameter: str, at: int, part: str) -> None:
        for module in self.modules if only is None else [only]:
            for node in module.calls.get(name, ()):
                self._call(module, node, parameter, at, part)

    def _call(self, module: _Module, node: ast.Call, parameter: str, at: int, part: str) -> None:
        given = next((each.value for each in node.keywords if each.arg == parameter), None)
        if given is None and 0 <= at < len(node.args):
            given = node.args[at]
        if given is None:
            return
        where = f"{module.name}:{node.lineno}"
        for text in self._texts(module, given, where, part, 0):
            self._told.add(Told(where, part, text))

    # From an expression to the texts it may be

    def _texts(self, module: _Module, node: ast.expr, at: str, part: str, depth: int) -> list[str]:
        if node in self._open:
            return [HOLE]
        self._open.add(node)
        try:
            return list(dict.fromkeys(self._read(module, node, at, part, depth)))
        finally:
            self._open.discard(node)

    def _read(self, module: _Module, node: ast.expr, at: str, part: str, depth: int) -> list[str]:
        if choices := _choices(node):
            return [text for each in choices for text in self._texts(module, each, at, part, depth)]
        match node:
            case ast.Constant(value=value):
                return [str(value)] if isinstance(value, str) else [HOLE]
            case ast.JoinedStr(values=values):
                return _joined([self._piece(module, each, at, part, depth) for each in values])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return _joined([self._texts(module, each, at, part, depth) for each in (left, right)])
            case ast.Name(id=name):
                return self._named(module, node, name, at, part, depth)
            case ast.Call():
                return self._given(module, node, at, part, depth)
            case ast.Attribute(attr="what" | "where" | "todo" | "args"):
                return [HOLE]
        return self._lost(node, at, part)

    def _piece(self, module: _Module, node: ast.expr, at: str, part: str, depth: int) -> list[str]:
        """A piece of an f-string. Words that may be put in are sentences of their own; the rest is a hole."""
        if isinstance(node, ast.FormattedValue):
            value = node.value
            if not part.startswith("in ") and isinstance(value, _WORDS):
                dead = dict(self.dead_ends)
                for text in self._texts(module, value, at, f"in {part}", depth):
                    self._told.add(Told(at, f"in {part}", text))
                self.dead_ends = dead
            return [HOLE]
        return self._texts(module, node, at, part, depth)

    def _named(self, module: _Module, node: ast.expr, name: str, at: str, part: str, depth: int) -> list[str]:
        if depth > _DEEP:
            return [HOLE]
        function = module.inside.get(node)
        values: list[ast.expr] = []
        while function is not None:
            if found := list(_bound(function, name)):
                values = found
                break
            if (place := _parameter(function, name)) is not None:
                if part in _FOLLOWED and not depth:
                    self._to_callers(module, function, name, place, part)
                return [HOLE]
            function = module.inside[function]
        if not values:
            values = module.constants.get(name) or [
                each for other in self.modules for each in other.constants.get(name, ())
            ]
        if not values:
            return self._lost(node, at, part)
        return [text for each in values for text in self._texts(module, each, at, part, depth + 1)]

    def _to_callers(self, module: _Module, function: Function, name: str, place: int, part: str) -> None:
        method = function.args.args[:1] and function.args.args[0].arg in ("self", "cls")
        called, place = function.name, place - bool(method and place > 0)
        if called == "__init__":
            called = next(each.name for each in module.classes if function in each.body)
        self._sink(module if called.startswith("_") else None, called, name, place, part)

    def _given(self, module: _Module, node: ast.Call, at: str, part: str, depth: int) -> list[str]:
        name = _called(node)
        if name == "format" and isinstance(node.func, ast.Attribute):
            return self._texts(module, node.func.value, at, part, depth)
        if isinstance(node.func, ast.Name) and self._is_handed(module, node, name):
            return self._texts(module, node.args[0], at, part, depth) if node.args else [HOLE]
        if name == "get" and isinstance(node.func, ast.Attribute):
            return [
                text
                for each in (node.func.value, *node.args[1:])
                for text in self._texts(module, each, at, part, depth)
            ]
        if name in ("rstrip", "replace", "strip", "removesuffix") and isinstance(node.func, ast.Attribute):
            return self._texts(module, node.func.value, at, part, depth)
        owners = [module] if name in module.functions else self.modules
        owner = {id(each): other for other in owners for each in other.functions.get(name, ())}
        functions = [each for other in owners for each in other.functions.get(name, ()) if _gives_text(each)]
        if len(functions) != 1 or depth > _DEEP:
            return [HOLE]
        return [
            text
            for function in functions
            for given in ast.walk(function)
            if isinstance(given, ast.Return) and given.value is not None
            for text in self._texts(owner[id(function)], given.value, at, part, depth + 1)
        ]

    def _is_handed(self, module: _Module, node: ast.Call, name: str) -> bool:
        """Whether a function is a parameter, as a teller is: it changes what it is given, and means the same."""
        function = module.inside.get(node)
        while function is not None:
            if _parameter(function, name) is not None:
                return True
            function = module.inside[function]
        return False

    def _lost(self, node: ast.expr, at: str, part: str) -> list[str]:
        if part in ("what", "todo"):
            self.dead_ends.setdefault(ast.unparse(node), at)
        return [HOLE]


def _choices(node: ast.expr) -> list[ast.expr]:
    """The expressions of which one, or one after the other, is taken; none = it is no choice."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            return [one, other]
        case (
            ast.BoolOp(values=values)
            | ast.Dict(values=values)
            | ast.Tuple(elts=values)
            | ast.List(elts=values)
        ):
            return values
        case ast.Subscript(value=table):
            return [table]
    return []


def _bound(function: Function, name: str) -> Iterator[ast.expr]:
    """What a local name is given anywhere in a function."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _assigned(target, value, name)
            case ast.AnnAssign(target=ast.Name(id=found), value=value) if found == name and value is not None:
                yield value
            case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
                yield value
            case ast.AugAssign(target=ast.Name(id=found), value=value) if found == name:
                yield value
            case ast.For(target=target, iter=over) | ast.comprehension(target=target, iter=over):
                yield from _assigned(target, over, name)
            case ast.ExceptHandler(name=found) if found == name:
                yield ast.Constant(1)


def _assigned(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    match target, value:
        case ast.Name(id=found), _ if found == name:
            yield value
        case (ast.Tuple(elts=targets), ast.Tuple(elts=values)) if len(targets) == len(values):
            for one, other in zip(targets, values, strict=True):
                yield from _assigned(one, other, name)
        case (ast.Tuple(elts=targets), ast.IfExp(body=one, orelse=other)):
            yield from _assigned(target, one, name)
            yield from _assigned(target, other, name)
        case (ast.Tuple(elts=targets), _) if any(isinstance(e, ast.Name) and e.id == name for e in targets):
            table = isinstance(value, ast.Tuple | ast.List | ast.Dict | ast.Name | ast.Subscript)
            yield (
                value
                if table or (isinstance(value, ast.Call) and _called(value) == "get")
                else ast.Constant(1)
            )


def _gives_text(function: Function) -> bool:
    return function.returns is not None and ast.unparse(function.returns) in ("str", "tuple[str, str]")


def _parameter(function: Function, name: str) -> int | None:
    """Where a parameter stands; -1 = by name only; None = it is none."""
    listed = [*function.args.posonlyargs, *function.args.args]
    for at, each in enumerate(listed):
        if each.arg == name:
            return at
    return -1 if any(each.arg == name for each in function.args.kwonlyargs) else None


def _joined(pieces: Iterable[list[str]]) -> list[str]:
    texts = [""]
    for piece in pieces:
        texts = [text + each for text in texts for each in dict.fromkeys(piece)]
    return texts


def _called(node: ast.Call) -> str:
    return _last(node.func)


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""

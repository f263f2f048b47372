"""Location paths of an expression, parsed: plain paths of the form, walks with conditions, tables."""

from collections.abc import Iterable

from app.errors import StudyError
from app.questionnaire.context import Closure, Nodes
from app.questionnaire.paths import Quick, Start, Step, single, walk
from app.questionnaire.tokens import Token, fault, tokens

DEEPEST = 60
"""Brackets and calls inside each other; more is a mistake or an attack."""
REFUSED = {
    "[": "A condition in square brackets here",
    "//": "A search with //",
    "@": "An attribute",
    "::": "An axis",
    "$": "A variable",
    "|": "A union with |",
}
"""Signs of XPath that ODK forms do not need."""


class Location:
    """The words of one expression and its location paths; xpath.py adds the operators. reads: (path, steps shared with the node);
    nodes: closure of a path → the same as a set of nodes."""

    def __init__(self, expression: str, node: str) -> None:
        self._expression, self._node = expression, node
        self._own = node.split("/")[1:]
        self._tokens = tokens(expression)
        self._next = 0
        self._depth = 0
        self._inside: list[
            tuple[list[str], int] | None
        ] = []  # conditions we are in: path of the rows, or None for a table
        self._looks = 0  # how often something looked at the row of a condition
        self.reads: set[tuple[str, int]] = set()
        self.calls: set[str] = set()
        self.tables: set[str] = set()
        self.nodes: dict[Closure, Nodes] = {}
        self._plain: dict[Closure, str] = {}
        self._texts: dict[Closure, str] = {}
        self._columns: dict[Closure, str] = {}
        self._quick: dict[Closure, Quick] = {}

    def _fault(self, problem: str, at: int) -> StudyError:
        return fault(self._expression, problem, at)

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _is(self, *signs: str) -> bool:
        token = self._tokens[self._next]
        return token.kind == "sign" and token.text in signs

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise self._fault(f'"{sign}" is missing{self._before()}', self._token.at)
        self._take()

    def _before(self) -> str:
        return f' before "{self._token.text}"' if self._token.text else " at the end"

    def _binary(self, level: int) -> Closure:
        """An expression (xpath.py)."""
        raise NotImplementedError

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._fault("the brackets are nested too deeply", self._token.at)

    def _table(self, name: Token, argument: Closure) -> Closure:
        table = self._texts.get(argument)
        if table is None:
            raise self._fault("instance() takes the name of a list in quotes", name.at)
        self.tables.add(table)
        return self._steps(lambda context: context.table(table), None, name.at, first=True)

    def _path(self, *, absolute: bool = False, current: bool = False) -> Closure:
        """A path of the form; within a condition, one that starts at the row unless it is absolute or starts with current()."""
        start = self._token.at
        if self._inside and not absolute and not current:
            self._looks += 1
            return self._steps(lambda context: (context.here(),), self._inside[-1], start)
        base = [] if absolute else self._own
        return self._steps(None, (list(base), 0), start, first=absolute or current)

    def _steps(
        self, origin: Start | None, base: tuple[list[str], int] | None, start: int, *, first: bool = False
    ) -> Closure:
        """The steps of a path. origin: where it starts, None = it is a path of the form. base: the form's path at the start.
        first: a "/" comes before the first step."""
        names, shared = (list(base[0]), base[1]) if base else ([], 0)
        steps: list[Step] = []
        if first and not self._is("/"):
            return self._made(origin, names, shared, steps, in_form=base is not None)
        if first:
            self._take()
        while True:
            step, origin, shared = self._step(origin, names, shared, in_form=base is not None, start=start)
            steps += [step] if step else []
            if not self._is("/"):
                break
            self._take()
        if base is not None and not names:
            raise self._fault("this path leads out of the form", start)
        return self._made(origin, names, shared, steps, in_form=base is not None)

    def _step(
        self, origin: Start | None, names: list[str], shared: int, *, in_form: bool, start: int
    ) -> tuple[Step | None, Start | None, int]:
        """One step. While it is a plain path of the form, there is nothing to walk; the first condition or * makes it a walk."""
        token, name = self._token, self._name()
        if in_form and name == "..":
            if not names:
                raise self._fault("this path leads out of the form", token.at)
            names.pop()
        before = list(names)
        if in_form and name not in {".", ".."}:
            names.append(name)
        if origin is None and (self._is("[") or name == "*"):
            if not before:
                raise self._fault("this path leads out of the form", start)
            origin, shared = self._from(before), self._common(before)
            self.reads.add(("/" + "/".join(before), shared))
        tests, quick = self._conditions(names if in_form else None, shared)
        walks = origin is not None and name != "."
        return (Step(name, tests, quick) if walks else None), origin, shared

    def _name(self) -> str:
        token = self._token
        if token.kind == "name" or self._is(".", "..", "*"):
            return self._take().text
        if self._is(*REFUSED):
            raise self._fault(f"{REFUSED[token.text]} is not supported", token.at)
        raise self._fault(f"a name is missing{self._before()}", token.at)

    def _conditions(self, names: list[str] | None, shared: int) -> tuple[tuple[Closure, ...], Quick | None]:
        tests: list[Closure] = []
        while self._is("["):
            self._take()
            self._enter()
            self._inside.append((list(names), shared) if names is not None else None)
            tests.append(self._binary(0))
            self._inside.pop()
            self._depth -= 1
            self._expect("]")
        if names is not None and tests:
            self.reads.add(("/" + "/".join(names), shared))
        return tuple(tests), self._quick.get(tests[0]) if tests and names is None else None

    def _common(self, names: list[str]) -> int:
        common = 0
        for mine, other in zip(self._own, names, strict=False):
            if mine != other:
                break
            common += 1
        return common

    def _from(self, names: list[str]) -> Start:
        path = "/" + "/".join(names)
        return lambda context: context.nodes(path)

    def _made(
        self, origin: Start | None, names: list[str], shared: int, steps: Iterable[Step], *, in_form: bool
    ) -> Closure:
        path = "/" + "/".join(names)
        if origin is None:
            run: Closure = lambda context: context.read(path)  # noqa: E731 - as the other closures
            if names == self._own and not self._inside:
                run = lambda context: context.own()  # noqa: E731 - the same for every node: see xpath.compile
            self.nodes[run] = lambda context: context.nodes(path)
            self._plain[run] = path
            self.reads.add((path, self._common(names)))
            return run
        if in_form:
            self.reads.add((path, shared))
        fixed = tuple(steps)
        nodes = walk(origin, fixed)
        run = single(nodes)
        self.nodes[run] = nodes
        if self._inside and len(fixed) == 1 and not fixed[0].tests:
            self._columns[run] = fixed[0].name
        return run

"""Expressions of a questionnaire: XPath 1.0 as ODK forms use it, read once and turned into Python closures.

Understood: or, and, = != < <= > >= + - * div mod, unary minus, brackets, texts, numbers, function calls, and location paths:
/data/group/x, ../x, x, `.`, current()/../x, instance('list')/root/item[x = …]/y, with conditions in square brackets and the
wildcard *. Not understood, and refused rather than guessed: `//`, axes, attributes, unions and variables. Grammar: W3C XPath 1.0
§3; functions: functions.py and calls.py; values: values.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.errors import StudyError
from app.questionnaire import operators
from app.questionnaire.calls import CALLS, IMPURE, Argument
from app.questionnaire.context import Closure, Nodes
from app.questionnaire.functions import FUNCTIONS, MANY
from app.questionnaire.operators import LEVELS, chain
from app.questionnaire.paths import Quick, Start, Step, single, walk
from app.questionnaire.tokens import Token, fault, tokens
from app.questionnaire.values import Unworkable, Value, to_number

DEEPEST = 60
"""Brackets and calls inside each other; more is a mistake or an attack."""
KNOWN = frozenset(FUNCTIONS) | frozenset(CALLS) | {"instance", "current", "randomize"}
"""Names of all functions."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A parsed expression. references: absolute paths of the form's nodes it reads (`.` is the node it belongs to).

    reads: the same, each with the number of leading steps that it shares with the expression's own node, so that with repeats only
    what lies below that common ancestor is read. calls: functions it uses. tables: secondary instances it reads.
    """

    expression: str
    references: frozenset[str]
    run: Closure = field(repr=False, compare=False)
    reads: frozenset[tuple[str, int]] = frozenset()
    calls: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    nodes: Nodes | None = field(default=None, repr=False, compare=False)

    @property
    def impure(self) -> bool:
        """It draws on chance or the clock: the same answers may give another value."""
        return not IMPURE.isdisjoint(self.calls)

    def __call__(self, context: object) -> Value:
        """The value in this interview."""
        return self.run(context)  # type: ignore[arg-type]


def compile(expression: str, node: str = "") -> Compiled:  # noqa: A001 - as in re.compile
    """Parse an expression that belongs to the node at the absolute path `node`. Raises StudyError with expression and position."""
    parser = _Parser(expression, node)
    run = parser.whole()
    reads = frozenset(parser.reads)
    return Compiled(
        expression,
        frozenset(path for path, _ in reads),
        run,
        reads,
        frozenset(parser.calls),
        frozenset(parser.tables),
        parser.nodes.get(run),
    )


_REFUSED = {
    "[": "A condition in square brackets here",
    "//": "A search with //",
    "@": "An attribute",
    "::": "An axis",
    "$": "A variable",
    "|": "A union with |",
}


class _Parser:
    """One recursive descent over one expression; collects the referenced paths on the way."""

    def __init__(self, expression: str, node: str) -> None:
        self._expression, self._node = expression, node
        self._own = node.split("/")[1:]
        self._tokens = tokens(expression)
        self._next = 0
        self._depth = 0
        self._inside: list[tuple[list[str], int] | None] = []  # conditions we are in: path of the rows, or None for a table
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
        return self._token.kind == "sign" and self._token.text in signs

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise self._fault(f'"{sign}" is missing{self._before()}', self._token.at)
        self._take()

    def _before(self) -> str:
        return f' before "{self._token.text}"' if self._token.text else " at the end"

    def whole(self) -> Closure:
        """The closure of the whole expression."""
        run = self._binary(0)
        if self._token.kind != "end":
            refused = _REFUSED.get(self._token.text) if self._token.kind == "sign" else None
            problem = f"{refused} is not supported" if refused else f'"{self._token.text}" is not expected'
            raise self._fault(problem, self._token.at)
        return run

    def _binary(self, level: int) -> Closure:
        if level == len(LEVELS):
            return self._unary()
        first = self._binary(level + 1)
        rest: list[tuple[str, Closure]] = []
        looks = [self._looks]
        while self._is(*LEVELS[level]):
            sign = self._take().text
            rest.append((sign, self._binary(level + 1)))
            looks.append(self._looks)
        if not rest:
            return first
        run = chain(first, rest)
        if self._inside:
            self._note_quick(run, first, rest, steady=looks[0] == looks[-1])
        return run

    def _note_quick(self, run: Closure, first: Closure, rest: list[tuple[str, Closure]], *, steady: bool) -> None:
        """Remember `column = value` (value steady), and `… and column = value and …`."""
        if len(rest) == 1 and rest[0][0] == "=" and first in self._columns and steady:
            self._quick[run] = Quick(self._columns[first], rest[0][1], whole=True)
        elif rest[0][0] == "and":
            quick = next((self._quick[part] for part in (first, *(p for _, p in rest)) if part in self._quick), None)
            if quick:
                self._quick[run] = Quick(quick.column, quick.value, whole=False)

    def _unary(self) -> Closure:
        signs = 0
        while self._is("-"):
            self._take()
            signs += 1
        run = self._primary()
        if not signs:
            return run
        factor = -1.0 if signs % 2 else 1.0
        return lambda context: factor * to_number(run(context))

    def _primary(self) -> Closure:
        token = self._token
        if token.kind == "text":
            run = _constant(self._take().text[1:-1])
            self._texts[run] = token.text[1:-1]
            return run
        if token.kind == "number":
            return _constant(float(self._take().text))
        if self._is("("):
            return self._bracket()
        if token.kind == "name" and self._tokens[self._next + 1].text == "(":
            return self._call()
        if token.kind == "name" or self._is("/", ".", "..", "*"):
            return self._path(absolute=self._is("/"))
        if self._is(*_REFUSED):
            raise self._fault(f"{_REFUSED[token.text]} is not supported", token.at)
        raise self._fault(f"a value is missing{self._before()}", token.at)

    def _bracket(self) -> Closure:
        self._take()
        self._enter()
        run = self._binary(0)
        self._depth -= 1
        self._expect(")")
        return run

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._fault("the brackets are nested too deeply", self._token.at)

    def _call(self) -> Closure:
        name = self._take()
        if name.text not in KNOWN:
            raise self._fault(f'there is no function "{name.text}"', name.at)
        self._take()
        self._enter()
        arguments: list[Closure] = []
        while not self._is(")"):
            arguments.append(self._binary(0))
            if not self._is(")"):
                self._expect(",")
                if self._is(")"):
                    raise self._fault('a value is missing after ","', self._token.at)
        self._take()
        self._depth -= 1
        self.calls.add(name.text)
        return self._function(name, arguments)

    def _function(self, name: Token, arguments: list[Closure]) -> Closure:
        self._looks += not arguments
        if name.text == "indexed-repeat":
            self.reads.update((self._plain[run], 0) for run in arguments if run in self._plain)
        if name.text == "current":
            self._count(name, len(arguments), 0, 0)
            return self._path(current=True)
        if name.text == "instance":
            self._count(name, len(arguments), 1, 1)
            return self._table(name, arguments[0])
        if name.text == "randomize":
            raise self._fault("randomize() stands at the front of a list of choices only", name.at)
        if name.text in CALLS:
            special = CALLS[name.text]
            self._count(name, len(arguments), special.least, special.most)
            try:
                return special.build([Argument(run, self.nodes.get(run), self._plain.get(run, "")) for run in arguments])
            except Unworkable as error:
                raise self._fault(error.what, name.at) from error
        function = FUNCTIONS[name.text]
        self._count(name, len(arguments), function.least, function.most)
        call, fixed = function.call, tuple(arguments)
        if len(fixed) == 1:
            only = fixed[0]
            return lambda context: call(only(context))
        return lambda context: call(*[argument(context) for argument in fixed])

    def _count(self, name: Token, given: int, least: int, most: int) -> None:
        if least <= given <= most:
            return
        takes = f"{least}" if least == most else f"{least} or more" if most == MANY else f"{least} to {most}"
        raise self._fault(f"{name.text}() takes {takes} argument(s), not {given}", name.at)

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
        if self._is(*_REFUSED):
            raise self._fault(f"{_REFUSED[token.text]} is not supported", token.at)
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


def _constant(value: Value) -> Closure:
    return lambda _context: value


__all__ = ["DEEPEST", "KNOWN", "Compiled", "compile", "operators"]

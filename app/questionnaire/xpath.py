"""Expressions of a questionnaire: XPath 1.0 as ODK forms use it, read once and turned into Python closures.

Understood: or, and, = != < <= > >= + - * div mod, unary minus, brackets, texts, numbers, function calls, and location paths
to one node: /data/group/x, ../x, x, `.`. Not understood, and refused rather than guessed: predicates, `*`, `//`, axes,
attributes, unions and variables. Grammar: W3C XPath 1.0 §3; functions: functions.py; values: values.py.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from app.errors import StudyError
from app.questionnaire.functions import FUNCTIONS, MANY
from app.questionnaire.tokens import Token, fault, tokens
from app.questionnaire.values import Value, equal, to_number, to_text, to_truth

DEEPEST = 60
"""Brackets and calls inside each other; more is a mistake or an attack."""


class Context(Protocol):
    """What an expression sees of an interview."""

    def read(self, path: str) -> Value:
        """The value of a node: blank ("") when it is not answered, does not exist or is not relevant."""

    def choice_name(self, path: str, code: str) -> str:
        """The label of a choice of the question at `path`, in the interview's language; blank if there is none."""


Closure = Callable[[Context], Value]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A parsed expression. references: absolute paths of the nodes it reads (`.` is the node it belongs to)."""

    expression: str
    references: frozenset[str]
    run: Closure = field(repr=False, compare=False)

    def __call__(self, context: Context) -> Value:
        """The value in this interview."""
        return self.run(context)


def compile(expression: str, node: str = "") -> Compiled:  # noqa: A001 - as in re.compile
    """Parse an expression that belongs to the node at the absolute path `node`. Raises StudyError with expression and position."""
    parser = _Parser(expression, node)
    run = parser.whole()
    return Compiled(expression, frozenset(parser.references), run)


_COMPARES: dict[str, Callable[[Value, Value], bool]] = {
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": lambda left, right: to_number(left) < to_number(right),
    "<=": lambda left, right: to_number(left) <= to_number(right),
    ">": lambda left, right: to_number(left) > to_number(right),
    ">=": lambda left, right: to_number(left) >= to_number(right),
}
_BUILT_IN = frozenset({"if", "jr:choice-name"})
_REFUSED = {
    "[": "A condition in square brackets",
    "*": "The wildcard *",
    "//": "A search with //",
    "@": "An attribute",
    "::": "An axis",
    "$": "A variable",
    "|": "A union with |",
}


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    if math.isnan(left) or math.isnan(right) or left == 0:
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _remainder(left: float, right: float) -> float:
    """The remainder has the sign of the dividend, as in Java and XPath."""
    return math.nan if right == 0 or math.isinf(left) else math.fmod(left, right)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": _divide,
    "mod": _remainder,
}
# Loosest first; operators of one line bind alike and from the left.
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
)


class _Parser:
    """One recursive descent over one expression; collects the referenced paths on the way."""

    def __init__(self, expression: str, node: str) -> None:
        self._expression, self._node = expression, node
        self._tokens = tokens(expression)
        self._next = 0
        self._depth = 0
        self.references: set[str] = set()

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
        if level == len(_LEVELS):
            return self._unary()
        first = self._binary(level + 1)
        rest: list[tuple[str, Closure]] = []
        while self._is(*_LEVELS[level]):
            sign = self._take().text
            rest.append((sign, self._binary(level + 1)))
        return _chain(first, rest) if rest else first

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
            return _constant(self._take().text[1:-1])
        if token.kind == "number":
            return _constant(float(self._take().text))
        if self._is("("):
            return self._bracket()
        if token.kind == "name" and self._tokens[self._next + 1].text == "(":
            return self._call()
        if token.kind == "name" or self._is("/", ".", ".."):
            return self._path()
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
        if name.text not in FUNCTIONS and name.text not in _BUILT_IN:
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
        return self._function(name, arguments)

    def _function(self, name: Token, arguments: list[Closure]) -> Closure:
        if name.text == "if":
            self._count(name, len(arguments), 3, 3)
            test, yes, no = arguments
            return lambda context: yes(context) if to_truth(test(context)) else no(context)
        if name.text == "jr:choice-name":
            self._count(name, len(arguments), 2, 2)
            code, path = arguments
            return lambda context: context.choice_name(to_text(path(context)).strip(), to_text(code(context)))
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

    def _path(self) -> Closure:
        start = self._token.at
        steps = [""] if self._is("/") else self._node.split("/")
        if self._is("/"):
            self._take()
        while True:
            self._step(steps)
            if not self._is("/"):
                break
            self._take()
        if len(steps) < 2:
            raise self._fault("this path leads out of the form", start)
        path = "/".join(steps)
        self.references.add(path)
        return lambda context: context.read(path)

    def _step(self, steps: list[str]) -> None:
        token = self._token
        if token.kind == "name":
            steps.append(self._take().text)
        elif self._is("."):
            self._take()
        elif self._is(".."):
            self._take()
            if len(steps) < 2:
                raise self._fault("this path leads out of the form", token.at)
            steps.pop()
        elif self._is(*_REFUSED):
            raise self._fault(f"{_REFUSED[token.text]} is not supported", token.at)
        else:
            raise self._fault(f"a name is missing{self._before()}", token.at)


def _constant(value: Value) -> Closure:
    return lambda _context: value


def _chain(first: Closure, rest: list[tuple[str, Closure]]) -> Closure:
    """a op b op c … as one loop, so that a long chain costs no depth. One operator and two sides is the usual case."""
    parts = (first, *(part for _, part in rest))
    if rest[0][0] == "or":
        return lambda context: any(to_truth(part(context)) for part in parts)
    if rest[0][0] == "and":
        return lambda context: all(to_truth(part(context)) for part in parts)
    steps = tuple((_operation(sign), part) for sign, part in rest)

    def run(context: Context) -> Value:
        value = first(context)
        for operation, part in steps:
            value = operation(value, part(context))
        return value

    return run


def _operation(sign: str) -> Callable[[Value, Value], Value]:
    if sign in _COMPARES:
        return _COMPARES[sign]
    arithmetic = _ARITHMETIC[sign]
    return lambda left, right: arithmetic(to_number(left), to_number(right))

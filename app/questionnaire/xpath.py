"""Expressions of a questionnaire: XPath 1.0 as ODK forms use it, read once and turned into Python closures.

Understood: or, and, = != < <= > >= + - * div mod, unary minus, brackets, texts, numbers, function calls, and location paths:
/data/group/x, ../x, x, `.`, current()/../x, instance('list')/root/item[x = …]/y, with conditions in square brackets and the
wildcard *. Not understood, and refused rather than guessed: `//`, axes, attributes, unions and variables. Grammar: W3C XPath 1.0
§3; functions: functions.py and calls.py; values: values.py.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from app.questionnaire.calls import CALLS, IMPURE, Argument
from app.questionnaire.context import Closure, Nodes
from app.questionnaire.functions import FUNCTIONS, MANY
from app.questionnaire.location import DEEPEST, REFUSED, Location
from app.questionnaire.operators import BINDS, LEVELS, chain
from app.questionnaire.paths import Quick
from app.questionnaire.tokens import Token
from app.questionnaire.values import Unworkable, Value, to_number

KNOWN = frozenset(FUNCTIONS) | frozenset(CALLS) | {"instance", "current", "randomize"}
"""Names of all functions."""
_OWN = frozenset({("/any", 1)})
_PLAIN = frozenset(FUNCTIONS) | {"if", "coalesce"}
"""Functions of values: they ask for no path."""


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
    """Parse an expression that belongs to the node at the absolute path `node`. Raises StudyError with expression and position.

    What looks at nothing but its own value (`. >= 0 and . <= 10`, `true()`) is parsed once for all questions that have it.
    """
    if node and not any(sign in expression for sign in ("/", "[", "..")):
        shared = _anywhere(expression)
        if not shared.reads:
            return shared
        if shared.reads == _OWN and shared.nodes is None and shared.calls <= _PLAIN:
            return Compiled(
                expression, frozenset({node}), shared.run, frozenset({(node, node.count("/"))}), shared.calls
            )
    return _compiled(expression, node)


@lru_cache(maxsize=2_000)
def _anywhere(expression: str) -> Compiled:
    return _compiled(expression, "/any")


def _compiled(expression: str, node: str) -> Compiled:
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


class _Parser(Location):
    """One recursive descent over one expression; collects the referenced paths on the way."""

    def whole(self) -> Closure:
        """The closure of the whole expression."""
        run = self._binary(0)
        if self._token.kind != "end":
            refused = REFUSED.get(self._token.text) if self._token.kind == "sign" else None
            problem = f"{refused} is not supported" if refused else f'"{self._token.text}" is not expected'
            raise self._fault(problem, self._token.at)
        return run

    def _binary(self, level: int) -> Closure:
        """Operators that bind at least as tightly as `level`; those of one level bind from the left."""
        run = self._unary()
        while True:
            token = self._tokens[self._next]
            own = BINDS.get(token.text, -1) if token.kind == "sign" else -1
            if own < level:
                return run
            rest: list[tuple[str, Closure]] = []
            looks = self._looks
            while self._is(*LEVELS[own]):
                sign = self._take().text
                rest.append((sign, self._binary(own + 1)))
            first, run = run, chain(run, rest)
            if self._inside:
                self._note_quick(run, first, rest, steady=looks == self._looks)

    def _note_quick(
        self, run: Closure, first: Closure, rest: list[tuple[str, Closure]], *, steady: bool
    ) -> None:
        """Remember `column = value` (value steady), and `… and column = value and …`."""
        if len(rest) == 1 and rest[0][0] == "=" and first in self._columns and steady:
            self._quick[run] = Quick(self._columns[first], rest[0][1], whole=True)
        elif rest[0][0] == "and":
            quick = next(
                (self._quick[part] for part in (first, *(p for _, p in rest)) if part in self._quick), None
            )
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
        if self._is(*REFUSED):
            raise self._fault(f"{REFUSED[token.text]} is not supported", token.at)
        raise self._fault(f"a value is missing{self._before()}", token.at)

    def _bracket(self) -> Closure:
        self._take()
        self._enter()
        run = self._binary(0)
        self._depth -= 1
        self._expect(")")
        return run

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
                return special.build(
                    [Argument(run, self.nodes.get(run), self._plain.get(run, "")) for run in arguments]
                )
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


def _constant(value: Value) -> Closure:
    return lambda _context: value


__all__ = ["DEEPEST", "KNOWN", "Compiled", "compile"]

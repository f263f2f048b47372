"""Expressions as authors write them (XPath 1.0 with ODK's ${name}), read into a tree that rules can look at.

The engine compiles its own; this reader exists to say in an author's words what is wrong, and to show what an expression compares
with what. It takes the whole grammar of XPath 1.0 §3, also where the engine does not run it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class SyntaxFault(Exception):  # noqa: N818 - a finding, not a program's error
    """The expression cannot be read. rule: name of the check's rule; sign: what is at fault; at: character, from 1."""

    def __init__(self, rule: str, sign: str, at: int) -> None:
        self.rule, self.sign, self.at = rule, sign, at + 1
        super().__init__(rule)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or text written into the expression."""

    value: float | str


@dataclass(frozen=True, slots=True)
class Path:
    """A place in the form. name: question name for ${name}, "." for the question itself, else the path as written."""

    name: str
    inside: "tuple[Node, ...]" = ()

    @property
    def plain(self) -> bool:
        """Just ${name} or "."."""
        return not self.inside and "/" not in self.name


@dataclass(frozen=True, slots=True)
class Call:
    """A function call. at: character from 1."""

    name: str
    arguments: "tuple[Node, ...]"
    at: int = 1


@dataclass(frozen=True, slots=True)
class Operation:
    """left sign right; a unary minus has a Literal 0 on its left."""

    sign: str
    left: "Node"
    right: "Node"


Node = Literal | Path | Call | Operation


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>"[^"]*"|'[^']*'|“[^”]*”|‘[^’]*’)
    |(?P<ref>\$\{[^}]*\})
    |(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<name>[^\W\d][\w.\-]*(?::[^\W\d:][\w.\-]*)?)
    |(?P<wrong>==|&&|\|\||<>|=>|=<)
    |(?P<sign>\.\.|\.|!=|<=|>=|//|::|[()\[\],/=<>+\-*|@])""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "div", "mod"})
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"), ("|",))
_DEEPEST = 80


def read(expression: str) -> Node:
    """The tree. Raises SyntaxFault."""
    return _Parser(_tokens(expression)).whole()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    yield node
    match node:
        case Operation(left=left, right=right):
            yield from walk(left)
            yield from walk(right)
        case Call(arguments=inner) | Path(inside=inner):
            for each in inner:
                yield from walk(each)
        case _:
            return


def names(node: Node) -> frozenset[str]:
    """Names of the questions that are read; "." for the question itself."""
    return frozenset(each.name for each in walk(node) if isinstance(each, Path) and "/" not in each.name)


def _tokens(expression: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if not match:
            rule = "expression-quote" if expression[at] in "\"'“‘" else "expression-sign"
            raise SyntaxFault(rule, expression[at], at)
        kind, text = str(match.lastgroup), match.group()
        if kind == "wrong":
            raise SyntaxFault("expression-sign", text, at)
        if kind == "name" and found and _ends_operand(found[-1]):
            if text not in _WORDS:
                raise SyntaxFault(
                    "expression-word" if text.lower() in _WORDS else "expression-extra", text, at
                )
            kind = "sign"
        if kind != "space":
            found.append(_Token(kind, text, at))
        at = match.end()
    return [*found, _Token("end", "", at)]


def _ends_operand(token: _Token) -> bool:
    return token.kind != "sign" or token.text in {")", "]", ".", ".."}


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._next, self._depth = tokens, 0, 0

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _is(self, *signs: str) -> bool:
        return self._token.kind == "sign" and self._token.text in signs

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise SyntaxFault("expression-bracket", sign, self._token.at)
        self._take()

    def whole(self) -> Node:
        node = self._binary(0)
        if self._token.kind != "end":
            rule = "expression-bracket-extra" if self._is(")", "]") else "expression-extra"
            raise SyntaxFault(rule, self._token.text, self._token.at)
        return node

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        node = self._binary(level + 1)
        while self._is(*_LEVELS[level]):
            sign = self._take().text
            node = Operation(sign, node, self._binary(level + 1))
        return node

    def _unary(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise SyntaxFault("expression-deep", self._token.text, self._token.at)
        if self._is("-"):
            self._take()
            node: Node = Operation("-", Literal(0.0), self._unary())
        else:
            node = self._primary()
        self._depth -= 1
        return node

    def _primary(self) -> Node:
        token = self._token
        if token.kind == "text":
            return Literal(self._take().text[1:-1])
        if token.kind == "number":
            return Literal(float(self._take().text))
        if self._is("("):
            self._take()
            node = self._binary(0)
            self._expect(")")
            return self._steps(node)
        if token.kind == "name" and self._tokens[self._next + 1].text == "(":
            return self._steps(self._call())
        if token.kind in {"name", "ref"} or self._is("/", "//", ".", "..", "@", "*"):
            return self._path()
        raise SyntaxFault("expression-value", token.text, token.at)

    def _call(self) -> Node:
        name = self._take()
        self._take()
        arguments: list[Node] = []
        while not self._is(")"):
            arguments.append(self._binary(0))
            if not self._is(")"):
                if not self._is(","):
                    raise SyntaxFault("expression-bracket", ")", self._token.at)
                self._take()
                if self._is(")"):
                    raise SyntaxFault("expression-value", ")", self._token.at)
        self._take()
        return Call(name.text, tuple(arguments), name.at + 1)

    def _path(self) -> Node:
        inside: list[Node] = []
        if self._token.kind == "ref":
            written = self._take().text[2:-1].strip().removeprefix("last-saved#")
        elif self._is("/", "//"):
            written = self._take().text + self._step(inside)
        else:
            written = self._step(inside)
        return self._steps(Path(written, tuple(inside)))

    def _steps(self, start: Node) -> Node:
        """Predicates and further steps after a place."""
        inside: list[Node] = []
        written = start.name if isinstance(start, Path) else ""
        while self._is("[", "/", "//"):
            sign = self._take().text
            if sign == "[":
                inside.append(self._binary(0))
                self._expect("]")
            else:
                written += sign + self._step(inside)
        if isinstance(start, Path):
            return Path(written, (*start.inside, *inside))
        return Path(f"/{written}", (start, *inside)) if written or inside else start

    def _step(self, inside: list[Node]) -> str:
        token = self._token
        if self._is("@"):
            self._take()
            token = self._token
        if token.kind == "ref":
            return str(self._take().text[2:-1])
        if token.kind == "name" and self._tokens[self._next + 1].text == "::":
            self._take()
            self._take()
            return self._step(inside)
        if token.kind == "name" and self._tokens[self._next + 1].text == "(":
            inside.append(self._call())
            return token.text
        if token.kind == "name" or self._is(".", "..", "*"):
            return self._take().text
        raise SyntaxFault("expression-value", token.text, token.at)

"""The words of an expression: what XPath 1.0 calls lexical structure (§3.7). No meaning yet; xpath.py gives it."""

import re
from typing import NamedTuple

from app.errors import StudyError


class Token(NamedTuple):
    """A word of an expression. kind: "text", "number", "name", "sign" or "end"; at: its first character, from 0."""

    kind: str
    text: str
    at: int


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)
    |(?P<sign>\.\.|\.|!=|<=|>=|//|::|[()\[\],/=<>+\-*|@$])""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "div", "mod"})


def fault(expression: str, problem: str, at: int) -> StudyError:
    """What is wrong with an expression, naming it and the character (counted from 1)."""
    shown = expression.strip()
    shown = shown if len(shown) <= 120 else f"{shown[:117]}…"
    return StudyError(f'The expression "{shown}" cannot be used: {problem} (character {at + 1})')


def tokens(expression: str) -> list[Token]:
    """The words, closed by one of kind "end". Raises StudyError at a character that can stand in no word."""
    found: list[Token] = []
    at = 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if not match:
            raise fault(expression, _unreadable(expression[at]), at)
        kind, text = str(match.lastgroup), match.group()
        if kind == "name" and text in _WORDS and found and _ends_operand(found[-1]):
            kind = "sign"
        if kind != "space":
            found.append(Token(kind, text, at))
        at = match.end()
    return [*found, Token("end", "", at)]


def _unreadable(character: str) -> str:
    if character in "\"'":
        return "the quotation mark is never closed"
    return f'"{character}" has no meaning here'


def _ends_operand(token: Token) -> bool:
    """After an operand `and`, `or`, `div`, `mod` are operators, else they are names."""
    return token.kind != "sign" or token.text in {")", "]", ".", ".."}

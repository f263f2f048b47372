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
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')
    |(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)
    |(?P<sign>\.\.|\.|!=|<=|>=|//|::|[()\[\],/=<>+\-*|@$])
    |(?P<other>\S)
    |\Z)""",
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
    for match in _TOKEN.finditer(expression):  # matches everywhere, so that nothing is ever looked for twice
        kind = match.lastgroup
        if kind is None:
            break
        text, at = match[kind], match.start(kind)
        if kind == "other":
            raise fault(expression, _unreadable(text), at)
        if kind == "name" and text in _WORDS and found and _ends_operand(found[-1]):
            kind = "sign"
        found.append(Token(kind, text, at))
    return [*found, Token("end", "", len(expression))]


def _unreadable(character: str) -> str:
    if character in "\"'":
        return "the quotation mark is never closed"
    return f'"{character}" has no meaning here'


def _ends_operand(token: Token) -> bool:
    """After an operand `and`, `or`, `div`, `mod` are operators, else they are names."""
    return token.kind != "sign" or token.text in {")", "]", ".", ".."}

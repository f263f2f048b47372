"""Rules about expressions and references: signs, grammar, functions, names, and codes that no choice has."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.questionnaire.lint import syntax
from app.questionnaire.lint.finding import Finding
from app.questionnaire.lint.signatures import SIGNATURES, takes
from app.questionnaire.lint.survey import OPENS, TEXTS, Line, Survey
from app.questionnaire.lint.syntax import Call, Literal, Node, Operation, Path
from app.questionnaire.shapes import EXPRESSIONS as TELEPHONE
from app.questionnaire.workbook import EXPRESSIONS, narrowed, wide_reference, wide_sign

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
_WORDS = frozenset({"yes", "no", "true", "false", "TRUE", "FALSE", "Yes", "No", "True", "False", "YES", "NO"})
"""What XLSForm takes for a truth value in required and readonly."""
_INSTEAD: Mapping[str, str] = {"==": "=", "&&": "and", "||": "or", "<>": "!=", "=>": ">=", "=<": "<="}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that could be read. text: full-width signs replaced."""

    line: Line
    column: str
    text: str
    tree: Node


class Expressions:
    """All expressions of a survey, and what is wrong with them. found: filled by the constructor."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self.found: list[Finding] = []
        self.trees: list[Expression] = []
        self._table: dict[tuple[int, str], Node] = {}
        for line in survey.lines:
            for column, text in line.cells.items():
                if _is_expression(line, column, text):
                    self._expression(line, column, text)
                elif column.partition("::")[0] in TEXTS or column.startswith("cati:"):
                    self._text(line, column, text)

    def of(self, line: Line, column: str) -> Node | None:
        """The tree of one cell; None when it is blank or cannot be read."""
        return self._table.get((id(line), column))

    def _say(self, rule: str, line: Line, column: str, **values: str) -> None:
        self.found.append(Finding(rule, line.at(column), values))

    def _text(self, line: Line, column: str, text: str) -> None:
        if wide_reference(text):
            fixed = re.sub(r"[＄$][｛{]\s*([^}｝]*?)\s*[}｝]", r"${\1}", text)
            self._say("wide-reference", line, column, fix=fixed)
            text = fixed
        self._references(line, column, text)

    def _references(self, line: Line, column: str, text: str) -> None:
        for wanted in dict.fromkeys(_REFERENCE.findall(text)):
            name = wanted.removeprefix("last-saved#")
            target = self._survey.by_name.get(name)
            if target is None:
                near = difflib.get_close_matches(name, self._survey.by_name, 1)
                self._say("unknown-reference", line, column, name=name, fix=near[0] if near else "")
            elif target.type == "note" and column.partition("::")[0] not in TEXTS:
                self._say("reads-a-note", line, column, name=name)

    def _expression(self, line: Line, column: str, written: str) -> None:
        text = written
        sign = wide_sign(written)
        if sign:
            text = narrowed(written)
            self._say("wide-sign", line, column, sign=sign, fix=text)
        self._references(line, column, text)
        try:
            tree = syntax.read(text)
        except syntax.SyntaxFault as fault:
            fix = text.replace(fault.sign, _INSTEAD[fault.sign]) if fault.sign in _INSTEAD else ""
            if fault.rule == "expression-word":
                fix = text[: fault.at - 1] + fault.sign.lower() + text[fault.at - 1 + len(fault.sign) :]
            rule = "expression-operator" if fault.sign in _INSTEAD else fault.rule
            self._say(rule, line, column, sign=fault.sign, at=str(fault.at), expression=text, fix=fix)
            return
        self.trees.append(Expression(line, column, text, tree))
        self._table[id(line), column] = tree
        for node in syntax.walk(tree):
            if isinstance(node, Call):
                self._function(line, column, node)
        if column != "choice_filter":
            self._codes(line, column, tree)

    def _function(self, line: Line, column: str, call: Call) -> None:
        if call.name not in SIGNATURES:
            near = difflib.get_close_matches(call.name.lower(), SIGNATURES, 1)
            self._say("unknown-function", line, column, name=call.name, fix=near[0] if near else "")
            return
        least, most = SIGNATURES[call.name]
        given = len(call.arguments)
        if not least <= given <= most:
            self._say("wrong-arity", line, column, name=call.name, takes=takes(call.name), given=str(given))

    def _codes(self, line: Line, column: str, tree: Node) -> None:
        said: set[tuple[str, str]] = set()
        for place, value in _compared(tree):
            code = _code(value)
            name = line.name if place.name == "." else place.name
            target = self._survey.by_name.get(name)
            codes = self._survey.codes(target) if target else None
            if codes is None or (name, code) in said or _among(value, codes):
                continue
            said.add((name, code))
            near = difflib.get_close_matches(code, codes, 1, 0.5)
            self._say(
                "no-such-code",
                line,
                column,
                name=name,
                code=code,
                codes="、".join(codes[:12]),
                fix=near[0] if near else "",
            )


def _is_expression(line: Line, column: str, text: str) -> bool:
    if column == "default" or (column in {"required", "readonly"} and text in _WORDS):
        return False
    if column.startswith("cati:"):
        return column.removeprefix("cati:") in TELEPHONE
    if column == "repeat_count":
        return not text.isdigit()
    return column in EXPRESSIONS and (column != "calculation" or line.type not in OPENS)


def _compared(tree: Node) -> Iterator[tuple[Path, float | str]]:
    """(question, code) of every comparison of a question with a fixed value."""
    for node in syntax.walk(tree):
        match node:
            case (
                Operation(sign="=" | "!=", left=Path() as place, right=Literal(value=value))
                | Operation(sign="=" | "!=", left=Literal(value=value), right=Path() as place)
            ) if place.plain:
                yield place, value
            case Call(name="selected", arguments=(Path() as place, Literal(value=value))) if place.plain:
                yield place, value
            case Call(name="jr:choice-name", arguments=(Literal(value=value), Literal(value=str() as ref))):
                yield Path(ref.strip().removeprefix("${").removesuffix("}")), value


def _code(value: float | str) -> str:
    return value if isinstance(value, str) else str(int(value)) if value.is_integer() else repr(value)


def _among(value: float | str, codes: tuple[str, ...]) -> bool:
    """Blank is the test for "not answered"; a number equals a code as a number (1 and "01"), a text only letter by letter."""
    if isinstance(value, str):
        return not value or value in codes
    return any(each.isdigit() and int(each) == value for each in codes)

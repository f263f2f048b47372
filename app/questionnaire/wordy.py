"""Rules in words, for people who sign a questionnaire off: "${consent} = '2'" → 「“现在方便吗”答“现在不方便”」.

Only what is simple is put into words; anything else is shown as it is written, which is honest and can be checked.
"""

import re
from collections.abc import Mapping

from app.questionnaire.form import Form, Kind, Question
from app.questionnaire.lint import syntax
from app.questionnaire.lint.syntax import Call, Literal, Node, Operation, Path

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "and": "{0}，并且 {1}", "or": "{0}，或者 {1}", "is": "{0} 答“{1}”", "is_not": "{0} 没有答“{1}”", "blank": "{0} 没有回答",
        "given": "{0} 已回答", "chosen": "{0} 选了“{1}”", "not": "不是（{0}）", "=": "{0} 等于 {1}", "!=": "{0} 不等于 {1}",
        "<": "{0} 小于 {1}", "<=": "{0} 不超过 {1}", ">": "{0} 大于 {1}", ">=": "{0} 不小于 {1}", "self": "回答", "always": "总是",
        "length": "{0} 的字数",
    },
    "en": {
        "and": "{0} and {1}", "or": "{0} or {1}", "is": "{0} is “{1}”", "is_not": "{0} is not “{1}”", "blank": "{0} is not answered",
        "given": "{0} is answered", "chosen": "{0} includes “{1}”", "not": "not ({0})", "=": "{0} is {1}", "!=": "{0} is not {1}",
        "<": "{0} is below {1}", "<=": "{0} is at most {1}", ">": "{0} is above {1}", ">=": "{0} is at least {1}",
        "self": "the answer", "always": "always", "length": "length of {0}",
    },
}  # fmt: skip
_PATH = re.compile(r"(?<![\w'\"])(?:/[\w.\-]+)+")


class TooHard(Exception):  # noqa: N818 - no error: the rule is shown as written
    """This rule is not simple enough for words."""


class Wording:
    """Puts the rules of one form into one language. language: the form's own, with its texts; iso: "zh" or "en" for the words."""

    def __init__(self, form: Form, language: str, iso: str) -> None:
        self._form, self._language, self._words = form, language, _WORDS[iso]

    def rule(self, expression: str) -> str:
        """The rule in words, or "" when it is not simple."""
        names = {question.path: question.name for question in self._form.questions}
        short = _PATH.sub(lambda found: f"${{{names.get(found[0], found[0])}}}", expression)
        try:
            return self._say(syntax.read(short.strip()))
        except (syntax.SyntaxFault, TooHard):
            return ""

    def _put(self, key: str, *parts: str) -> str:
        return self._words[key].format(*parts)

    def _say(self, node: Node) -> str:
        match node:
            case Operation(sign="and" | "or" as sign, left=left, right=right):
                return self._put(sign, self._side(sign, left), self._side(sign, right))
            case Operation(sign="=" | "!=" as sign, left=Path() as place, right=Literal(value=value)):
                return self._compared(sign, place, value)
            case Operation(sign="=" | "!=" | "<" | "<=" | ">" | ">=" as sign, left=left, right=right):
                return self._put(sign, self._term(left), self._term(right))
            case Call(name="selected", arguments=(Path() as place, Literal(value=str() as code))):
                return self._put("chosen", self._term(place), self._label(place, code))
            case Call(name="not", arguments=(inner,)):
                return self._put("not", self._say(inner))
            case Call(name="true", arguments=()):
                return self._words["always"]
            case _:
                raise TooHard

    def _side(self, sign: str, node: Node) -> str:
        said = self._say(node)
        other = {"and": "or", "or": "and"}[sign]
        return f"（{said}）" if isinstance(node, Operation) and node.sign == other else said

    def _compared(self, sign: str, place: Path, value: float | str) -> str:
        name = self._term(place)
        if value == "":
            return self._put("blank" if sign == "=" else "given", name)
        question = self._question(place)
        if question and question.choices:
            return self._put("is" if sign == "=" else "is_not", name, self._label(place, _plain(value)))
        return self._put(sign, name, _plain(value))

    def _term(self, node: Node) -> str:
        match node:
            case Path(name="."):
                return self._words["self"]
            case Path() if node.plain:
                return node.name
            case Literal(value=value):
                return _plain(value)
            case Call(name="string-length", arguments=(inner,)):
                return self._put("length", self._term(inner))
            case _:
                raise TooHard

    def _question(self, place: Path) -> Question | None:
        found = self._form.by_name.get(place.name)
        return found if found and found.kind in {Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK} else None

    def _label(self, place: Path, code: str) -> str:
        question = self._question(place)
        for choice in question.choices if question else ():
            if choice.name == code:
                return choice.labels.get(self._language) or code
        return code


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"

"""Whatever pyxform, the engine or a study's files say is said in the author's language; what is new to us is framed, never lost."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.questionnaire import xlsform
from app.questionnaire.lint.finding import Finding
from app.sentences import FRAME, chinese, known
from tests.questionnaire import pyxform_says

APP = Path(__file__).parents[1] / "app"
READERS = [
    "study/check.py",
    "study/declared.py",
    "study/load.py",
    "study/tables.py",
    "questionnaire/xform.py",
]
READERS += [
    f"questionnaire/{name}.py" for name in ("external", "lists", "parsing", "tokens", "xpath", "xlsform")
]
ELSEWHERE = {"what", "problem", "error.what", "message", "plain(message)"}
"""Sentences that come from another place that is looked at itself."""


def test_every_sentence_of_pyxform_is_known() -> None:
    told = [*pyxform_says.catalogued(), *pyxform_says.composed()]
    assert len(told) > 100
    plain = {place: xlsform.plain(sentence) for place, sentence in told}
    unknown = {
        place: sentence
        for place, sentence in plain.items()
        if sentence not in {pyxform_says.ROW, pyxform_says.STAND_IN} and not known(sentence)
    }
    assert not unknown, "pyxform says something new: put it into resources/i18n/sentences/pyxform.toml"


def own() -> Iterator[tuple[str, str]]:
    """Place and sentence of every StudyError of our own that `study check` may show."""
    for name in READERS:
        for node in ast.walk(ast.parse((APP / name).read_text("utf-8"))):
            called = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            if called in {"StudyError", "FormError"}:
                first = node.args[0]  # type: ignore[attr-defined]
            elif called in {"fault", "_fault"} and len(node.args) == 2:  # type: ignore[attr-defined]
                first = node.args[1 if called == "fault" else 0]  # type: ignore[attr-defined]
            else:
                continue
            if ast.unparse(first) not in ELSEWHERE:
                yield f"{name}:{node.lineno}", _sample(first)  # type: ignore[attr-defined]


def _sample(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_sample(part) for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "x1"


def test_every_sentence_of_our_own_is_known() -> None:
    told = dict(own())
    assert len(told) > 55
    unfinished = {"missingx1", "x1 is not supported", "x1", "x1 x1 stands x1 times"}
    unknown = {
        place: sentence
        for place, sentence in told.items()
        if not known(sentence) and not any(sentence.endswith(part) for part in unfinished)
    }
    assert not unknown


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Input should be a valid list", "应为清单（写在方括号里）"),
        ("Input should be 'interviewer' or 'lead'", "只能是 'interviewer' or 'lead'"),
        ("The unit 3 stands 2 times", "评价单位“3”出现了 2 次"),
        (
            'The expression "1 +" cannot be used: a value is missing at the end (character 4)',
            "表达式“1 +”不能用：末尾缺少一个值（第 4 个字符）",
        ),
        ("Reference variables must start with '${', then a question name, and end with '}'.", None),
    ],
)
def test_a_sentence_and_the_sentence_inside_it(sentence: str, said: str | None) -> None:
    assert known(sentence) == (said or "引用要写成 ${题名}：以“${”开头，以“}”结尾")


def test_what_nobody_has_translated_is_framed() -> None:
    assert chinese("Quux frobnicated.") == FRAME.format(sentence="Quux frobnicated.")
    finding = Finding("does-not-compile", "x", {"what": "Quux frobnicated", "todo": ""})
    assert finding.text("zh") == "问卷编译不通过：（英文原文）Quux frobnicated。"
    assert finding.text("en").startswith("The questionnaire does not compile: Quux frobnicated.")

"""Expressions: what JavaRosa answers, what precedence demands, and that a wrong one is named with its place."""

import math
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import StudyError
from app.questionnaire import xpath
from app.questionnaire.stored import untyped
from app.questionnaire.values import Value, equal, to_number, to_text

VECTORS = Path(__file__).parents[1] / "vectors" / "javarosa" / "expressions.tsv"
EXPLAINED = {
    "regex('a', '(')": "JavaRosa stops the form; we say it does not match",
}
KINDS: dict[type, str] = {str: "String", float: "Double", bool: "Boolean"}


class Answers:
    """A context of plain values."""

    zone = UTC
    chinese = False

    def __init__(self, **values: Value) -> None:
        self.values = {f"/data/{name}": value for name, value in values.items()}

    def read(self, path: str) -> Value:
        return self.values.get(path, "")

    def nodes(self, path: str) -> list[object]:
        return []

    def own(self) -> Value:
        return ""

    def position(self) -> int:
        return 1

    def choice_name(self, path: str, code: str) -> str:
        return f"{path}={code}"


def value_of(expression: str, node: str = "/data/x", **values: Value) -> Value:
    return xpath.compile(expression, node)(Answers(**values))


def vectors() -> list[tuple[str, str, str]]:
    lines = VECTORS.read_text(encoding="utf-8").splitlines()
    return [(e, kind, value) for e, kind, value in (line.split("\t", 2) for line in lines)]


@pytest.mark.parametrize(("expression", "kind", "value"), vectors(), ids=lambda text: str(text)[:40])
def test_as_javarosa(expression: str, kind: str, value: str) -> None:
    """The vectors were answered by the JavaRosa that pyxform ships (org.javarosa.xpath, XPathFuncExpr.toString)."""
    if kind == "ERR" and expression not in EXPLAINED:
        with pytest.raises(StudyError):
            value_of(expression)
        return
    ours = value_of(expression)
    if expression in EXPLAINED:
        assert to_text(ours) != value
    else:
        assert (KINDS[type(ours)], to_text(ours)) == (kind, value)


def test_an_unanswered_question_is_neither_more_nor_less_than_a_number() -> None:
    assert value_of("/data/age < 18 or /data/age > 70") is False
    assert value_of("/data/age >= 18 and /data/age <= 70") is False
    assert value_of("/data/age != 5") is True
    assert value_of("/data/age = ''") is True
    assert value_of("/data/age < 18 or /data/age > 70", age=17.0) is True


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (".", "/data/items/q01"),
        ("../q02", "/data/items/q02"),
        (" ../../age ", "/data/age"),
        ("./../q03", "/data/items/q03"),
        (" /data/items/年龄 ", "/data/items/年龄"),
        ("/data/div", "/data/div"),
    ],
)
def test_paths(written: str, read: str) -> None:
    assert xpath.compile(written, "/data/items/q01").references == {read}


def test_the_label_of_a_choice_and_the_way_not_taken() -> None:
    label = "jr:choice-name( /data/county , ' /data/county ')"
    assert value_of(label, county="7") == "/data/county=7"
    assert value_of(f"if(/data/county != '', {label}, 'nowhere')") == "nowhere"


@pytest.mark.parametrize(
    ("expression", "says", "place"),
    [
        (". >= ", "a value is missing at the end", 6),
        ("if(. = 1, 2)", "if() takes 3 argument(s), not 2", 1),
        ("1 + nosuch(2)", 'there is no function "nosuch"', 5),
        ("(1 + 2", '")" is missing at the end', 7),
        ("1 + ）", '"）" has no meaning here', 5),
        (". = 'yes", "quotation mark is never closed", 5),
        ("(1)[1]", "A condition in square brackets here is not supported", 4),
        ("/data/item[1", '"]" is missing at the end', 13),
        ("//q01", "A search with // is not supported", 1),
        ("count(1)", "count() takes a path, not a value", 1),
        ("instance(x)/root/item", "takes the name of a list in quotes", 1),
        ("$x", "A variable is not supported", 1),
        ("../../../x", "leads out of the form", 7),
        ("selected(., 1,)", 'a value is missing after ","', 15),
        ("1 2", '"2" is not expected', 3),
        ("(" * 200 + "1" + ")" * 200, "nested too deeply", 62),
    ],
)
def test_a_slip_is_named_with_its_place(expression: str, says: str, place: int) -> None:
    with pytest.raises(StudyError) as slip:
        xpath.compile(expression, "/data/x")
    assert says in slip.value.what
    assert f"(character {place})" in slip.value.what
    assert expression[:50].strip() in slip.value.what


@given(st.text(max_size=60) | st.text("()/.,'\"=<>+-* 019andorivm", max_size=60))
def test_whatever_is_typed_is_read_or_refused(expression: str) -> None:
    try:
        compiled = xpath.compile(expression, "/data/x")
    except StudyError:
        return
    compiled(Answers())


def test_a_chain_of_ten_thousand_costs_no_depth() -> None:
    assert value_of(" or ".join(["/data/a = 1"] * 9_999 + ["true()"])) is True
    assert value_of(" + ".join(["1"] * 10_000)) == 10_000
    assert value_of("-" * 9_999 + "1") == -1


OPERATORS = ["or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod"]
LEVEL = {"or": 0, "and": 1, "=": 2, "!=": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "+": 4, "-": 4}
Tree = tuple[str, object, object] | int
trees = st.recursive(
    st.integers(0, 9), lambda inner: st.tuples(st.sampled_from(OPERATORS), inner, inner), max_leaves=12
)


def written(tree: object, above: int, *, brackets: bool) -> str:
    """With all brackets, or with only those that precedence and left association make necessary."""
    if isinstance(tree, int):
        return str(tree)
    assert isinstance(tree, tuple)
    sign, left, right = tree
    level = LEVEL.get(sign, 5)
    text = f"{written(left, level, brackets=brackets)} {sign} {written(right, level + 1, brackets=brackets)}"
    return f"({text})" if brackets or level < above else text


@given(trees)
def test_precedence_needs_no_brackets(tree: Tree) -> None:
    bare, full = value_of(written(tree, 0, brackets=False)), value_of(written(tree, 0, brackets=True))
    assert type(bare) is type(full)
    assert to_text(bare) == to_text(full)


@given(st.floats(allow_nan=False, min_value=-1e9, max_value=1e9).map(lambda number: round(number, 3)))
def test_numbers_survive_as_text(number: float) -> None:
    text = to_text(number)
    if "E" not in text:  # an exponent is no XPath number, in JavaRosa neither
        assert math.isclose(to_number(text), number, abs_tol=1e-9)
        assert equal(text, number)


@pytest.mark.parametrize("number", [0.00009138914554795985, 0.1, -2.5e-7, 12345678.9, 1e15])
def test_a_number_that_is_stored_reads_as_the_same_number(number: float) -> None:
    """By chance or calculation, however small: XPath has no exponents."""
    assert to_number(untyped(number, "string")) == number

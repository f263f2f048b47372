"""The sign-off page: everything that is asked, in every language, with its routing, in one file that needs nothing else."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html

from app.questionnaire import xlsform
from app.questionnaire.form import Form
from app.questionnaire.show import page
from app.questionnaire.wordy import Wording
from tests.questionnaire import corpus

WriteWorkbook = Callable[..., Path]
OUTCOMES = {"51": ("年龄不符", "Outside the age range"), "60": ("完成", "Complete")}


@pytest.fixture(scope="module")
def shown(dazhou: Form) -> html.HtmlElement:
    return html.document_fromstring(page(dazhou, OUTCOMES, "abc123"))


def test_every_text_of_every_language_is_on_the_page(dazhou: Form, shown: html.HtmlElement) -> None:
    said = re.sub(r"\s+", " ", shown.text_content())
    for question in dazhou.asked:
        for texts in (question.labels, question.hints, *(choice.labels for choice in question.choices)):
            for text in texts.values():
                for piece in re.split(r"\$\{[^}]*\}", text):
                    assert piece in said
    assert "abc123" in said


def test_routing_in_words_and_endings(shown: html.HtmlElement) -> None:
    end = shown.get_element_by_id("end_age")
    said = end.text_content()
    assert "age 小于 18，或者 age 大于 70" in said
    assert "age is below 18 or age is above 70" in said
    assert "51 年龄不符 Outside the age range" in said
    assert end.get("class") == "ends"
    later = shown.get_element_by_id("end_later").text_content()
    assert "consent 答“现在不方便”" in later
    assert "consent is “Not now”" in later


def test_the_page_needs_nothing_from_outside(dazhou: Form) -> None:
    text = page(dazhou, OUTCOMES)
    assert not re.search(r"<script|src=|href=|url\(|@import|http", text)


def test_groups_are_closed_and_texts_escaped(write_workbook: WriteWorkbook) -> None:
    rows = [
        {"type": "begin_group", "name": "g", "label": "A & B"},
        {"type": "begin_group", "name": "h", "label": "inner"},
        {"type": "text", "name": "q", "label": "<script>alert(1)</script> ${p}?"},
        {"type": "end_group"},
        {"type": "end_group"},
        {"type": "text", "name": "p", "label": "P"},
    ]
    text = page(xlsform.parse(xlsform.compile_workbook(write_workbook(rows))), {})
    assert "<script" not in text
    assert "A &amp; B" in text
    assert text.count("<section>") == text.count("</section>") == 2
    assert '<span class="value">p</span>' in text


def test_telephone_columns_are_shown(tmp_path: Path) -> None:
    form = xlsform.parse(xlsform.compile_workbook(corpus.write(corpus.base(), tmp_path / "base.xlsx")))
    said = html.document_fromstring(page(form, {})).get_element_by_id("q1").text_content()
    for part in ("0 – 10", "不了解 Does not know 98", "拒答 Declines 99", "还行、一般 → 98", "回答 不小于 3"):
        assert part in said


@pytest.mark.parametrize(
    ("expression", "zh"),
    [
        ("selected(${media}, 'tv')", "media 选了“电视”"),
        (
            "not(${age} > 3) and (${consent} = '1' or ${age} = 4)",
            "不是（age 大于 3），并且 （consent 答“是”，或者 age 等于 4）",
        ),
        ("string-length(.) <= 500", "回答 的字数 不超过 500"),
        ("${county} != ''", "county 已回答"),
        ("regex(., '[0-9]+')", ""),
        ("${age} > ", ""),
    ],
)
def test_rules_in_words_or_not_at_all(expression: str, zh: str, tmp_path: Path) -> None:
    form = xlsform.parse(xlsform.compile_workbook(corpus.write(corpus.base(), tmp_path / "base.xlsx")))
    assert Wording(form, corpus.ZH, "zh").rule(expression) == zh

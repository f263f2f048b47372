"""Every fault that an author can make is said with its rule and its cell, and nothing is said of a good questionnaire."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.questionnaire.lint.checker import check
from app.questionnaire.lint.finding import catalogue
from tests.questionnaire import corpus, good_forms
from tests.questionnaire.conftest import DAZHOU

WriteWorkbook = Callable[..., Path]
TOGETHER = {
    "wide_comma",
    "dk_is_refused",
    "text_offers_100",
    "code_twice",
    "label_not_translated",
    "column_misspelt",
}


@pytest.mark.parametrize("fault", corpus.BROKEN, ids=lambda fault: fault.name)
def test_a_fault_is_found_at_its_cell(fault: corpus.Broken, tmp_path: Path) -> None:
    report = check(corpus.broken(fault, tmp_path))
    said = [(finding.rule, finding.where.partition(" ")[2]) for finding in report.findings]
    assert said == [(fault.rule, fault.cell)]
    for finding in report.findings:
        for language in ("zh", "en"):
            assert "{" not in finding.text(language).replace("${", "")
            assert finding.text(language)
            assert isinstance(finding.todo(language), str)


def test_the_corpus_is_large_and_each_rule_has_both_languages() -> None:
    assert len(corpus.BROKEN) >= 60
    assert len({fault.name for fault in corpus.BROKEN}) == len(corpus.BROKEN)
    for rule in catalogue().values():
        assert rule.severity in {"error", "warning"}
        assert set(rule.todos) in ({"zh", "en"}, set())
    proved = {fault.rule for fault in corpus.BROKEN}
    assert proved <= set(catalogue())
    elsewhere = {
        "no-workbook",
        "too-large",
        "cell-too-long",
        "expression-deep",
        "does-not-compile",
        "study",
        "study-more",
        "scenario",
    }
    assert set(catalogue()) - proved == elsewhere


def test_the_good_ones_are_good(tmp_path: Path) -> None:
    assert check(DAZHOU).findings == ()
    assert check(corpus.write(corpus.base(), tmp_path / "base.xlsx")).findings == ()


@pytest.mark.parametrize("name", good_forms.GOOD)
def test_nothing_is_said_of_a_good_one(name: str, write_workbook: WriteWorkbook) -> None:
    said = check(write_workbook(*good_forms.GOOD[name])).findings
    assert [(finding.rule, finding.where, finding.text("en")) for finding in said] == []


def test_all_faults_are_said_at_once_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    """Many single faults put into one workbook: none hides another."""
    faults = [fault for fault in corpus.BROKEN if fault.name in TOGETHER]
    book = corpus.base()
    for fault in faults:
        fault.change(book)
    said = check(corpus.write(book, tmp_path / "all.xlsx")).findings
    assert {(fault.rule, fault.cell) for fault in faults} <= {
        (f.rule, f.where.partition(" ")[2]) for f in said
    }
    rows = [int(re.sub(r".*![A-Z]+", "", finding.where)) for finding in said if "survey!" in finding.where]
    assert rows == sorted(rows)


def test_a_finding_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    """Saboteur: with the rule for codes taken away, the corpus must turn red."""
    fault = next(fault for fault in corpus.BROKEN if fault.name == "no_code")
    path = corpus.broken(fault, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.questionnaire.lint.expressions.Expressions._codes", lambda *_: None)
        assert ("no-such-code", fault.cell) not in [
            (f.rule, f.where.partition(" ")[2]) for f in check(path).findings
        ]

"""Every fault that an author can make is said with its rule and its cell, and nothing is said of a good questionnaire."""

from pathlib import Path

import pytest

from app.questionnaire.lint.checker import check
from app.questionnaire.lint.finding import catalogue
from tests.questionnaire import corpus
from tests.questionnaire.conftest import DAZHOU


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
        "scenario",
    }
    assert set(catalogue()) - proved == elsewhere


def test_the_good_ones_are_good(tmp_path: Path) -> None:
    assert check(DAZHOU).findings == ()
    assert check(corpus.write(corpus.base(), tmp_path / "base.xlsx")).findings == ()

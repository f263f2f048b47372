"""The certificate: what a check found, on one page that people can print, in Chinese and English."""

import re
import tomllib
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.certificate import Checked, certificate
from app.evidence.audit.verdict import Findings, Spot
from app.evidence.verify import Verdict
from app.resources import resource
from tests.evidence.test_formats_doc import rules_used

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def found() -> Verdict:
    findings = Findings()
    findings.counts["rehearsal lines"] = findings.counts["lines"] = 7
    findings.broken(
        "object.altered",
        "This <b>recording</b> was altered",
        Spot("objects/00", call="ab" * 8),
        needed="the file",
    )
    for n in range(40):
        findings.missing("carrier.unknown", f"call {n}", Spot("cdr.csv", n))
    findings.note("key.own", "own keys")
    return findings.verdict()


class Wellformed(HTMLParser):
    """Every element that is opened is closed again."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_both_verdicts_where_and_what_would_settle_it(lang: str) -> None:
    page = Wellformed(certificate(Checked(Path("/data/archive"), found(), ("central+1+x",)), lang, NOW))
    assert page.open == []
    words = tomllib.loads(resource("i18n", "certificate.toml").read_text(encoding="utf-8"))[lang]
    for said in (
        words["altered"],
        words["gaps"],
        words["practice"],
        "objects/00",
        "the file",
        "central+1+x",
        "cdr.csv, line 3",
    ):
        assert said in page.text
    assert "<b>recording</b>" in page.text  # an enemy's words are text, not markup
    assert words["more"].format(10) in page.text


def test_a_good_archive_is_called_good_in_chinese_and_needs_nothing_from_outside() -> None:
    page = certificate(Checked(Path("archive"), Findings().verdict()), "zh", NOW)
    assert "没有任何改动" in page
    assert "没有任何缺失" in page
    assert not re.search(r"https?://|src=|@import|url\(", page)
    assert page == certificate(Checked(Path("archive"), Findings().verdict()), "zh", NOW)


def test_every_rule_has_its_meaning_in_chinese_and_no_other_has() -> None:
    table = tomllib.loads(resource("i18n", "verify.toml").read_text(encoding="utf-8"))
    assert table.keys() == set(rules_used())
    assert all(re.search(r"[\u4e00-\u9fff].*。$", text) for text in table.values())


def test_the_two_languages_say_the_same_things() -> None:
    words = tomllib.loads(resource("i18n", "certificate.toml").read_text(encoding="utf-8"))
    assert words["zh"].keys() == words["en"].keys()

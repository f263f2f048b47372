"""The certificate: what a check found, on one page that people can print, in Chinese and English."""

import ast
import re
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.certificate import Checked, html, kind_of, page_of, told, write_certificate
from app.certificate_pdf import pdf
from app.errors import UsageError
from app.evidence.audit.facts import _WORDS
from app.evidence.audit.verdict import Findings, Spot
from app.evidence.verify import Verdict
from app.resources import resource
from tests.evidence.test_formats_doc import rules_used

ROOT = Path(__file__).parents[1]
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


def certificate(checked: Checked, lang: str, now: datetime) -> str:
    return html(page_of(checked, lang, now))


def in_print(checked: Checked, lang: str, tmp_path: Path) -> str:
    """What a person reads off the PDF, without the breaks of its lines."""
    file = tmp_path / "certificate.pdf"
    write_certificate(file, checked, lang, pdf)
    done = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True)
    return re.sub(r"\s+", "", done.stdout.decode())


needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler-utils")


class Wellformed(HTMLParser):
    """Every element that is opened is closed again."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "wbr", "meta"):
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
        "cdr.csv" + words["join"] + words["line"].format(3),
    ):
        assert said in page.text
    assert "<b>recording</b>" in page.text  # an enemy's words are text, not markup
    assert words["more"].format(10) in page.text


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "1,000 行日志中有 7 行出自演练通话"), ("en", "7 of 1,000 journal lines are practice")],
)
def test_one_practice_call_among_a_survey_does_not_make_all_of_it_practice(lang: str, said: str) -> None:
    findings = Findings()
    findings.counts["rehearsal lines"], findings.counts["lines"] = 7, 1000
    checked = Checked(Path("archive"), findings.verdict())
    words = page_of(checked, lang, NOW).words
    for shown in (certificate(checked, lang, NOW), told(checked, lang, NOW)):
        assert said in shown.replace("1000", "1,000")
        assert words["practice"] not in shown


def test_a_terminal_shows_the_fingerprint_before_what_is_said_of_it() -> None:
    checked = Checked(Path("archive"), Findings().verdict(fingerprint="ab" * 32))
    assert f"日志指纹：{'ab' * 32}，" in told(checked, "zh", NOW)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_only_what_spoils_a_verdict_stands_under_its_name(lang: str) -> None:
    """A key of the archive's own is no gap in it."""
    page = page_of(Checked(Path("archive"), found()), lang, NOW)
    under = {row.rule: row.half for row in page.rows}
    assert under["object.altered"] == page.words["integrity"]
    assert under["carrier.unknown"] == page.words["completeness"]
    assert under["key.own"] == ""
    note = html(page).partition("key.own")[0].rpartition("<tr")[2]
    assert page.words["completeness"] not in note
    assert "\n[note] own keys." in found().text()


def test_a_good_archive_is_called_good_in_chinese_and_needs_nothing_from_outside() -> None:
    page = certificate(Checked(Path("archive"), Findings().verdict()), "zh", NOW)
    assert "没有任何改动" in page
    assert "没有任何缺失" in page
    assert not re.search(r"https?://|src=|@import|url\(", page)
    assert page == certificate(Checked(Path("archive"), Findings().verdict()), "zh", NOW)


@needs_poppler
@pytest.mark.real
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pdf_says_all_that_the_page_says(lang: str, tmp_path: Path) -> None:
    checked = Checked(Path("/data/档案 1"), found(), ("central+1+" + "x" * 44,))
    page, read = page_of(checked, lang, NOW), in_print(checked, lang, tmp_path)
    said = [
        page.command,
        page.words["title"],
        page.words["practice"],
        page.words["limits"],
        page.words["again"],
    ]
    said += [each for name, _, verdict in page.halves for each in (name, verdict)]
    said += [each for fact in page.facts[:1] + page.facts[2:] for each in (fact.name, fact.said, *fact.proof)]
    for row in page.rows:
        said += [row.weight, row.half, row.rule, row.meaning, row.what, row.at, row.needed]
    said += [each for more in page.more for each in more]
    missing = [each for each in said if re.sub(r"\s+", "", each) not in read]
    # A row that goes on overleaf is read with the foot of the sheet in it; nothing else may be lost.
    assert missing == []
    assert "<b>recording</b>" in read


@needs_poppler
@pytest.mark.real
def test_every_sheet_of_a_long_certificate_is_numbered_so_that_none_can_be_left_out(tmp_path: Path) -> None:
    findings = Findings()
    for rule in ("call.open", "call.outcome", "call.unrecorded", "object.absent"):
        for n in range(30):
            findings.missing(
                rule, "what is said of it " * 9, Spot("journals/00000000.1/journal.jsonl", n, "ab" * 8)
            )
    read = in_print(Checked(Path("archive"), findings.verdict()), "zh", tmp_path)
    sheets = re.findall(r"第(\d+)页，共(\d+)页", read)
    assert len(sheets) > 5
    assert sheets == [(str(n), str(len(sheets))) for n in range(1, len(sheets) + 1)]
    assert read.count("查清所需") == len(sheets) or read.count("查清所需") == len(sheets) - 1


def test_the_same_check_gives_the_same_pdf_and_needs_nothing_from_outside() -> None:
    page = page_of(Checked(Path("archive"), Findings().verdict()), "zh", NOW)
    assert pdf(page) == pdf(page)
    assert b"/URI" not in pdf(page)


@pytest.mark.parametrize("name", ["certificate.txt", "certificate", "certificate.pdf.exe"])
def test_another_kind_of_file_is_refused_in_words(name: str) -> None:
    with pytest.raises(UsageError, match=r"\.html or \.pdf"):
        kind_of(Path(name))
    assert (kind_of(Path("a.PDF")), kind_of(Path("a.html"))) == ("pdf", "html")


def test_a_chinese_certificate_says_what_is_needed_and_where_in_chinese() -> None:
    findings = Findings()
    findings.counts["lines"] = 7
    findings.missing("journal.cut", "cut", Spot("journal.jsonl", 3, "ab" * 8), needed="lines 91 to 120")
    findings.missing("call.unrecorded", "none", needed="its rec.close or rec.recovered: the whole log")
    first, second = page_of(Checked(Path("archive"), findings.verdict()), "zh", NOW).rows
    assert first.needed == "第 91 至 120 行"
    assert first.at == f"journal.jsonl，第 3 行，通话 {'ab' * 8}"
    assert second.needed == "它的 rec.close 或 rec.recovered 记录：完整的总账"
    counted = page_of(Checked(Path("archive"), findings.verdict()), "zh", NOW).facts[4].said
    assert counted == "日志行 7"


def phrases_used() -> set[str]:
    """Every literal that the check gives as needed=, {} for what changes. Those of names only are left out: they need no words."""
    found = set()
    for path in (ROOT / "app" / "evidence" / "audit").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "needed":
                found |= {_template(each) for each in _literals(node.value)}
    return {phrase for phrase in found if " " in phrase and not phrase.startswith("{}: ")}


def _literals(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return _literals(node.body) + _literals(node.orelse)
    return [node] if isinstance(node, ast.Constant | ast.JoinedStr) else []


def _template(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)


@needs_poppler
@pytest.mark.real
def test_nobody_signs_a_sheet_that_says_nothing_of_the_check(tmp_path: Path) -> None:
    """It could be put behind any other. So many notes leave room for all but the signature."""
    findings, file = Findings(), tmp_path / "certificate.pdf"
    for _ in range(10):
        findings.note("key.own", "The archive's own keys were used", needed="the keys from somebody else")
    write_certificate(file, Checked(Path("archive"), findings.verdict()), "en", pdf)
    read = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True).stdout.decode()
    first, last = read.removesuffix("\f").split("\f")
    assert "key.own" in first
    assert "fangxin verify archive" in last


def test_whatever_the_check_asks_for_is_asked_for_in_chinese_too() -> None:
    phrases = sorted(phrases_used())
    assert len(phrases) > 40
    rows = (
        row
        for phrase in phrases
        for row in page_of(Checked(Path("a"), _one(phrase.replace("{}", "17"))), "zh", NOW).rows
    )
    assert [row.needed for row in rows if not re.search(r"[\u4e00-\u9fff]", row.needed)] == []


def _one(needed: str) -> Verdict:
    findings = Findings()
    findings.missing("x", "y", needed=needed)
    return findings.verdict()


def test_on_a_chinese_system_the_verdict_is_told_in_chinese() -> None:
    said = told(Checked(Path("archive"), found()), "zh", NOW).splitlines()
    assert said[1:3] == ["真实性：不能证明未被改动", "完整性：不完整"]
    assert "演练数据" in said[0]
    assert any(line.startswith("[与原记录不符] 密封文件被改动") and "objects/00" in line for line in said)
    assert "其余同类 10 条从略" in said[-1]
    assert told(Checked(Path("archive"), found()), "en", NOW) == found().text()


def test_every_rule_has_its_meaning_in_chinese_and_no_other_has() -> None:
    table = tomllib.loads(resource("i18n", "verify.toml").read_text(encoding="utf-8"))
    assert table.keys() == set(rules_used())
    assert all(re.search(r"[\u4e00-\u9fff].*。$", text) for text in table.values())


def test_the_two_languages_say_the_same_things() -> None:
    words = tomllib.loads(resource("i18n", "certificate.toml").read_text(encoding="utf-8"))
    assert words["zh"].keys() == words["en"].keys()


def test_everything_that_the_check_counts_has_its_chinese_name() -> None:
    counted = tomllib.loads(resource("i18n", "certificate.toml").read_text(encoding="utf-8"))["zh"]["counted"]
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app" / "evidence").rglob("*.py"))
    names = set(re.findall(r'counts\["([a-z ]+)"\]', source)) | {plural for _, plural in _WORDS.values()}
    assert names <= counted.keys()


def test_the_moment_of_a_check_is_told_on_china_s_clocks_like_every_other_paper_of_ours() -> None:
    at = [page_of(Checked(Path("a"), Findings().verdict()), lang, NOW).facts[1].said for lang in ("zh", "en")]
    assert at == ["2026-11-26 20:00:00（北京时间）", "2026-11-26 20:00:00, China time (UTC+8)"]


@needs_poppler
@pytest.mark.real
def test_no_line_of_the_chinese_pdf_begins_with_a_mark_that_closes_another(tmp_path: Path) -> None:
    begun = []
    for length in range(1, 40):
        findings = Findings()
        findings.counts |= {"journals": 10**length, "bytes": 94_616_065, "calls": 7, "interviews": 3}
        findings.missing("rule.unheard-of", "什么，什么；什么：" * length, Spot("journal.jsonl", 3, "ab" * 8))
        file = tmp_path / f"{length}.pdf"
        write_certificate(file, Checked(Path("档" * length), findings.verdict()), "zh", pdf)
        done = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True)
        begun += [line for line in done.stdout.decode().splitlines() if line[:1] in tuple("，。；：、）")]
    assert begun == []

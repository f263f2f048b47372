"""The verdict of a check as one page for people: what was checked, with whose keys, what was found, what would settle it. Prints on A4.

One file, nothing from outside: HTML here, PDF in certificate_pdf.py, both from the same Page. It proves nothing by itself: whoever
doubts it runs the check again, and the page says how.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from app import __version__
from app.clock import CHINA
from app.errors import UsageError
from app.evidence.durable import storage_errors, write_file
from app.evidence.program import program_sha
from app.evidence.verify import Finding, Severity, Verdict
from app.resources import resource


@dataclass(frozen=True, slots=True)
class Checked:
    """A finished check. path: what was checked; keys: what the auditor gave as --key, empty = the archive's own were used."""

    path: Path
    verdict: Verdict
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the table above the findings. proof: what must be copied letter by letter, one a line."""

    name: str
    said: str
    proof: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A finding as it is told. severity, rule: for programs. half: which verdict it spoils, "" = a note, which spoils none. meaning: in the
    page's language, "" where what says it."""

    severity: Severity
    weight: str
    half: str
    rule: str
    meaning: str
    what: str
    at: str
    needed: str


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the certificate, in one language. words: resources/i18n/certificate.toml. practice: said above all else when there are
    practice calls in it, "" when there are none. halves: verdict, whether it is good, what
    is said of it. more: rule → findings left out. command: repeats the check."""

    lang: str
    words: dict[str, Any]
    practice: str
    halves: tuple[tuple[str, bool, str], ...]
    facts: tuple[Fact, ...]
    rows: tuple[Row, ...]
    more: tuple[tuple[str, str], ...]
    command: str


Render = Callable[[Page], bytes]
"""How a page is written; raises what its library does not find."""
_OPTION, _UNBROKEN = re.compile(r"--[a-z-]+"), r'<span class="option">\g<0></span>'
"""A browser would break a line behind the hyphens."""
_MOST = 30
"""Findings of one rule that are printed singly."""


def write_certificate(path: Path, checked: Checked, lang: str, render: Render | None = None) -> None:
    """Write the page. lang: "zh" or "en". render: how, None = HTML. Raises StorageError."""
    page = page_of(checked, lang, datetime.now(UTC))
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, html(page).encode() if render is None else render(page))


def kind_of(path: Path) -> str:
    """ "html" or "pdf", by the file's name. Raises UsageError for another."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in ("html", "pdf"):
        raise UsageError("A certificate is written as .html or .pdf", where=str(path))
    return kind


def page_of(checked: Checked, lang: str, now: datetime) -> Page:
    """What the certificate says. The same check at the same moment gives the same page."""
    words, verdict = _table_of("certificate")[lang], checked.verdict
    findings = (*verdict.integrity, *verdict.completeness)
    rows, more = _rows(findings, words, lang)
    counts = words["counted"]
    looked = (f"{counts.get(name, name)} {number:,}" for name, number in verdict.counts.items() if number)
    return Page(
        lang,
        words,
        _practice(verdict, words),
        (
            (words["integrity"], verdict.integrity_ok, words["whole" if verdict.integrity_ok else "altered"]),
            (
                words["completeness"],
                verdict.completeness_ok,
                words["all" if verdict.completeness_ok else "gaps"],
            ),
        ),
        (
            Fact(
                words["checked"],
                words["place"].format(
                    path=checked.path, layout=words["layouts"].get(verdict.checked, verdict.checked)
                ),
            ),
            Fact(words["when"], words["moment"].format(f"{now.astimezone(CHINA):%Y-%m-%d %H:%M:%S}")),
            Fact(words["program"], f"Fangxin {__version__}", (program_sha()[:16],)),
            Fact(words["keys"], words["given"] if checked.keys else words["own"], checked.keys),
            Fact(words["counts"], words["join"].join(looked)),
            Fact(words["fingerprint"], words["again_alike"], (verdict.fingerprint,)),
        ),
        rows,
        more,
        f"fangxin verify {checked.path.name} --key …",
    )


def _practice(verdict: Verdict, words: dict[str, Any]) -> str:
    """A single practice call among a survey's must not make the page say that nobody real was called."""
    practice, lines = verdict.counts.get("rehearsal lines", 0), verdict.counts.get("lines", 0)
    if not practice:
        return ""
    return str(words["practice"] if practice == lines else words["mixed"].format(practice, lines))


def _rows(
    findings: tuple[Finding, ...], words: dict[str, Any], lang: str
) -> tuple[tuple[Row, ...], tuple[tuple[str, str], ...]]:
    """The gravest first; of one rule no more than _MOST, and how many more there are."""
    seen: dict[str, int] = {}
    rows = []
    for finding in sorted(findings, key=lambda each: list(Severity).index(each.severity)):
        seen[finding.rule] = seen.get(finding.rule, 0) + 1
        if seen[finding.rule] <= _MOST:
            rows.append(_row(finding, words, lang))
    more = ((rule, words["more"].format(number - _MOST)) for rule, number in seen.items() if number > _MOST)
    return tuple(rows), tuple(more)


def _row(finding: Finding, words: dict[str, Any], lang: str) -> Row:
    at, in_chinese = finding.at, lang == "zh"
    where = (
        at.file,
        words["line"].format(at.line) if at.line else "",
        words["call"].format(at.call) if at.call else "",
    )
    return Row(
        finding.severity,
        words[str(finding.severity)],
        words[str(finding.kind)] if finding.spoils else "",
        finding.rule,
        _table_of("verify").get(finding.rule, "") if in_chinese else "",
        finding.what,
        words["join"].join(filter(None, where)),
        _needed(finding.needed) if in_chinese else finding.needed,
    )


def _needed(english: str) -> str:
    """What would settle it, in Chinese; as it is where it names nothing but files."""
    for pattern, chinese in _phrases():
        if match := pattern.fullmatch(english):
            return chinese.format(*map(_needed, match.groups()))
    return english


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The longest first: what stands for itself before what has gaps."""
    table = sorted(_table_of("needed").items(), key=lambda each: -len(each[0]))
    return tuple(
        (re.compile(re.escape(english).replace(re.escape("{}"), "(.+)"), re.DOTALL), chinese)
        for english, chinese in table
    )


def told(checked: Checked, lang: str, now: datetime) -> str:
    """The verdict for a terminal, in the reader's language: the two halves, what was looked at, then the findings, the gravest first."""
    if lang == "en":
        return checked.verdict.text()
    page = page_of(checked, lang, now)
    lines = [page.practice] if page.practice else []
    lines += [f"{name}：{said}" for name, _, said in page.halves]
    shown = (
        page.facts[-2:] if checked.verdict.fingerprint else page.facts[-2:-1]
    )  # a check of history alone has none
    lines += [f"{fact.name}：{'，'.join((*fact.proof, fact.said))}" for fact in shown]
    for row in page.rows:
        place = f"（{row.at}）" if row.at else ""
        needed = f" {page.words['needed']}：{row.needed}。" if row.needed else ""
        lines.append(
            f"[{row.weight}] {row.meaning or row.what}{place}{needed} {row.what if row.meaning else ''}".rstrip()
        )
    return "\n".join((*lines, *(f"{rule} {said}" for rule, said in page.more)))


def html(page: Page) -> str:
    """The page as one HTML file."""
    words = page.words
    style = resource("style", "certificate.css").read_text(encoding="utf-8")
    body = "\n".join(
        (
            f'<p class="practice">{page.practice}</p>' if page.practice else "",
            f"<h1>{words['title']}</h1>",
            _halves(page),
            _facts(page),
            f"<h2>{words['findings']}</h2>",
            _table(page) if page.rows else f"<p>{words['none']}</p>",
            f'<div class="end"><p class="small">{words["limits"]}</p>',
            f'<p class="small">{words["again"]}</p>',
            f"<pre>{escape(page.command)}</pre>",
            f'<p class="sign"><span>{words["sign"]}</span><span>{words["date"]}</span></p></div>',
        )
    )
    head = f'<meta charset="utf-8"><title>{words["title"]}</title>\n<style>\n{style}</style>'
    language = "zh-CN" if page.lang == "zh" else "en"
    return f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n{head}\n</head>\n<body><main>\n{body}\n</main></body>\n</html>\n'


def _halves(page: Page) -> str:
    cards = (
        f'<div class="{"good" if good else "bad"}"><b>{"✓" if good else "✗"} {name}</b> {said}</div>'
        for name, good, said in page.halves
    )
    return f'<div class="verdicts">{"".join(cards)}</div>'


def _facts(page: Page) -> str:
    rows = (
        f"<tr><th>{fact.name}</th><td>"
        + "<br>".join((escape(fact.said), *(f"<code>{escape(line)}</code>" for line in fact.proof)))
        + "</td></tr>"
        for fact in page.facts
    )
    return f"<table class='facts'>{''.join(rows)}</table>"


def _table(page: Page) -> str:
    heads = "".join(f"<th>{page.words[name]}</th>" for name in ("weight", "what", "where", "needed"))
    rows = [
        f'<tr class="{row.severity}"><td>{row.weight}<br>'
        f"<small>{row.half and f'{row.half}<br>'}<code>{escape(row.rule)}</code></small></td>"
        f"<td>{f'{row.meaning}<br><small>{escape(row.what)}</small>' if row.meaning else escape(row.what)}</td>"
        f"<td>{escape(row.at).replace('/', '/<wbr>')}</td><td>{_OPTION.sub(_UNBROKEN, escape(row.needed))}</td></tr>"
        for row in page.rows
    ]
    rows += [f'<tr><td colspan="4"><code>{rule}</code> {said}</td></tr>' for rule, said in page.more]
    return (
        f"<table class='findings'>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody></table>"
    )


@cache
def _table_of(name: str) -> dict[str, Any]:
    """The words of resources/i18n/<name>.toml."""
    return tomllib.loads(resource("i18n", f"{name}.toml").read_text(encoding="utf-8"))

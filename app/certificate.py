"""The verdict of a check as one page for people: what was checked, with whose keys, what was found, what would settle it. Prints on A4.

One file, nothing from outside. It proves nothing by itself: whoever doubts it runs the check again, and the page says how.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from app import __version__
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


_MOST = 30
"""Findings of one rule that are printed singly."""


def write_certificate(path: Path, checked: Checked, lang: str) -> None:
    """Write the page. lang: "zh" or "en". Raises StorageError."""
    page = certificate(checked, lang, datetime.now(UTC).astimezone())
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, page.encode())


def certificate(checked: Checked, lang: str, now: datetime) -> str:
    """The page. The same check at the same moment gives the same text."""
    words, verdict = _table_of("certificate")[lang], checked.verdict
    style = resource("style", "certificate.css").read_text(encoding="utf-8")
    practice = f'<p class="practice">{words["practice"]}</p>' if verdict.counts.get("rehearsal lines") else ""
    findings = (*verdict.integrity, *verdict.completeness)
    body = "\n".join(
        (
            practice,
            f"<h1>{words['title']}</h1>",
            _verdicts(verdict, words),
            _facts(checked, words, now),
            f"<h2>{words['findings']}</h2>",
            _table(findings, words, lang) if findings else f"<p>{words['none']}</p>",
            f'<p class="small">{words["limits"]}</p>',
            f'<p class="small">{words["again"]}</p>',
            f"<pre>fangxin verify {escape(str(checked.path.name))} --key …</pre>",
            f'<p class="sign"><span>{words["sign"]}</span><span>{words["date"]}</span></p>',
        )
    )
    head = f'<meta charset="utf-8"><title>{words["title"]}</title>\n<style>\n{style}</style>'
    language = "zh-CN" if lang == "zh" else "en"
    return f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n{head}\n</head>\n<body><main>\n{body}\n</main></body>\n</html>\n'


def _verdicts(verdict: Verdict, words: dict[str, str]) -> str:
    halves = (
        ("integrity", verdict.integrity_ok, words["whole"] if verdict.integrity_ok else words["altered"]),
        ("completeness", verdict.completeness_ok, words["all"] if verdict.completeness_ok else words["gaps"]),
    )
    cards = (
        f'<div class="{"good" if good else "bad"}"><b>{"✓" if good else "✗"} {words[name]}</b> {said}</div>'
        for name, good, said in halves
    )
    return f'<div class="verdicts">{"".join(cards)}</div>'


def _facts(checked: Checked, words: dict[str, str], now: datetime) -> str:
    verdict = checked.verdict
    counts = ", ".join(f"{name} {number:,}" for name, number in verdict.counts.items() if number)
    keys = words["given"] + "<br>" + "<br>".join(f"<code>{escape(key)}</code>" for key in checked.keys)
    rows = (
        (words["checked"], f"{escape(str(checked.path))} ({escape(verdict.checked)})"),
        (words["when"], now.strftime("%Y-%m-%d %H:%M:%S %z")),
        (words["program"], f"Fangxin {__version__}, <code>{program_sha()[:16]}</code>"),
        (words["keys"], keys if checked.keys else words["own"]),
        (words["counts"], escape(counts)),
    )
    return (
        "<table class='facts'>" + "".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in rows) + "</table>"
    )


def _table(findings: tuple[Finding, ...], words: dict[str, str], lang: str) -> str:
    ordered = sorted(findings, key=lambda each: list(Severity).index(each.severity))
    seen: dict[str, int] = {}
    rows = []
    for finding in ordered:
        seen[finding.rule] = seen.get(finding.rule, 0) + 1
        if seen[finding.rule] <= _MOST:
            rows.append(_row(finding, words, lang))
    for rule, number in seen.items():
        if number > _MOST:
            rows.append(
                f'<tr><td colspan="4"><code>{rule}</code> {words["more"].format(number - _MOST)}</td></tr>'
            )
    heads = "".join(f"<th>{words[name]}</th>" for name in ("weight", "what", "where", "needed"))
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody></table>"


def _row(finding: Finding, words: dict[str, str], lang: str) -> str:
    meaning = _table_of("verify").get(finding.rule, "") if lang == "zh" else ""
    what = f"{meaning}<br><small>{escape(finding.what)}</small>" if meaning else escape(finding.what)
    weight, half = words[str(finding.severity)], words[str(finding.kind)]
    return (
        f'<tr class="{finding.severity}"><td>{weight}<br><small>{half} · <code>{escape(finding.rule)}</code></small></td>'
        f"<td>{what}</td><td>{escape(str(finding.at))}</td><td>{escape(finding.needed)}</td></tr>"
    )


@cache
def _table_of(name: str) -> dict[str, Any]:
    """The words of resources/i18n/<name>.toml."""
    return tomllib.loads(resource("i18n", f"{name}.toml").read_text(encoding="utf-8"))

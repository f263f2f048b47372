"""Pieces of the report page: text in two languages, tables, and numbers as they are printed. Pure."""

from collections.abc import Iterable
from html import escape

from app.resources import resource
from app.results.index import Estimate
from app.results.ranks import Rank
from app.results.summary import Figure
from app.results.words import REHEARSAL, REHEARSAL_WHY, SHOWN, Words

Column = tuple[str, Words | str]
"""A column's CSS class ("num" = to the right, "mid" = centred) and its heading, or ready markup for one."""


def document(title: str, inside: str, *, rehearsal: bool) -> str:
    """A whole page that needs nothing from outside. rehearsal: it says so above everything else."""
    style = resource("style", "report.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{_banner() if rehearsal else ''}<main>\n{inside}\n</main>\n</body>\n</html>\n"
    )


def _banner() -> str:
    return (
        f'<div class="banner" role="note"><strong>{REHEARSAL.zh}</strong><strong lang="en">{REHEARSAL.en}</strong>'
        f'<small>{REHEARSAL_WHY.zh}</small><small lang="en">{REHEARSAL_WHY.en}</small></div>\n'
    )


def section(title: Words, *parts: str, sheet: bool = True) -> str:
    """A part of the page under its heading. sheet: begins a new sheet of paper."""
    inside = "\n".join(parts)
    kind = ' class="sheet"' if sheet else ""
    return f'<section{kind}>\n<h2>{title.zh}<span class="en" lang="en">{title.en}</span></h2>\n{inside}\n</section>'


def lead(words: Words) -> str:
    """The sentence before a table."""
    return f'<p class="lead">{both(words)}</p>'


def table(
    columns: Iterable[Column], rows: Iterable[str], *, caption: Words | None = None, kind: str = ""
) -> str:
    """A table of ready rows. kind: CSS class."""
    headings = ((style, words if isinstance(words, str) else both(words)) for style, words in columns)
    heads = "".join(f'<th scope="col" class="{style}">{heading}</th>' for style, heading in headings)
    title = "" if caption is None else f"<caption>{both(caption)}</caption>\n"
    body = "\n".join(rows)
    return f'<div class="scroll"><table class="{kind}">\n{title}<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def both(words: Words) -> str:
    """Chinese with the English beside it."""
    return (
        f'{escape(words.zh)}<span class="en" lang="en">{escape(words.en)}</span>'
        if words.en
        else escape(words.zh)
    )


def tag(figure: Figure) -> str:
    """Why a figure is marked or not shown."""
    words = SHOWN[figure.shown]
    return (
        f'<span class="tag">{words.zh}</span><span class="en" lang="en">{escape(words.en)}</span>'
        if words.zh
        else ""
    )


def count(n: int | None) -> str:
    """A number of interviews or cases; a dash when it is hidden."""
    return "—" if n is None else f"{n:,}"


def amount(number: float) -> str:
    """A count that may be an estimated one: with one decimal unless whole."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"


def score(figure: Figure, decimals: int = 1) -> str:
    """The value of a figure; a dash when there is none to show."""
    value = figure.estimate.value if figure.estimate else None
    return "—" if value is None else f"{value:.{decimals}f}"


def rank(between: Rank | None) -> str:
    """The ranks that a unit can have; a dash when it was compared with none."""
    if between is None:
        return "—"
    return str(between.best) if between.best == between.worst else f"{between.best}–{between.worst}"


def interval(estimate: Estimate | None, limits: tuple[float, float] = (0.0, 100.0), decimals: int = 1) -> str:
    """The 95 % interval, cut at the ends of the scale."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return "—"
    low, high = max(limits[0], estimate.low), min(limits[1], estimate.high)
    return f"{low:.{decimals}f}–{high:.{decimals}f}"

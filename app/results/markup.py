"""Pieces of the report page: text in two languages, table heads, and numbers as they are printed. Pure."""

from collections.abc import Iterable
from html import escape

from app.results.index import Estimate
from app.results.summary import Figure, Shown
from app.results.words import SHOWN, Words


def section(title: Words, inside: str) -> str:
    return f'<section>\n<h2>{title.zh}<span class="en" lang="en">{title.en}</span></h2>\n{inside}\n</section>'


def head(*columns: tuple[str, Words]) -> str:
    return "".join(f'<th scope="col" class="{kind}">{both(words)}</th>' for kind, words in columns)


def both(words: Words) -> str:
    return f'{escape(words.zh)}<span class="en" lang="en">{escape(words.en)}</span>'


def join(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def tag(figure: Figure) -> str:
    return "" if figure.shown is Shown.FULL else f'<span class="tag">{SHOWN[figure.shown].zh}</span>'


def count(n: int | None) -> str:
    return "—" if n is None else f"{n:,}"


def amount(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"


def score(figure: Figure, decimals: int = 1) -> str:
    value = figure.estimate.value if figure.estimate else None
    return "—" if value is None else f"{value:.{decimals}f}"


def interval(
    estimate: Estimate | None, limits: tuple[float, float] = (0.0, 100.0), decimals: int = 1
) -> str:
    if estimate is None or estimate.low is None or estimate.high is None:
        return "—"
    low, high = max(limits[0], estimate.low), min(limits[1], estimate.high)
    return f"{low:.{decimals}f}–{high:.{decimals}f}"

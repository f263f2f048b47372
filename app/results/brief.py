"""A report in few words: the index for a terminal and, as text with decimals, for programs; canonical JSON has no floats."""

from collections.abc import Iterator

from app.canonical import Value
from app.columns import columns, padded
from app.results.markup import count, interval, rank, score
from app.results.ranks import Rank
from app.results.summary import Figure, Report
from app.results.words import CITY, SHOWN, Words

_HEADS = Words("有效样本  指数  95%置信区间  名次区间", "scored  index  95% interval  ranks")


def index_of(report: Report) -> dict[str, str]:
    """Unit code → index as text with two decimals, "" where there is none; the city under "city"."""
    return {
        code: number(figure.estimate.value if figure.estimate else None) for code, figure in _figures(report)
    }


def rates_of(report: Report) -> dict[str, str]:
    """Rate → share as text with four decimals, "" where it is not defined."""
    return {name: number(rate.value, 4) for name, rate in report.rates.items()}


def number(value: float | None, places: int = 2) -> str:
    """A number as text, "" for none."""
    return "" if value is None else f"{value:.{places}f}"


def document(report: Report) -> dict[str, Value]:
    """The whole report for programs."""
    return {
        "study": report.subject.study,
        "version": report.subject.version,
        "created": report.created.isoformat(),
        "rehearsal": report.rehearsal,
        "calls": report.calls,
        "scored": report.scored,
        "unplaced": report.unplaced,
        "uncovered": report.uncovered,
        "cases": report.cases,
        "undialled": report.undialled if report.basis is None or report.basis.undialled_known else None,
        "index": index_of(report),
        "city": _figure(report.city),
        "units": [
            {"code": line.unit.code, **_figure(line.figure), "ranks": _ranks(line.rank)}
            for line in report.units
        ],
        "aspects": [{"code": line.aspect.code, **_figure(line.figure)} for line in report.aspects],
        "items": [
            {"name": item.item.name, **_figure(item.figure)} for line in report.aspects for item in line.items
        ],
        "rates": rates_of(report),
    }


def text(report: Report, language: str) -> list[str]:
    """The index a unit, in lines. language: "zh" or "en"."""
    named = [(CITY, report.city, "")]
    named += [(Words(each.unit.zh, each.unit.en), each.figure, rank(each.rank)) for each in report.units]
    wide = max(columns(name.of(language)) for name, _, _ in named) + 2
    scored, ranked = (8, 8) if language == "zh" else (6, 5)
    lines = [f"  {padded('', wide)}{_HEADS.of(language)}"]
    for name, figure, ranks in named:
        reach, why = padded(interval(figure.estimate), 12), SHOWN[figure.shown].of(language)
        said = f"{count(figure.n):>{scored}} {score(figure):>5}  {reach}  {padded(ranks, ranked)}  {why}"
        lines.append(f"  {padded(name.of(language), wide)}{said}".rstrip())
    return lines


def _ranks(between: Rank | None) -> list[Value] | None:
    return None if between is None else [between.best, between.worst]


def _figures(report: Report) -> Iterator[tuple[str, Figure]]:
    yield from ((line.unit.code, line.figure) for line in report.units)
    yield "city", report.city


def _figure(figure: Figure) -> dict[str, Value]:
    """n: null where even that is not shown. shown: summary.Shown."""
    estimate = figure.estimate
    found: dict[str, Value] = {"n": figure.n, "shown": figure.shown.value}
    for name in ("value", "se", "low", "high"):
        found[name] = number(getattr(estimate, name, None))
    return found

"""The report as one HTML page that needs nothing else: style and drawings inside, prints on A4, follows a dark screen. Pure."""

from collections.abc import Iterable
from html import escape
from math import ceil, floor
from pathlib import Path

from app.results.index import Estimate
from app.results.rates import Rate
from app.results.summary import AspectLine, CodeLine, Figure, Report, Shown
from app.results.words import (
    CATEGORIES,
    CITY,
    RATE_GROUPS,
    REHEARSAL,
    REHEARSAL_WHY,
    SHOWN,
    WHEN,
    Words,
    notes,
    percent,
)

_KEY_RATES = ("RR1", "RR3", "RR5")


def page(report: Report) -> str:
    """The whole page. The same report gives the same text."""
    subject = report.subject
    style = (Path(__file__).resolve().parents[2] / "resources" / "style" / "report.css").read_text(
        encoding="utf-8"
    )
    body = "\n".join(
        (
            _banner(report),
            "<main>",
            _header(report),
            _cards(report),
            _units(report),
            _aspects(report),
            _rates(report),
            _outcomes(report),
            _notes(report),
            _footer(report),
            "</main>",
        )
    )
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_mark(report)}{escape(subject.zh)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _banner(report: Report) -> str:
    if not report.rehearsal:
        return ""
    return (
        f'<div class="banner" role="note"><strong>{REHEARSAL.zh}</strong><strong lang="en">{REHEARSAL.en}</strong>'
        f'<small>{REHEARSAL_WHY.zh}</small><small lang="en">{REHEARSAL_WHY.en}</small></div>'
    )


def _mark(report: Report) -> str:
    return f"【{REHEARSAL.zh} {REHEARSAL.en}】" if report.rehearsal else ""


def _header(report: Report) -> str:
    subject = report.subject
    facts = (
        ("调查方案", f"{escape(subject.study)}，第{subject.version}版"),
        ("来电显示", escape(subject.caller)),
        ("报告日期", report.created.isoformat()),
    )
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return (
        f"<header>\n<h1>{escape(subject.zh)}</h1>\n"
        f'<p class="en title-en" lang="en">{escape(subject.en)}</p>\n<dl class="facts">{rows}</dl>\n</header>'
    )


def _cards(report: Report) -> str:
    city, rr3 = report.city, report.rates["RR3"]
    cards = (
        _card(Words("全市指数", "City index"), score(city), _under(city), main=True),
        _card(Words("有效样本", "Scored interviews"), count(city.n), "份完成并计分的访问"),
        _card(Words("通话", "Calls"), f"{report.calls:,}", f"涉及{report.cases:,}个号码"),
        _card(Words("回答率 RR3", "Response rate 3"), percent(rr3.value), f"{escape(rr3.formula)}"),
    )
    return f'<section class="cards">{"".join(cards)}</section>'


def _card(label: Words, number: str, under: str, *, main: bool = False) -> str:
    return (
        f'<div class="card{" main" if main else ""}"><p class="label">{label.zh}<span class="en" lang="en">{label.en}</span></p>'
        f'<p class="number">{number}</p><p class="under">{under}</p></div>'
    )


def _under(figure: Figure) -> str:
    interval = interval(figure.estimate)
    text = f"95%置信区间 {interval}" if interval != "—" else ""
    tag = tag(figure)
    return f"{text} {tag}".strip() or "&nbsp;"


def _units(report: Report) -> str:
    estimates = [f.estimate for f in (report.city, *(line.figure for line in report.units)) if f.estimate]
    axis = Axis(estimates, report.city.estimate)
    head = head(
        ("", Words("区县", "Unit")),
        ("num", Words("有效样本", "n")),
        ("num", Words("指数", "Index")),
        ("mid", Words("95%置信区间", "95% interval")),
    )
    lines = [_unit(CITY, report.city, axis, "total")]
    lines += [_unit(Words(line.unit.zh, line.unit.en), line.figure, axis) for line in report.units]
    return section(
        Words("各区县指数", "Index by unit"),
        f'<div class="scroll"><table>\n<thead><tr>{head}<th class="axis">{axis.ticks()}</th><th></th></tr></thead>\n'
        f"<tbody>\n{join(lines)}\n</tbody>\n</table></div>",
    )


def _unit(name: Words, figure: Figure, axis: Axis, kind: str = "") -> str:
    return (
        f'<tr class="{kind}"><th scope="row">{both(name)}</th><td class="num">{count(figure.n)}</td>'
        f'<td class="num">{score(figure)}</td><td class="mid">{interval(figure.estimate)}</td>'
        f'<td class="axis">{axis.bar(figure.estimate)}</td><td>{tag(figure)}</td></tr>'
    )


def _aspects(report: Report) -> str:
    head = head(
        ("", Words("方面、题目", "Aspect, item")),
        ("num", Words("权重", "Weight")),
        ("num", Words("打分人数", "Scored")),
        ("num", Words("未计分", "Not scored")),
        ("num", Words("得分", "Score")),
        ("mid", Words("95%置信区间", "95% interval")),
    )
    lines = [row for line in report.aspects for row in _aspect(line)]
    return section(
        Words(
            "四个方面与各题均值" if len(report.aspects) == 4 else "各方面与各题均值", "Aspects and item means"
        ),
        '<p class="lead">方面得分为百分制；题目均值为原始评分（0至10分）。全市，按人口比例加权。'
        '<span class="en" lang="en">Aspects from 0 to 100, items on their own scale; whole city, weighted.</span></p>\n'
        f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{join(lines)}\n</tbody>\n</table></div>',
    )


def _aspect(line: AspectLine) -> Iterable[str]:
    yield (
        f'<tr class="aspect"><th scope="row">{both(Words(line.aspect.zh, line.aspect.en))}</th><td class="num">{line.aspect.weight}%</td>'
        f'<td class="num"></td><td class="num"></td><td class="num">{score(line.figure)}</td>'
        f'<td class="mid">{interval(line.figure.estimate)}</td></tr>'
    )
    for item in line.items:
        unscored = "" if item.unscored is None else str(item.unscored)
        limits = (float(item.item.low), float(item.item.high))
        yield (
            f'<tr><td class="item">{both(Words(item.item.zh, item.item.en))}</td><td class="num"></td>'
            f'<td class="num">{count(item.figure.n)}</td><td class="num">{unscored}</td>'
            f'<td class="num">{score(item.figure, 2)}</td><td class="mid">{interval(item.figure.estimate, limits, 2)}</td></tr>'
        )


def _rates(report: Report) -> str:
    head = head(
        ("", Words("类别", "Kind")),
        ("", Words("代号", "Name")),
        ("num", Words("数值", "Value")),
        ("", Words("公式", "Formula")),
        ("num", Words("代入", "Numbers")),
    )
    lines = []
    for prefix, group in RATE_GROUPS.items():
        members = [rate for name, rate in report.rates.items() if name.rstrip("0123456789") == prefix]
        for place, rate in enumerate(members):
            first = f'<th scope="rowgroup" rowspan="{len(members)}">{both(group)}</th>' if place == 0 else ""
            lines.append(_rate(rate, first))
    categories = head(
        ("mid", Words("类", "Class")), ("", Words("含义", "Meaning")), ("num", Words("个案", "Cases"))
    )
    counts = [
        f'<tr><td class="mid">{name}</td><td>{both(CATEGORIES[name])}</td><td class="num">{count:,}</td></tr>'
        for name, count in report.counts.items()
    ]
    return section(
        Words("回答率", "Response rates"),
        f'<div class="two">\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{join(lines)}\n</tbody>\n</table>\n'
        f"<table>\n<thead><tr>{categories}</tr></thead>\n<tbody>\n{join(counts)}\n"
        f'<tr class="total"><td></td><td>合计</td><td class="num">{sum(report.counts.values()):,}</td></tr>\n</tbody>\n</table>\n</div>',
    )


def _rate(rate: Rate, first: str) -> str:
    numbers = (
        "" if rate.above is None or rate.below is None else f"{amount(rate.above)} / {amount(rate.below)}"
    )
    kind = ' class="key"' if rate.name in _KEY_RATES else ""
    cells = f'<td>{rate.name}</td><td class="num">{percent(rate.value)}</td><td class="formula">{escape(rate.formula)}</td>'
    # The group's heading spans its rows and must not take the weight of one of them.
    return f'<tr{kind}>{first}{cells}<td class="num">{numbers}</td></tr>'


def _outcomes(report: Report) -> str:
    head = head(
        ("num", Words("编码", "Code")),
        ("", Words("通话结果", "Outcome")),
        ("num", Words("AAPOR", "code")),
        ("mid", Words("类", "Class")),
        ("num", Words("通话", "Calls")),
    )
    rows = [
        f'<tr><td class="num">{escape(o.key)}</td><td>{both(Words(o.zh, o.en))}</td><td class="num">{o.aapor}</td>'
        f'<td class="mid">{o.category}</td><td class="num">{calls:,}</td></tr>'
        for o, calls in report.outcomes
    ]
    given = sum(calls for _, calls in report.outcomes)
    cut = "" if given == report.calls else f"（另有{report.calls - given}次通话中断，未给结果）"
    codes = head(
        ("num", Words("AAPOR", "code")),
        ("mid", Words("类", "Class")),
        ("", Words("含义", "Meaning")),
        ("num", Words("个案", "Cases")),
    )
    return section(
        Words("通话结果与个案结论", "Call outcomes and final dispositions"),
        '<p class="lead">一个号码可能拨打多次：左表按通话计，右表按号码计，每个号码只有一个最终结论。'
        '<span class="en" lang="en">A number may be dialled more than once: calls on the left, one final disposition a number on the right.'
        "</span></p>\n"
        f'<div class="two">\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{join(rows)}\n'
        f'<tr class="total"><td></td><td>合计{cut}</td><td></td><td></td><td class="num">{given:,}</td></tr>\n</tbody>\n</table>\n'
        f"<table>\n<thead><tr>{codes}</tr></thead>\n<tbody>\n{join(_code(line) for line in report.codes)}\n"
        f'<tr class="total"><td></td><td></td><td>合计</td><td class="num">{report.cases:,}</td></tr>\n</tbody>\n</table>\n</div>',
    )


def _code(line: CodeLine) -> str:
    return (
        f'<tr><td class="num">{line.aapor}</td><td class="mid">{line.category}</td><td>{both(meaning(line))}</td>'
        f'<td class="num">{line.cases:,}</td></tr>'
    )


def meaning(line: CodeLine) -> Words:
    """What an AAPOR code stands for here: the outcomes that lead to it."""
    named = []
    for outcome in line.outcomes:
        other = (
            outcome.alternative if outcome.alternative and outcome.alternative.aapor == line.aapor else None
        )
        zh, en = WHEN[other.when] if other else ("", "")
        named.append(
            (f"{outcome.zh}（{zh}）" if zh else outcome.zh, f"{outcome.en} ({en})" if en else outcome.en)
        )
    return Words("；".join(zh for zh, _ in named), "; ".join(en for _, en in named))


def _notes(report: Report) -> str:
    items = join(
        f'<li>{escape(note.zh)}<span class="en" lang="en">{escape(note.en)}</span></li>'
        for note in notes(report)
    )
    return section(Words("说明", "Notes"), f'<ol class="notes">\n{items}\n</ol>')


def _footer(report: Report) -> str:
    return f"<footer>{_mark(report)}{escape(report.subject.zh)}　{report.created.isoformat()}　由放心（Fangxin）生成</footer>"

"""The report as one HTML page that needs nothing else: style and drawings inside, prints on A4, follows a dark screen. Pure."""

from collections.abc import Iterator
from html import escape

from app.results.chart import Axis
from app.results.markup import amount, both, count, document, interval, lead, rank, score, section, table, tag
from app.results.rates import Rate
from app.results.summary import AspectLine, Figure, Report
from app.results.words import (
    CATEGORIES,
    CITY,
    RATE_GROUPS,
    REHEARSAL,
    TOTAL,
    Words,
    meaning,
    notes,
    percent,
)

_KEY_RATES = ("RR1", "RR3", "RR5")
_CLASS = ("mid", Words("类", "Class"))
_CASES = ("num", Words("号码", "Cases"))
_AAPOR = ("code", Words("AAPOR", "code"))


def page(report: Report) -> str:
    """The whole page. The same report gives the same text."""
    parts = (_header, _cards, _units, _aspects, _rates, _outcomes, _notes, _footer)
    inside = "\n".join(part(report) for part in parts)
    return document(_mark(report) + report.subject.zh, inside, rehearsal=report.rehearsal)


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
    reach = interval(city.estimate)
    under = f"{'' if reach == '—' else f'95%置信区间 {reach}'} {tag(city)}".strip() or "&nbsp;"
    never = f"，其中未拨{report.undialled:,}个" if report.undialled else ""
    cards = (
        _card(Words("全市指数", "City index"), score(city), under, main=True),
        _card(Words("有效样本", "Scored interviews"), count(city.n), "完成并计入指数的访问"),
        _card(Words("通话", "Calls"), f"{report.calls:,}", f"号码{report.cases:,}个{never}"),
        _card(Words("回答率 RR3", "Response rate 3"), percent(rr3.value), escape(rr3.formula)),
    )
    return f'<section class="cards">{"".join(cards)}</section>'


def _card(label: Words, number: str, under: str, *, main: bool = False) -> str:
    return (
        f'<div class="card{" main" if main else ""}"><p class="label">{both(label)}</p>'
        f'<p class="number">{number}</p><p class="under">{under}</p></div>'
    )


def _units(report: Report) -> str:
    figures = (report.city, *(line.figure for line in report.units))
    axis = Axis([figure.estimate for figure in figures if figure.estimate], report.city.estimate)
    columns = (
        ("", Words("区县", "Unit")),
        ("num", Words("有效样本", "n")),
        ("num", Words("指数", "Index")),
        ("mid", Words("95%置信区间", "95% interval")),
        ("axis", axis.ticks()),
        ("mid", Words("名次区间", "Ranks")),
        ("", Words("备注", "Remark")),
    )
    rows = [_unit(CITY, report.city, axis, "total")]
    rows += [
        _unit(Words(line.unit.zh, line.unit.en), line.figure, axis, ranks=rank(line.rank))
        for line in report.units
    ]
    return section(Words("各区县指数", "Index by unit"), table(columns, rows), sheet=False)


def _unit(name: Words, figure: Figure, axis: Axis, kind: str = "", *, ranks: str = "") -> str:
    return (
        f'<tr class="{kind}"><th scope="row">{both(name)}</th><td class="num">{count(figure.n)}</td>'
        f'<td class="num">{score(figure)}</td><td class="mid">{interval(figure.estimate)}</td>'
        f'<td class="axis">{axis.bar(figure.estimate)}</td><td class="mid">{ranks}</td><td>{tag(figure)}</td></tr>'
    )


def _aspects(report: Report) -> str:
    columns = (
        ("", Words("方面、题目", "Aspect, item")),
        ("num", Words("权重", "Weight")),
        ("num", Words("打分人数", "Scored")),
        ("num", Words("不计分", "Not scored")),
        ("num", Words("得分", "Score")),
        ("mid", Words("95%置信区间", "95% interval")),
    )
    words = Words(
        "方面得分为百分制，题目均值为原始评分；都是全市数，按人口比例加权。",
        "Aspects from 0 to 100, items on their own scale; whole city, weighted by population.",
    )
    rows = (row for line in report.aspects for row in _aspect(line))
    return section(Words("各方面得分与各题均值", "Aspects and item means"), lead(words), table(columns, rows))


def _aspect(line: AspectLine) -> Iterator[str]:
    yield (
        f'<tr class="aspect"><th scope="row">{both(Words(line.aspect.zh, line.aspect.en))}</th>'
        f'<td class="num">{line.aspect.weight}%</td><td></td><td></td><td class="num">{score(line.figure)}</td>'
        f'<td class="mid">{interval(line.figure.estimate)}</td></tr>'
    )
    for item in line.items:
        limits = (float(item.item.low), float(item.item.high))
        yield (
            f'<tr><td class="item">{both(Words(item.item.zh, item.item.en))}</td><td></td>'
            f'<td class="num">{count(item.figure.n)}</td><td class="num">{count(item.unscored)}</td>'
            f'<td class="num">{score(item.figure, 2)}</td><td class="mid">{interval(item.figure.estimate, limits, 2)}</td></tr>'
        )


def _rates(report: Report) -> str:
    columns = (
        ("", Words("类别", "Kind")),
        ("", Words("代号", "Name")),
        ("num", Words("数值", "Value")),
        ("", Words("公式", "Formula")),
        ("num", Words("代入", "Numbers")),
    )
    rows = []
    for prefix, group in RATE_GROUPS.items():
        members = [rate for name, rate in report.rates.items() if name.rstrip("0123456789") == prefix]
        heading = f'<th scope="rowgroup" rowspan="{len(members)}">{both(group)}</th>'
        rows += [_rate(rate, "" if place else heading) for place, rate in enumerate(members)]
    counts = [
        f'<tr><td class="mid">{name}</td><td>{both(CATEGORIES[name])}</td><td class="num">{n:,}</td></tr>'
        for name, n in report.counts.items()
    ]
    counts.append(
        f'<tr class="total"><td></td><td>{both(TOTAL)}</td><td class="num">{report.cases:,}</td></tr>'
    )
    classes = table((_CLASS, ("", Words("含义", "Meaning")), _CASES), counts, kind="plain")
    return section(
        Words("回答率", "Response rates"),
        f'<div class="two">\n{table(columns, rows, kind="rates")}\n{classes}\n</div>',
    )


def _rate(rate: Rate, heading: str) -> str:
    numbers = (
        "" if rate.above is None or rate.below is None else f"{amount(rate.above)} / {amount(rate.below)}"
    )
    return (
        f'<tr{" class=key" if rate.name in _KEY_RATES else ""}>{heading}<td>{rate.name}</td><td class="num">{percent(rate.value)}</td>'
        f'<td class="formula">{escape(rate.formula)}</td><td class="num">{numbers}</td></tr>'
    )


def _outcomes(report: Report) -> str:
    words = Words(
        "一个号码可能拨打多次。通话结果按次统计；最终结果按号码统计，每个号码只有一个。没有出现的编码不列。",
        "A number may be dialled more than once: outcomes count calls, final dispositions count numbers. "
        "Codes that did not occur are left out.",
    )
    by_call = (
        ("code", Words("编码", "Code")),
        ("", Words("通话结果", "Outcome")),
        _AAPOR,
        _CLASS,
        ("num", Words("通话", "Calls")),
    )
    by_case = (_AAPOR, _CLASS, ("", Words("最终结果", "Final disposition")), _CASES)
    calls, codes = table(by_call, _calls(report), kind="plain"), table(by_case, _codes(report), kind="plain")
    title = Words("通话结果与最终结果", "Call outcomes and final dispositions")
    return section(title, lead(words), f'<div class="two even">\n{calls}\n{codes}\n</div>')


def _calls(report: Report) -> Iterator[str]:
    for outcome, n in report.outcomes:
        yield (
            f'<tr><td class="code">{escape(outcome.key)}</td><td>{both(Words(outcome.zh, outcome.en))}</td>'
            f'<td class="code">{outcome.aapor}</td><td class="mid">{outcome.category}</td><td class="num">{n:,}</td></tr>'
        )
    if cut := report.calls - sum(n for _, n in report.outcomes):
        words = both(Words("通话中断，没有给出结果", "Cut off before an outcome was given"))
        yield f'<tr><td></td><td>{words}</td><td></td><td></td><td class="num">{cut:,}</td></tr>'
    yield f'<tr class="total"><td></td><td>{both(TOTAL)}</td><td></td><td></td><td class="num">{report.calls:,}</td></tr>'


def _codes(report: Report) -> Iterator[str]:
    for line in report.codes:
        yield (
            f'<tr><td class="code">{line.aapor}</td><td class="mid">{line.category}</td><td>{both(meaning(line))}</td>'
            f'<td class="num">{line.cases:,}</td></tr>'
        )
    yield f'<tr class="total"><td></td><td></td><td>{both(TOTAL)}</td><td class="num">{report.cases:,}</td></tr>'


def _notes(report: Report) -> str:
    items = "\n".join(f"<li>{both(note)}</li>" for note in notes(report))
    return section(Words("说明", "Notes"), f'<ol class="notes">\n{items}\n</ol>', sheet=False)


def _footer(report: Report) -> str:
    return f"<footer>{escape(_mark(report) + report.subject.zh)}　{report.created.isoformat()}　由放心（Fangxin）生成</footer>"

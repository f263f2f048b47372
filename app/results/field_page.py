"""The field report as one HTML page for the team lead: self-contained, prints on A4. It has no result of any question: who leads
interviewers must not see what he could steer (notes/method.md §5.4). Pure."""

from collections.abc import Callable, Iterable, Mapping
from html import escape

from app.clock import in_china
from app.results.field import SHOWN, FieldReport
from app.results.field_words import (
    COLUMNS,
    DESKS,
    FEW_NUMBERS,
    LAST_HEARD,
    NO_CALLS,
    NO_CELLS,
    NOBODY,
    NONE_STARVED,
    ORDER,
    ORDER_SAYS,
    STARVED,
    TITLE,
    UNDRAWN,
    heard,
    order,
    slice_name,
    state,
    why,
)
from app.results.markup import both, document, lead, section, table
from app.results.table import Tally
from app.results.words import REHEARSAL, TOTAL, Words, percent
from app.sample.cells import CellState
from app.study.model import StudySource

_MOST = 200
"""Starved cases that are listed; the rest are counted."""


def field_page(report: FieldReport, study: StudySource, now: int) -> str:
    """The whole page. now: ms wall, as of which it stands. The same report gives the same text."""
    title = f"{TITLE.zh}　{study.title.get('zh', study.id)}"
    mark = f"【{REHEARSAL.zh} {REHEARSAL.en}】" if report.rehearsal else ""
    units = {unit.code: Words(unit.zh, unit.en) for unit in study.units}
    inside = [_header(study, now), _cards(report, now)]
    if report.total.calls:
        starved = _starved(report, units)
        inside += [_cells(report.cells), starved, _desks(report), *_tables(report, now), _rates(report)]
    else:
        inside += [lead(NO_CALLS), _cells(report.cells), _desks(report)]
    foot = f"<footer>{escape(mark + title)}　{in_china(now):%Y-%m-%d %H:%M}　由放心（Fangxin）生成</footer>"
    return document(mark + title, "\n".join([*inside, foot]), rehearsal=report.rehearsal)


def _header(study: StudySource, now: int) -> str:
    facts = (
        ("调查方案", f"{escape(study.id)}，第{study.version}版"),
        ("截至", f"{in_china(now):%Y-%m-%d %H:%M}"),
    )
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    zh, en = study.title.get("zh", study.id), study.title.get("en", "")
    return (
        f'<header>\n<h1>{TITLE.zh}　{escape(zh)}</h1>\n<p class="en title-en" lang="en">{TITLE.en}: {escape(en)}</p>\n'
        f'<dl class="facts">{rows}</dl>\n</header>'
    )


def _cards(report: FieldReport, now: int) -> str:
    today, _ = report.of_day(f"{in_china(now):%Y-%m-%d}")
    done, rate = report.total, report.rates["RR3"]
    cards = (
        _card(
            Words("今日完成", "Completed today"),
            f"{today.completes:,}",
            f"今日拨打 {today.calls:,} 次",
            main=True,
        ),
        _card(Words("累计完成", "Completed in all"), f"{done.completes:,}", f"累计拨打 {done.calls:,} 次"),
        _card(Words("回答率 RR3", "Response rate 3"), percent(rate.value), escape(rate.formula)),
        _card(ORDER, order(report.cherry_all), "0% 为完全按抽样顺序"),
    )
    return f'<section class="cards">{"".join(cards)}</section>'


def _card(name: Words, number: str, under: str, *, main: bool = False) -> str:
    return (
        f'<div class="card{" main" if main else ""}"><p class="label">{both(name)}</p>'
        f'<p class="number">{number}</p><p class="under">{under}</p></div>'
    )


def _cells(cells: tuple[CellState, ...]) -> str:
    title = Words("配额", "Quotas")
    if not cells:
        return section(title, lead(NO_CELLS), sheet=False)
    columns = (
        ("", Words("配额组", "Cell")),
        ("num", Words("目标", "Target")),
        ("num", Words("完成", "Done")),
        ("num", Words("进行中", "Running")),
        ("fill", Words("进度", "Progress")),
        ("", Words("状态", "State")),
    )
    rows = (
        f'<tr><th scope="row">{both(Words(c.zh, c.en if c.en != c.zh else ""))}</th><td class="num">{c.target:,}</td>'
        f'<td class="num">{_count(c.done)}</td><td class="num">{_count(c.running)}</td><td class="fill">{_bar(c)}</td>'
        f"<td>{both(state(c))}</td></tr>"
        for c in cells
    )
    return section(title, table(columns, rows), sheet=False)


def _count(number: int | None) -> str:
    return "—" if number is None else f"{number:,}"


def _bar(cell: CellState) -> str:
    if cell.done is None:
        return ""
    share = min(1.0, cell.done / cell.target) if cell.target else 1.0
    said = percent(cell.done / cell.target) if cell.target else "—"
    return (
        f'<span class="bar"><i style="width:{100 * share:.1f}%"></i></span><span class="said">{said}</span>'
    )


def _starved(report: FieldReport, units: dict[str, Words]) -> str:
    if not report.starved:
        return section(STARVED, lead(NONE_STARVED), sheet=False)
    rows = [
        f'<tr><td class="code">{escape(each.case)}</td><td>{both(why(each, units))}</td></tr>'
        for each in report.starved[:_MOST]
    ]
    more = len(report.starved) - len(rows)
    rest = [lead(Words(f"另有 {more:,} 个未列出。", f"{more:,} more are not listed."))] if more > 0 else []
    columns = (("", Words("样本", "Case")), ("", Words("原因", "Reason")))
    counted = Words(f"共 {len(report.starved):,} 个。", f"{len(report.starved):,} in all.")
    return section(STARVED, lead(counted), table(columns, rows, kind="plain"), *rest, sheet=False)


def _desks(report: FieldReport) -> str:
    columns = (("", Words("工作站", "Desk")), ("", LAST_HEARD))
    rows = (
        f'<tr><th scope="row">{escape(each.desk)}</th><td>{both(_once(heard(each)))}</td></tr>'
        for each in report.desks
    )
    return section(DESKS, table(columns, rows, kind="plain"), sheet=False) if report.desks else ""


def _once(words: Words) -> Words:
    return Words(words.zh, "") if words.zh == words.en else words


def _tables(report: FieldReport, now: int) -> Iterable[str]:
    """One table for each way of looking at the calls."""
    day = f"{in_china(now):%Y-%m-%d}"
    hours = {f"{hour}:00": tally for hour, tally in report.of_day(day)[1].items()}

    def same(name: str) -> Words:
        return Words(name, "")

    people = Words("访问员", "Interviewers")
    says = lead(Words(ORDER_SAYS.zh + FEW_NUMBERS.zh, f"{ORDER_SAYS.en} {FEW_NUMBERS.en}"))
    indexed = {name: order(report.cherry.get(name)) for name in report.by_interviewer}
    told = _tallies(people, report.by_interviewer, lambda n: same(n) if n else NOBODY, indexed)
    yield section(people, says, told, sheet=False)
    for name, each, found, words in (
        (Words("今日按小时", "Hours of today"), Words("小时", "Hour"), hours, same),
        (Words("按日", "Days"), Words("日期", "Day"), report.by_day, same),
        (Words("按时段", "Slices"), Words("时段", "Slice"), report.by_slice, lambda n: slice_name(n, report)),
        (Words("按工作站", "Workstations"), Words("工作站", "Desk"), report.by_line, same),
        (
            Words("按批次", "Replicates"),
            Words("批次", "Replicate"),
            report.by_replicate,
            lambda n: same(n) if n else UNDRAWN,
        ),
    ):
        if found:
            yield section(name, _tallies(each, found, words), sheet=False)


def _tallies(
    name: Words,
    found: Mapping[str, Tally],
    words: Callable[[str], Words],
    indexed: Mapping[str, str] | None = None,
) -> str:
    columns = [("", name), *(("num", column) for column in COLUMNS)]
    if indexed is not None:
        columns.append(("num", ORDER))
    rows = []
    for key in sorted(found):
        numbers = [*figures(found[key]), *([indexed[key]] if indexed is not None else [])]
        inside = "".join(f'<td class="num">{number}</td>' for number in numbers)
        rows.append(f'<tr><th scope="row">{both(words(key))}</th>{inside}</tr>')
    return table(columns, rows, kind="plain")


def figures(tally: Tally) -> tuple[str, ...]:
    """A row of COLUMNS as it is printed; time as hours and minutes."""
    counts = (tally.calls, tally.contacts, tally.completes, tally.refusals, tally.dead)
    hours, minutes = divmod(tally.seconds // 60, 60)
    return (*(f"{n:,}" for n in counts), f"{hours}:{minutes:02}", percent(tally.yielded))


def _rates(report: FieldReport) -> str:
    columns = (("", Words("代号", "Name")), ("num", Words("数值", "Value")), ("", Words("公式", "Formula")))
    rows = [
        f'<tr><td>{rate.name}</td><td class="num">{percent(rate.value)}</td><td class="formula">{escape(rate.formula)}</td></tr>'
        for rate in (report.rates[name] for name in SHOWN if name in report.rates)
    ]
    numbers = tuple(zip(COLUMNS, figures(report.total), strict=True))
    zh = " · ".join(f"{column.zh} {number}" for column, number in numbers)
    en = " · ".join(f"{column.en} {number}" for column, number in numbers)
    total = lead(Words(f"{TOTAL.zh}：{zh}", f"{TOTAL.en}: {en}"))
    return section(Words("回答率", "Response rates"), total, table(columns, rows, kind="rates"), sheet=False)

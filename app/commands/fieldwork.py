"""fangxin sample report: how the field work goes, as text, JSON or one HTML page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.columns import columns, padded
from app.commands.cells import cell_document, cell_line
from app.commands.invocation import identities
from app.commands.moments import Now, moment
from app.commands.speech import language
from app.commands.tongue import Lang, said_in, tongue
from app.errors import UsageError
from app.progress import Sources, field_work
from app.results.field import SHOWN, FieldReport
from app.results.field_words import heard, order, slice_name, why
from app.results.report import write_field
from app.results.table import Tally
from app.results.words import Words, percent
from app.study.load import load
from app.study.model import StudySource

_TITLES = {
    "all": Words("合计", "all"),
    "by day": Words("按日", "by day"),
    "by hour": Words("按小时", "by hour"),
    "by interviewer": Words("按访问员", "by interviewer"),
    "by slice": Words("按时段", "by slice"),
    "by line": Words("按工作站", "by line"),
    "by replicate": Words("按批次", "by replicate"),
}
_HEADS = Words(
    "    拨打     接触     完成     拒访 空号停机 在线小时 完成率",
    "   dials contacts complete  refused     dead    hours  yield",
)
_NOT_KNOWN = Words("不详", "not known")
_ORDER = Words(
    "乱序率 {share}：任取两个号码，首次拨打的先后与抽样顺序相反的比例（0% 为完全按抽样顺序）。",
    "Order of the draw: {share} of the pairs of numbers were first dialled the other way round (0% = as drawn).",
)
_STARVED = Words("滞留样本 {}：{}", "Starved {}: {}")
_HEARD = Words("工作站 {} 最近来讯：{}", "Desk {} last heard: {}")
_Released = Annotated[
    int,
    typer.Option(
        min=0, help="How many numbers were released, also undialled ones; 0: as the draw or the archive says."
    ),
]


def report(
    context: typer.Context,
    archive: Annotated[Path, typer.Argument(help="Central's folder, or a copy of it.")],
    study: Annotated[
        Path | None,
        typer.Option(help="Study folder: hours, holidays, quotas. Without it: the archive's own package."),
    ] = None,
    identity: Annotated[
        list[Path] | None,
        typer.Option(
            help="Private key file, or the folder of `centre keygen`: the whole archive is checked and interviews are opened. "
            "Without it the journals alone are read."
        ),
    ] = None,
    draw: Annotated[
        Path | None,
        typer.Option(help="Folder of the draw, as draws/wave1: replicates, and names in place of shifts."),
    ] = None,
    released: _Released = 0,
    html: Annotated[Path | None, typer.Option(help="Write one HTML page here, for the team lead.")] = None,
    now: Now = "",
    lang: Lang = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write the field report: dials, contacts, completes, refusals, dead numbers, rates, quota cells, starved cases, order of dialling."""
    with said_in(tongue(context, lang)):
        if draw is not None:
            drawn_folder(draw)
        at = moment(now)
        keys, given = tuple(identities(identity or [])), load(study) if study else None
        known, found = field_work(Sources(archive, given, keys, draw, released), at)
        if html is not None:
            write_field(found, known, at, html)
            typer.echo(str(html), err=as_json)
        if as_json or html is None:
            typer.echo(encode(document(found)).decode() if as_json else text(found, known, language()))


def drawn_folder(draw: Path) -> None:
    """Raises UsageError for a folder in which nothing was drawn."""
    if not (draw / "sample.csv").is_file():
        todo = "Name a draw: draws/wave1."
        raise UsageError("There is no drawn sample in this folder", where=str(draw), todo=todo)


def text(found: FieldReport, study: StudySource, spoken: str) -> str:
    """The report for a terminal. spoken: "zh" or "en"."""
    units = {unit.code: Words(unit.zh, unit.en) for unit in study.units}
    named = {
        title: [(_shown(title, name, found, spoken), tally) for name, tally in table.items()]
        for title, table in _tables(found).items()
    }
    wide = max(columns(name) for rows in named.values() for name, _ in [("by interviewer", None), *rows])
    lines = []
    for title, rows in named.items():
        lines.append(padded(_TITLES[title].of(spoken), wide + 2) + _HEADS.of(spoken))
        lines += [_line(padded(name, wide), tally) for name, tally in rows]
    for rate in (found.rates[name] for name in SHOWN if name in found.rates):
        lines.append(f"{rate.name:<6} {percent(rate.value):>6}   {rate.formula}")
    lines.append(_ORDER.of(spoken).format(share=order(found.cherry_all)))
    lines += [f"  {name}: {order(value)}" for name, value in found.cherry.items() if value is not None]
    lines += [cell_line(cell, spoken) for cell in found.cells]
    lines += [_STARVED.of(spoken).format(each.case, why(each, units).of(spoken)) for each in found.starved]
    lines += [_HEARD.of(spoken).format(each.desk, heard(each).of(spoken)) for each in found.desks]
    return "\n".join(lines)


def document(found: FieldReport) -> dict[str, object]:
    """The report for programs; shares are decimal text, canonical JSON has no floats."""
    return {
        "tables": {
            title: [
                {"name": name, **{field: getattr(tally, field) for field in tally.__slots__}}
                for name, tally in table.items()
            ]
            for title, table in _tables(found).items()
        },
        "rates": {name: _text(rate.value) for name, rate in found.rates.items()},
        "order": {
            "all": _text(found.cherry_all),
            "interviewers": [{"name": name, "index": _text(value)} for name, value in found.cherry.items()],
        },
        "quotas": [cell_document(cell) for cell in found.cells],
        "starved": {
            each.case: {"lack": each.lack.value, "what": each.what, "why": each.text}
            for each in found.starved
        },
        "desks": [
            {"desk": each.desk, "heard": each.wall, "silent": int(each.silent)} for each in found.desks
        ],
        "rehearsal": found.rehearsal,
    }


def _tables(found: FieldReport) -> Mapping[str, Mapping[str, Tally]]:
    return {
        "all": {"": found.total},
        "by day": found.by_day,
        "by hour": found.by_hour,
        "by interviewer": found.by_interviewer,
        "by slice": found.by_slice,
        "by line": found.by_line,
        "by replicate": found.by_replicate,
    }


def _shown(title: str, name: str, found: FieldReport, spoken: str) -> str:
    if title == "by slice":
        return slice_name(name, found).of(spoken)
    return name or ("" if title == "all" else _NOT_KNOWN.of(spoken))


def _line(name: str, tally: Tally) -> str:
    counts = (tally.calls, tally.contacts, tally.completes, tally.refusals, tally.dead)
    numbers = " ".join(f"{n:>8}" for n in counts)
    return f"  {name}{numbers} {tally.seconds / 3600:8.1f} {percent(tally.yielded):>6}"


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}"

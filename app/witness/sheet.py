"""The daily sheet: what a witness saw, on paper, with the cosigned checkpoint as a code that a telephone reads.

Signed by hand and put into a binder it is a witness that no computer department can rewrite. HTML to print, or PDF.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from io import BytesIO
from itertools import islice
from pathlib import Path

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.textsplit import wordSplit
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.canonical import Value, decode
from app.clock import in_china
from app.errors import EvidenceError, UsageError
from app.evidence.durable import storage_errors, write_file
from app.evidence.note import Checkpoint, open_note
from app.resources import resource
from app.typeface import PROOF, typeface
from app.witness.keeper import Keeper

_QR_BYTES = 2300
_LEFT, _WIDE, _ROW, _SIDE, _FOOT = 18 * mm, 174 * mm, 4.6 * mm, 62 * mm, 42 * mm
"""Of the PDF's page: its edge and what is between the edges, a device's line, the code's side, and what stays free for signatures."""
_OPTION = '<span class="option">--witness-key</span>'
_ALARMS = 5
"""Printed in full; of more it is said how many."""


@dataclass(frozen=True, slots=True)
class Row:
    """A device epoch by the end of the day. lines: of its journal that central had signed for; today: how many of them came that day;
    objects, bytes: sealed files that it handed in, ever."""

    journal: str
    lines: int
    today: int
    objects: int
    bytes: int


@dataclass(frozen=True)
class Sheet:
    """One day. note: the newest cosigned checkpoint; size, root: what it says; seen: Unix seconds of the cosignature; alarms: what was
    refused, ever."""

    day: str
    note: str
    size: int
    root: bytes
    seen: int
    witness: str
    rows: tuple[Row, ...]
    alarms: tuple[str, ...] = field(default=())


def sheet_of(keeper: Keeper, now: int) -> Sheet:
    """The sheet as of now (ms since 1970). Raises EvidenceError when nothing was cosigned yet."""
    path = max((keeper.folder / "cosigned").glob("*.note"), default=None)
    if path is None:
        raise EvidenceError(
            "This witness has cosigned nothing yet",
            where=str(keeper.folder),
            todo="Run `fangxin witness run`.",
        )
    with storage_errors(path):
        note = path.read_text(encoding="utf-8")
    own = keeper.signer.verifier
    opened = open_note(note, [own])
    point = Checkpoint.parse(opened.text)
    day = in_china(now)
    midnight = round(day.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
    rows = _rows(map(decode, islice(keeper.entries(), point.size)), midnight)
    alarms = tuple(each.rpartition(" (")[0] or each for each in keeper.alarms())
    seen = opened.signatures[0].seconds
    return Sheet(day.strftime("%Y-%m-%d"), note, point.size, point.root, seen, own.vkey, rows, alarms)


def _rows(entries: Iterable[Mapping[str, Value]], midnight: int) -> tuple[Row, ...]:
    lines: dict[str, int] = {}
    before: dict[str, int] = {}
    objects: dict[str, int] = {}
    size: dict[str, int] = {}
    for entry in entries:
        name = str(entry.get("journal", ""))
        match entry:
            case {"type": "device"}:
                lines.setdefault(name, 0)
            case {"type": "checkpoint", "size": int(count), "wall": int(wall)}:
                lines[name] = max(lines.get(name, 0), count)
                if wall < midnight:
                    before[name] = max(before.get(name, 0), count)
            case {"type": "batch", "objects": int(count), "bytes": int(total)}:
                objects[name] = objects.get(name, 0) + count
                size[name] = size.get(name, 0) + total
    return tuple(
        Row(name, lines[name], lines[name] - before.get(name, 0), objects.get(name, 0), size.get(name, 0))
        for name in sorted(lines)
    )


def write_sheet(path: Path, sheet: Sheet) -> None:
    """Write it as .html or .pdf. Raises UsageError for another kind of file, StorageError."""
    kinds = {".html": lambda: html(sheet).encode(), ".pdf": lambda: pdf(sheet)}
    if path.suffix.lower() not in kinds:
        raise UsageError("A sheet is written as .html or .pdf", where=str(path))
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, kinds[path.suffix.lower()]())


def html(sheet: Sheet) -> str:
    """One page that needs nothing else."""
    words, style = _words(), resource("style", "certificate.css").read_text(encoding="utf-8")
    heads = "".join(f'<th class="num">{words[name]}</th>' for name in ("lines", "today", "objects", "bytes"))
    rows = "\n".join(
        f"<tr><td><code>{escape(row.journal)}</code></td>"
        + "".join(
            f'<td class="num">{number:,}</td>' for number in (row.lines, row.today, row.objects, row.bytes)
        )
        + "</tr>"
        for row in sheet.rows
    )
    alarms = "".join(f"<p><b>{words['alarm']}</b> {escape(alarm)}</p>" for alarm in sheet.alarms)
    how, command = words["how"].replace("\n", "<br>"), words["command"].replace("--witness-key", _OPTION)
    drawn = BytesIO()
    # Without a size of its own: the style gives it one, and a browser then scales it where it would else cut it off.
    _code(sheet).save(drawn, kind="svg", border=2, xmldecl=False, svgns=True, omitsize=True)
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{words["title"]} {sheet.day}</title>
<style>
{style}</style></head>
<body><main>
<h1>{words["title"]} · {sheet.day}</h1>
<p>{_saying(sheet)}</p>
{alarms}
<table><thead><tr><th>{words["journal"]}</th>{heads}</tr></thead><tbody>
{rows}
</tbody></table>
<div class="code">{drawn.getvalue().decode()}<div><pre>{escape(sheet.note)}</pre>
<p class="small">{how}<br><code>{command}</code></p>
<p class="small">{words["key"]}<br><code>{escape(sheet.witness)}</code></p></div></div>
<p class="sign"><span>{words["sign"]}</span><span>{words["stamp"]}</span><span>{words["date"]}</span></p>
</main></body></html>
"""


def pdf(sheet: Sheet) -> bytes:
    """One A4 page; devices for which it has no room are added up in the last row. Nothing ever stands on the code."""
    words, out = _words(), BytesIO()
    song = typeface()
    page = Canvas(out, pagesize=A4, invariant=True)
    page.setTitle(f"{words['title']} {sheet.day}")
    y = A4[1] - 22 * mm
    page.setFont(song, 17)
    page.drawString(_LEFT, y, f"{words['title']} · {sheet.day}")
    y = _draw_rows(page, sheet, _draw_sayings(page, sheet, y - 7 * mm) - 2 * mm)
    low = y - _SIDE - 4 * mm
    _draw_code(page, sheet, _LEFT, low, _SIDE)
    text = page.beginText(86 * mm, low + _SIDE - 4 * mm)
    proved, how = f"{sheet.note}\n", (song, words["how"])
    for letters, said in (
        (PROOF, proved),
        how,
        (PROOF, words["command"]),
        (song, f"\n{words['key']}"),
        (PROOF, sheet.witness),
    ):
        text.setFont(letters, 7)
        for line in said.splitlines():
            for piece in _folded(line, 68 if letters == PROOF else 42 if not line.isascii() else 80):
                text.textLine(piece)
    page.drawText(text)
    page.setFont(song, 9.5)
    for place, name in ((18, "sign"), (82, "stamp"), (146, "date")):
        page.line(place * mm, 27 * mm, (place + 46) * mm, 27 * mm)
        page.drawString(place * mm, 22 * mm, words[name])
    page.showPage()
    page.save()
    return out.getvalue()


def _draw_sayings(page: Canvas, sheet: Sheet, y: float) -> float:
    """What was seen and what was refused. Returns the height of the next line."""
    words, more = _words(), len(sheet.alarms) - _ALARMS
    said = [*_saying(sheet).split(" · "), *(f"{words['alarm']} {each}" for each in sheet.alarms[:_ALARMS])]
    if more > 0:
        said.append(f"{words['alarm']} {words['more'].format(more)}")
    page.setFont(typeface(), 9.5)
    for line in said:
        for piece in wordSplit(line, _WIDE, typeface(), 9.5):
            page.drawString(_LEFT, y, piece[1])
            y -= 5 * mm
    return y


def _draw_rows(page: Canvas, sheet: Sheet, y: float) -> float:
    words, columns = _words(), (96, 124, 152, 192)
    page.setFont(typeface(), 9)
    page.drawString(_LEFT, y, words["journal"])
    for place, name in zip(columns, ("lines", "today", "objects", "bytes"), strict=True):
        page.drawRightString(place * mm, y, words[name])
    page.setFont(PROOF, 9)
    room = max(1, int((y - _SIDE - 4 * mm - _FOOT) / _ROW))
    shown, rest = sheet.rows, sheet.rows[room - 1 :]
    if len(shown) > room:
        added = (sum(getattr(row, name) for row in rest) for name in ("lines", "today", "objects", "bytes"))
        shown = (*shown[: room - 1], Row(f"+ {len(rest)}", *added))
    for row in shown:
        y -= _ROW
        page.drawString(_LEFT, y, row.journal)
        for place, number in zip(columns, (row.lines, row.today, row.objects, row.bytes), strict=True):
            page.drawRightString(place * mm, y, f"{number:,}")
    return y


def _draw_code(page: Canvas, sheet: Sheet, left: float, bottom: float, side: float) -> None:
    matrix = list(_code(sheet).matrix_iter(border=2))
    step = side / len(matrix)
    for down, line in enumerate(matrix):
        for right, dark in enumerate(line):
            if dark:
                # A hair wider than its step: else some printers leave white lines between the modules.
                page.rect(
                    left + right * step,
                    bottom + side - (down + 1) * step,
                    step * 1.02,
                    step * 1.02,
                    stroke=0,
                    fill=1,
                )


def _code(sheet: Sheet) -> segno.QRCode:
    if len(sheet.note.encode()) > _QR_BYTES:
        raise EvidenceError(
            "Too many witnesses have signed this checkpoint for one code", todo="Print the note itself."
        )
    return segno.make_qr(sheet.note, encoding="utf-8", error="m", boost_error=False)


def _saying(sheet: Sheet) -> str:
    seen = in_china(sheet.seen * 1000).strftime("%Y-%m-%d %H:%M:%S")
    return str(_words()["saying"]).format(size=sheet.size, seen=seen)


def _folded(text: str, wide: int) -> list[str]:
    return [text[at : at + wide] for at in range(0, len(text), wide)] or [""]


@cache
def _words() -> dict[str, str]:
    """Both languages on one sheet: it may be read in a court far away."""
    return dict(tomllib.loads(resource("i18n", "certificate.toml").read_text(encoding="utf-8"))["sheet"])

"""The certificate of a check as PDF: the same page as the HTML, on A4, numbered, so that no sheet of it can be left out unseen."""

from functools import partial
from html import escape
from io import BytesIO

from reportlab.lib import textsplit
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    HRFlowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from app.certificate import Page, Row
from app.evidence.verify import Severity
from app.typeface import PROOF, typeface

_INK, _SOFT, _RULE = HexColor(0x17212B), HexColor(0x5B6875), HexColor(0xC9D1D9)
_GOOD, _BAD, _PAPER = HexColor(0x1B6E3C), HexColor(0xB3261E), HexColor(0xFFFFFF)
_EDGE = 16 * mm
_WIDE = A4[0] - 2 * _EDGE
_PADDED = 6
"""pt that reportlab's frame keeps free inside its margins: taken off them, or the text would stand further in than the tables."""
_CLOSING = "，：；！？、"
"""Marks that begin no line, of which reportlab knows only some."""
textsplit.ALL_CANNOT_START += "".join(mark for mark in _CLOSING if mark not in textsplit.ALL_CANNOT_START)


def pdf(page: Page) -> bytes:
    """The same page gives the same bytes."""
    _, sheets = _drawn(page, 0)
    return _drawn(page, sheets)[0]


def _drawn(page: Page, sheets: int) -> tuple[bytes, int]:
    """The file and how many sheets it has. sheets: what their numbers say that there are."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_EDGE - _PADDED,
        rightMargin=_EDGE - _PADDED,
        topMargin=_EDGE,
        bottomMargin=18 * mm,
        title=page.words["title"],
        lang="zh-CN" if page.lang == "zh" else "en",
        invariant=1,
    )
    foot = partial(_foot, page, sheets)
    document.build(_story(page), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue(), document.page


def _foot(page: Page, sheets: int, canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont(typeface(), 8)
    canvas.setFillColor(_SOFT)
    canvas.drawString(_EDGE, 10 * mm, f"{page.words['title']} · {page.facts[1].said}")
    canvas.drawRightString(A4[0] - _EDGE, 10 * mm, page.words["page"].format(document.page, sheets))


def _story(page: Page) -> list[Flowable]:
    words = page.words
    story: list[Flowable] = []
    if page.practice:
        shout = _style(
            page, 11, _PAPER, backColor=_BAD, alignment=1, borderPadding=(6, 0, 6, 0), spaceAfter=6 * mm
        )
        story.append(Paragraph(page.practice, shout))
    story += [
        Paragraph(words["title"], _style(page, 19, _INK, spaceAfter=5 * mm)),
        _halves(page),
        Spacer(0, 4 * mm),
        _facts(page),
        Paragraph(words["findings"], _style(page, 13, _INK, spaceBefore=6 * mm, spaceAfter=1 * mm)),
        HRFlowable(width="100%", color=_INK, thickness=1.4, spaceAfter=2 * mm),
        _findings(page) if page.rows else Paragraph(words["none"], _style(page, 9.5, _INK)),
        _end(page),
    ]
    return story


def _end(page: Page) -> KeepTogether:
    """On one sheet: one with nothing but a signature could be put behind any other."""
    small = _style(page, 8.5, _SOFT, spaceBefore=2 * mm)
    return KeepTogether(
        [
            Paragraph(page.words["limits"], small),
            Paragraph(page.words["again"], small),
            Spacer(0, 2 * mm),
            _table([[Paragraph(escape(page.command), _style(page, 9, _INK))]], [_WIDE], ("BOX", _RULE)),
            Spacer(0, 14 * mm),
            _signatures(page, small),
        ]
    )


def _halves(page: Page) -> Table:
    """Two boxes. What they say stands in words: a sheet may be copied in black and white."""
    colon = "：" if page.lang == "zh" else ": "
    cells = [
        Paragraph(escape(f"{name}{colon}{said}"), _style(page, 12, _GOOD if good else _BAD))
        for name, good, said in page.halves
    ]
    half = (_WIDE - 4 * mm) / 2
    table = _table([[cells[0], "", cells[1]]], [half, 4 * mm, half])
    table.setStyle(
        [
            ("BOX", (2 * at, 0), (2 * at, 0), 1.4, _GOOD if page.halves[at][1] else _BAD)
            for at in range(len(page.halves))
        ]
        + [
            ("TOPPADDING", (0, 0), (-1, -1), 8),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ("LEFTPADDING", (0, 0), (-1, -1), 9),
        ]
    )
    return table


def _facts(page: Page) -> Table:
    name, said, proof = _style(page, 9.5, _SOFT), _style(page, 9.5, _INK), _style(page, 8, _INK, proof=True)
    rows = [
        [
            Paragraph(fact.name, name),
            [Paragraph(escape(fact.said), said), *(Paragraph(escape(line), proof) for line in fact.proof)],
        ]
        for fact in page.facts
    ]
    return _table(rows, [30 * mm, _WIDE - 30 * mm], ("LINEBELOW", _RULE))


def _findings(page: Page) -> Table:
    head, words = _style(page, 9, _SOFT), page.words
    rows: list[list[object]] = [
        [Paragraph(words[name], head) for name in ("weight", "what", "where", "needed")]
    ]
    rows += [_row(page, row) for row in page.rows]
    whole = _style(page, 9, _INK)
    rows += [[Paragraph(f"{escape(rule)} {said}", whole), "", "", ""] for rule, said in page.more]
    table = _table(rows, [31 * mm, _WIDE - 109 * mm, 40 * mm, 38 * mm], ("LINEBELOW", _RULE), heads=1)
    table.setStyle([("SPAN", (0, at), (-1, at)) for at in range(len(rows) - len(page.more), len(rows))])
    return table


def _row(page: Page, row: Row) -> list[object]:
    ink = _SOFT if row.severity is Severity.NOTE else _BAD
    said, small = _style(page, 9, _INK), _style(page, 7.5, _SOFT)
    told = [Paragraph(escape(row.what), _style(page, 7.5, _SOFT, english=True) if row.meaning else said)]
    if row.meaning:
        told.insert(0, Paragraph(row.meaning, said))
    return [
        [
            Paragraph(row.weight, _style(page, 9, ink)),
            *([Paragraph(row.half, small)] if row.half else []),
            Paragraph(escape(row.rule), small),
        ],
        told,
        Paragraph(escape(row.at), _style(page, 8, _INK)),
        Paragraph(escape(row.needed), said),
    ]


def _signatures(page: Page, style: ParagraphStyle) -> Table:
    half = (_WIDE - 14 * mm) / 2
    cells = [Paragraph(page.words[name], style) for name in ("sign", "date")]
    table = _table([[cells[0], "", cells[1]]], [half, 14 * mm, half])
    table.setStyle([("LINEABOVE", (at, 0), (at, 0), 0.8, _INK) for at in (0, 2)])
    return table


def _table(
    rows: list[list[object]],
    widths: list[float],
    lines: tuple[str, HexColor] | None = None,
    *,
    heads: int = 0,
) -> Table:
    boxed = lines is not None and lines[0] == "BOX"
    table = Table(rows, colWidths=widths, repeatRows=heads, splitInRow=1)
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3 if boxed else 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 9),  # a mark that begins no line hangs into it
        ]
    )
    if lines is not None:
        table.setStyle([(lines[0], (0, 0), (-1, -1), 0.5, lines[1])])
    return table


def _style(
    page: Page, size: float, ink: HexColor, *, proof: bool = False, english: bool = False, **more: object
) -> ParagraphStyle:
    """Chinese breaks between any two signs, English between words. proof: what must be copied letter by letter."""
    return ParagraphStyle(
        "",
        fontName=PROOF if proof else typeface(),
        fontSize=size,
        leading=size * 1.4,
        textColor=ink,
        wordWrap="CJK" if proof or (page.lang == "zh" and not english) else None,
        **more,
    )

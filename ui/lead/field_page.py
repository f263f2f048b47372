"""How the field work goes: today's figures, quota cells, starved cases, people, hours. One FieldReport, drawn; no truth of its own."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.results.field import FieldReport, china
from app.results.field_page import figures
from app.results.field_words import (
    COLUMNS,
    FEW_NUMBERS,
    NO_CALLS,
    NO_CELLS,
    NOBODY,
    NONE_STARVED,
    ORDER,
    ORDER_SAYS,
    STARVED,
    UNDRAWN,
    order,
    slice_name,
    state,
    why,
)
from app.results.table import Tally
from app.results.words import Words, percent
from app.sample.cells import CellState
from app.study.model import StudySource
from ui.labels import sentences
from ui.language import Language
from ui.layout import column, framed, label
from ui.lead.page import LeadPage
from ui.lead.sheet import Bars, Sheet

_MOST = 60
"""Starved cases that are shown; the page that is written has more."""


class Figures(QWidget):
    """Large figures side by side."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.cards: list[tuple[QLabel, QLabel, QLabel]] = []
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(14)
        for _ in range(count):
            name, number, under = label("muted"), label("amount"), label("muted", wrap=True)
            self.cards.append((name, number, under))
            line.addWidget(framed(column(name, number, under, None, spacing=1), "paper"), 1)

    def say(self, *texts: tuple[str, str, str]) -> None:
        """(name, figure, what it stands beside) of each."""
        for card, words in zip(self.cards, texts, strict=True):
            for part, text in zip(card, words, strict=True):
                part.setText(text)


class FieldPage(LeadPage):
    """The field report."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self.figures, self.cells, self.starved = Figures(4), Bars(), Sheet(words=2)
        self.people, self.hours, self.days = Sheet(), Sheet(), Sheet()
        self.slices, self.lines, self.replicates = Sheet(), Sheet(), Sheet()
        self.notice = label("muted", wrap=True)
        top = QWidget()
        top.setLayout(column(self.notice, self.figures, spacing=10))
        left = column(self.cells, self.starved, self.replicates, self.lines, spacing=14)
        right = column(self.people, self.hours, self.slices, self.days, spacing=14)
        self.lay(left, right, top)

    def show_report(self, report: FieldReport, study: StudySource, now: int) -> None:
        """Draw it as of `now`, ms wall."""
        words = self._say
        empty = not report.total.calls
        self.notice.setText(words(NO_CALLS))
        self.notice.setVisible(empty)
        day = f"{china(now):%Y-%m-%d}"
        today, hours = report.of_day(day)
        self._figures(report, today)
        self.cells.say(self.tr("Quotas"), [self._cell(cell) for cell in report.cells], words(NO_CELLS))
        self._starved(report, study)
        self._people(report)
        tables: tuple[tuple[Sheet, str, str, Mapping[str, Tally], Callable[[str], str]], ...] = (
            (self.hours, self.tr("Hours of today"), self.tr("Hour"), hours, lambda name: f"{name}:00"),
            (self.days, self.tr("Days"), self.tr("Day"), report.by_day, str),
            (
                self.slices,
                self.tr("Slices"),
                self.tr("Slice"),
                report.by_slice,
                lambda n: words(slice_name(n, report)),
            ),
            (self.lines, self.tr("Workstations"), self.tr("Desk"), report.by_line, str),
            (
                self.replicates,
                self.tr("Replicates"),
                self.tr("Replicate"),
                report.by_replicate,
                lambda n: n or words(UNDRAWN),
            ),
        )
        head = [words(column_) for column_ in COLUMNS]
        for sheet, heading, first, found, named in tables:
            rows = [[named(name), *figures(found[name])] for name in sorted(found)]
            sheet.say(heading, [first, *head], rows)
            sheet.setVisible(bool(rows))

    def _figures(self, report: FieldReport, today: Tally) -> None:
        total, rate = report.total, report.rates["RR3"]
        self.figures.say(
            (
                self.tr("Completed today"),
                f"{today.completes:,}",
                self.tr("{n} dialled today").format(n=f"{today.calls:,}"),
            ),
            (
                self.tr("Completed in all"),
                f"{total.completes:,}",
                self.tr("{n} dialled in all").format(n=f"{total.calls:,}"),
            ),
            (self.tr("Response rate, RR3"), percent(rate.value), rate.formula),
            (self._say(ORDER), order(report.cherry_all), self.tr("0% is exactly as drawn")),
        )

    def _cell(self, cell: CellState) -> tuple[str, int, int, str, str, str]:
        done = "—" if cell.done is None else f"{cell.done:,}"
        counted = self.tr("{done} of {target}").format(done=done, target=f"{cell.target:,}")
        if cell.running:
            counted += self.tr(", {n} on the line").format(n=cell.running)
        closed = cell.decided is not None and not cell.decided.open
        tone = "warning" if closed else "fine" if cell.open is False else ""
        return (
            self._say(Words(cell.zh, cell.en)),
            cell.done or 0,
            cell.target,
            counted,
            self._say(state(cell)),
            tone,
        )

    def _starved(self, report: FieldReport, study: StudySource) -> None:
        units = {unit.code: Words(unit.zh, unit.en) for unit in study.units}
        rows = [[each.case, self._say(why(each, units))] for each in report.starved[:_MOST]]
        more = len(report.starved) - len(rows)
        lead = self.tr("{n} more stand in the exported page.").format(n=more) if more > 0 else ""
        heading = self._say(STARVED) + (f"  {len(report.starved):,}" if rows else "")
        self.starved.say(
            heading, [self.tr("Case"), self.tr("Reason")], rows, lead=lead, empty=self._say(NONE_STARVED)
        )

    def _people(self, report: FieldReport) -> None:
        head = [self.tr("Interviewer"), *(self._say(column_) for column_ in COLUMNS), self._say(ORDER)]
        rows = [
            [name or self._say(NOBODY), *figures(tally), order(report.cherry.get(name))]
            for name, tally in sorted(report.by_interviewer.items())
        ]
        says = sentences(self._say(ORDER_SAYS), self._say(FEW_NUMBERS))
        self.people.say(self.tr("Interviewers"), head, rows, lead=says)
        self.people.setVisible(bool(rows))

    def _say(self, words: Words) -> str:
        return words.zh if self._language.current == "zh" else words.en

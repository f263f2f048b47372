"""What a design costs and what it can show, before anybody is called: targets in, app.sample.design's Outlook out, at every key."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.results.design_words import caution
from app.sample.design import Assumed, Outlook, outlook
from app.study.model import StudySource, Unit, shares_of
from ui.inputs.line import LineEdit
from ui.language import Language
from ui.layout import column, framed, label
from ui.lead.field_page import Figures
from ui.lead.page import LeadPage
from ui.lead.sheet import Sheet
from ui.theme import mark

_LONGEST = 9
_TARGET = 400
_MOST = 1_000_000
"""Interviews in a unit: beyond it somebody has leant on a key."""


class DesignPage(LeadPage):
    """The sample design."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._study: StudySource | None = None
        self._language, self._frame = language, 0
        usual = Assumed()
        self.target = self._field(str(_TARGET))
        self.sd, self.deff = self._field(f"{usual.sd:g}"), self._field(f"{usual.deff:g}")
        self.dials = self._field(f"{usual.dials_a_complete:g}")
        self.targets: dict[str, LineEdit] = {}
        self.figures, self.sheet = Figures(3), Sheet()
        self.error, self.cautions = label("error", wrap=True), label("caution", wrap=True)
        self._names: list[QLabel] = []
        self._grid, self._units = QGridLayout(), QGridLayout()
        self._heading, self._own, self._how = label("heading"), label("heading"), label("muted", wrap=True)
        self.notice = label("muted", wrap=True)
        self._arrange()

    def _field(self, text: str) -> LineEdit:
        field = LineEdit(_LONGEST)
        field.setText(text)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setMaximumWidth(120)
        field.textEdited.connect(self._changed)
        return field

    def _arrange(self) -> None:
        for grid in (self._grid, self._units):
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(6)
            grid.setColumnStretch(0, 1)
        for line, field in enumerate((self.target, self.sd, self.deff, self.dials)):
            name = label("datum", wrap=True)
            name.setBuddy(field)
            self._names.append(name)
            self._grid.addWidget(name, line, 0)
            self._grid.addWidget(field, line, 1)
        asked = framed(column(self._heading, self.error, self._grid, spacing=8), "paper")
        own = framed(column(self._own, self._how, self._units, spacing=8), "paper")
        self._warned = framed(column(self.cautions), "aside")
        top = QWidget()
        top.setLayout(column(self.notice, self.figures, spacing=10))
        self.lay(column(asked, own, spacing=14), column(self._warned, self.sheet, spacing=14), top)
        self._parts = (self.figures, asked, own, self._warned, self.sheet)

    def focus_widget(self) -> QWidget:
        """The target, when there is a study to design for."""
        return self.target if self._study is not None else self

    def show_study(self, study: StudySource | None, frame: int = 0) -> None:
        """The study to design for; None = none is known yet. frame: numbers in its frame, 0 = not known. What is typed stays."""
        self._study, self._frame = study, frame
        units = study.units if study else ()
        if [unit.code for unit in units] != list(self.targets):
            self._lay_units(units)
        self._say_words(units)
        self._changed()

    def _lay_units(self, units: tuple[Unit, ...]) -> None:
        while (item := self._units.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.targets = {}
        for line, unit in enumerate(units):
            name, field = label("datum"), self._field("")
            name.setBuddy(field)
            self._units.addWidget(name, line, 0)
            self._units.addWidget(field, line, 1)
            self.targets[unit.code] = field

    def _say_words(self, units: tuple[Unit, ...]) -> None:
        self._heading.setText(self.tr("Design"))
        self._own.setText(self.tr("Own targets"))
        self._how.setText(
            self.tr("Empty: as above. Small units need many contacts, so they often get a smaller one.")
        )
        texts = (
            self.tr("Interviews in each unit"),
            self.tr("Spread of respondents’ index, points"),
            self.tr("Design effect"),
            self.tr("Dials for one complete interview"),
        )
        for name, field, text in zip(
            self._names, (self.target, self.sd, self.deff, self.dials), texts, strict=True
        ):
            name.setText(text)
            field.setAccessibleName(text)
        for line, unit in enumerate(units):
            name_at = self._units.itemAtPosition(line, 0)
            text = self._named(unit)
            if name_at is not None and isinstance(named := name_at.widget(), QLabel):
                named.setText(text)
            self.targets[unit.code].setAccessibleName(self.tr("Target of {unit}").format(unit=text))
        self.notice.setText(self.tr("No study is known yet: start with an archive or with a study folder."))

    def _changed(self) -> None:
        study = self._study
        self.notice.setVisible(study is None)
        for part in self._parts:
            part.setVisible(study is not None)
        if study is None:
            return
        found, error = self._outlook(study)
        self.error.setText(error)
        self.error.setVisible(bool(error))
        for place in self.targets.values():
            place.setPlaceholderText(self.target.text())
        if found is not None:
            self._show(found, study)
        else:
            self._say_figures(None)
        self.sheet.setVisible(found is not None)
        self._warned.setVisible(found is not None and bool(found.warned))

    def _outlook(self, study: StudySource) -> tuple[Outlook | None, str]:
        """(the design as typed, "") or (None, what is wrong with it); the fields at fault are marked."""
        common = _whole(self.target.text())
        wrong = [] if common else [self.target]
        targets: dict[str, int] = {}
        for code, field in self.targets.items():
            own = _whole(field.text()) if field.text().strip() else common
            targets[code] = own or 0
            wrong += [] if own or not field.text().strip() else [field]
        numbers = [_number(field.text()) for field in (self.sd, self.deff, self.dials)]
        wrong += [f for f, n in zip((self.sd, self.deff, self.dials), numbers, strict=True) if not n]
        for field in (self.target, self.sd, self.deff, self.dials, *self.targets.values()):
            mark(field, needed="yes" if field in wrong else "no")
        if wrong:
            return None, self.tr("Interviews are whole numbers from 1, the other figures numbers above 0.")
        return outlook(
            targets, shares_of(study), Assumed(*(n or 0.0 for n in numbers)), frame=self._frame
        ), ""

    def _show(self, found: Outlook, study: StudySource) -> None:
        names = {unit.code: self._named(unit) for unit in study.units}
        self._say_figures(found)
        self._say_units(found, names)
        said = (caution(warned, names) for warned in found.warned)
        self.cautions.setText(
            "\n".join(f"• {w.zh if self._language.current == 'zh' else w.en}" for w in said)
        )

    def _say_figures(self, found: Outlook | None) -> None:
        """None = something is typed wrong: no figures, but in their place, so that the fields keep theirs."""
        frame = found.frame if found else self._frame
        units = self.tr("{n} units").format(n=len(found.rows)) if found else ""
        least = self.tr("at least {n} numbers").format(n=f"{found.numbers:,.0f}") if found else ""
        known = self.tr("as the study’s frame tables have") if frame else self.tr("not known here")
        self.figures.say(
            (self.tr("Interviews in all"), f"{found.interviews:,}" if found else "—", units),
            (self.tr("Dials expected"), f"{found.dials:,.0f}" if found else "—", least),
            (self.tr("Numbers in the frame"), f"{frame:,}" if frame else "—", known),
        )

    def _say_units(self, found: Outlook, names: Mapping[str, str]) -> None:
        head = [
            self.tr("Unit"),
            self.tr("Share"),
            self.tr("Target"),
            self.tr("Eligible contacts"),
            self.tr("Dials"),
            self.tr("Index ±"),
            self.tr("Change seen"),
        ]
        rows = [
            [
                names[row.unit],
                f"{100 * row.share:.1f}%",
                f"{row.target:,}",
                f"{row.contacts:,.0f} ± {1.96 * row.spread:,.0f}",
                f"{row.dials:,.0f}",
                f"{row.margin:.1f}",
                f"{row.change:.1f}",
            ]
            for row in found.rows
        ]
        lead = self.tr(
            "A mobile segment fixes the city, never the county: residents of a county are found by screening. Intervals at 95%; a change "
            "between two years that is seen with 80% power."
        )
        self.sheet.say(self.tr("What it costs and shows"), head, rows, lead=lead)

    def _named(self, unit: Unit) -> str:
        return unit.zh if self._language.current == "zh" else unit.en


def _whole(text: str) -> int:
    """A whole number from 1; 0 = it is none. Full-width digits are digits."""
    number = int(text) if text.strip().isdecimal() else 0
    return number if number <= _MOST else 0


def _number(text: str) -> float:
    """A number above 0; 0.0 = it is none."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 < number < _MOST else 0.0

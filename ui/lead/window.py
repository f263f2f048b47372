"""The team lead's window: how the field work goes, and what a design will cost. It reads what central has; it changes nothing.

It opens where the archive can be read, which is not an interviewer's desk: quota cells, other people's figures and the order of the draw
would bend an interviewer's work. Results of questions are not in it either (notes/method.md §5.4).
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QWidget

from app.clock import Clock, in_china
from app.errors import FangxinError
from app.results.field import FieldReport
from app.results.report import write_field
from app.study.model import StudySource
from ui.errands import Errands
from ui.labels import language_name, sentence, sentences
from ui.language import LANGUAGES, Language
from ui.layout import column, framed, label, row
from ui.lead.design_page import DesignPage
from ui.lead.field_page import FieldPage
from ui.lead.keys import Key, KeyBar
from ui.lead.look import LookEndedError, LookHaltedError
from ui.lead.room import Room
from ui.theme import Theme, mark

REFRESH = 60_000
"""ms from the end of one look to the next."""
AskPath = Callable[[QWidget, str, str], str]
"""(window, title, proposed file) → where to write, "" = not at all."""


def ask_path(window: QWidget, title: str, proposed: str) -> str:
    """Ask in the system's own way."""
    return QFileDialog.getSaveFileName(window, title, proposed, "HTML (*.html)")[0]


class LeadWindow(QMainWindow):
    """One window, two pages."""

    closed = Signal()
    drawn = Signal()
    """A look has come back and is on screen, or has failed and says so."""

    def __init__(
        self,
        room: Room,
        errands: Errands,
        clock: Clock,
        language: Language,
        theme: Theme,
        ask: AskPath = ask_path,
    ) -> None:
        """room: what to look at. ask: where an export goes."""
        super().__init__()
        self._room, self._errands, self._clock, self._ask = room, errands, clock, ask
        self._language, self._theme = language, theme
        self._seen: tuple[StudySource, FieldReport, int] | None = None
        self.looking, self._long, self._read, self._over = False, False, "", False
        self.field, self.design = FieldPage(language), DesignPage(language)
        self._title, self._as_of = label("study"), label("muted")
        self._message, self._text = (
            label("title", wrap=True, centre=True),
            label("muted", wrap=True, centre=True),
        )
        self.notice, self._empty = label("notice_text", wrap=True), QWidget()
        self._stack = QStackedWidget()
        self._page = Key.FIELD
        doing: dict[Key, Callable[[], object]] = {
            Key.FIELD: partial(self.turn_to, Key.FIELD),
            Key.DESIGN: partial(self.turn_to, Key.DESIGN),
            Key.REFRESH: self.look,
            Key.EXPORT: self.export,
            Key.STOP: self.stop_looking,
            Key.LANGUAGE: self._switch_language,
            Key.APPEARANCE: theme.toggle,
            Key.CLOSE: self.close,
        }
        self._keys = KeyBar(self, doing)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        self._build()
        self._draw()

    def _build(self) -> None:
        said = column(self.notice)
        self._notice = framed(said, "notice")
        self._empty.setLayout(column(None, self._message, self._text, None, None, margin=30, spacing=12))
        for page in (self._empty, self.field, self.design):
            self._stack.addWidget(page)
        strip = row(self._title, None, self._as_of, spacing=14)
        whole = column(framed(strip, "strip"), self._notice, self._stack, self._keys, spacing=0)
        whole.setStretch(2, 1)
        inside = QWidget()
        inside.setLayout(whole)
        self.setCentralWidget(inside)
        self.setMinimumSize(640, 360)
        self.resize(1240, 700)
        self.say_notice("")

    # Looking

    def look(self) -> None:
        """Look again, elsewhere; what is on screen stays until the answer is there."""
        if self._room.looking is None or self.looking:
            return
        self._timer.stop()
        self.looking, self._read, now = True, self.tr("Reading the archive …"), self._clock.wall()
        self._draw_head()
        work = partial(self._room.looking.look, now, self._errands.here(self._heard))
        self._errands.run(work, partial(self._looked, now), self._failed)

    def stop_looking(self) -> None:
        """The look that is on is not wanted after all; none follows by itself."""
        if self._room.looking is not None and self.looking:
            self._room.looking.halt()

    def _heard(self, read: int, of: int) -> None:
        if self._over or not self.looking:
            return
        share = f"{read / of:.0%}" if of else ""
        text = self.tr("Reading the archive … {share}") if read < of else self.tr("Counting …")
        self._read = text.format(share=share)
        self._draw_head()
        if not self._long:
            self._long = True
            self._draw_keys()

    def _looked(self, now: int, found: tuple[StudySource, FieldReport]) -> None:
        self._seen = (*found, now)
        self._came("", "fine", again=True)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, FangxinError):
            self.looking = False
            raise error
        if isinstance(error, LookHaltedError):
            self._came(
                self.tr("The reading was stopped. Ctrl+R reads the archive again."), "fine", again=False
            )
        elif isinstance(error, LookEndedError):
            text = self.tr(
                "What reads the archive has ended unexpectedly ({how}). Ctrl+R reads it again; if it ends again, memory may be short: "
                "close other programs."
            )
            self._came(text.format(how=error.what), "danger", again=True)
        else:
            self._came(sentence(str(error)), "danger", again=True)

    def _came(self, notice: str, tone: str, *, again: bool) -> None:
        self.looking = self._long = False
        if self._over:  # it was closed meanwhile, and may be gone
            return
        self.say_notice(notice, tone)
        self._draw()
        if again:
            self._timer.start(REFRESH)
        self.drawn.emit()

    def say_notice(self, text: str, tone: str = "fine") -> None:
        """A sentence above the page; "" = none."""
        self.notice.setText(text)
        mark(self.notice, tone=tone)
        mark(self._notice, tone=tone)
        self._notice.setVisible(bool(text))

    # Keys

    def turn_to(self, page: Key) -> None:
        """Another page."""
        self._page = page
        self._draw()
        shown = {Key.FIELD: self.field, Key.DESIGN: self.design}[page].focus_widget()
        shown.setFocus()

    def export(self) -> None:
        """Write the field report as one page."""
        if self._seen is None or self._page is not Key.FIELD:
            return
        study, report, now = self._seen
        proposed = f"{study.id}-{in_china(now):%Y-%m-%d-%H%M}.html"
        path = self._ask(self, self.tr("Export the field report"), proposed)
        if not path:
            return
        try:
            write_field(report, study, now, Path(path))
        except FangxinError as error:
            self.say_notice(sentence(str(error)), "danger")
        else:
            self.say_notice(self.tr("Exported: {path}").format(path=path))

    def _switch_language(self) -> None:
        self._language.toggle()
        self._draw()

    # Drawing

    def _draw(self) -> None:
        self._theme.speak(self._language.current)
        self.setWindowTitle(self.tr("Fangxin · team lead"))
        study = self._seen[0] if self._seen else self._room.study
        self.design.show_study(study, self._room.frame)
        if self._seen:
            self.field.show_report(self._seen[1], self._seen[0], self._seen[2])
        self._draw_head()
        self._draw_keys()
        page: QWidget = self.design if self._page is Key.DESIGN else self.field if self._seen else self._empty
        self._stack.setCurrentWidget(page)

    def _draw_head(self) -> None:
        study = self._seen[0] if self._seen else self._room.study
        title = study.title.get(self._language.current, study.id) if study else self.tr("Fangxin")
        rehearsal = self._seen is not None and self._seen[1].rehearsal
        self._title.setText(self.tr("PRACTICE DATA  {title}").format(title=title) if rehearsal else title)
        if self.looking:
            self._as_of.setText(self._read)
        elif self._seen is not None:
            self._as_of.setText(self.tr("As of {time}").format(time=f"{in_china(self._seen[2]):%H:%M}"))
        else:
            self._as_of.clear()
        if self._room.looking is None:
            self._message.setText(self.tr("No archive is named"))
            text = self.tr("Name central’s folder, or a copy of it: {setting} in {file}, or after {command}.")
            text = text.format(setting="archive = …", file="settings.toml", command="fangxin lead")
            if self._room.study is not None:
                text = sentences(text, self.tr("The sample design works without it: Ctrl+2."))
        elif self.looking:
            self._message.setText(self._read)
            text = self.tr("The first look takes longest.")
        else:
            self._message.setText(self.tr("The archive has not been read"))
            text = self.tr("See above. Ctrl+R tries again.")
        self._text.setText(text)

    def _draw_keys(self) -> None:
        other = LANGUAGES[(LANGUAGES.index(self._language.current) + 1) % len(LANGUAGES)]
        words = {
            Key.FIELD: self.tr("Field report"),
            Key.DESIGN: self.tr("Sample design"),
            Key.REFRESH: self.tr("Refresh"),
            Key.EXPORT: self.tr("Export"),
            Key.STOP: self.tr("Stop reading"),
            Key.LANGUAGE: self.tr("Window: {language}").format(language=language_name(other)),
            Key.APPEARANCE: self.tr("Light or dark"),
            Key.CLOSE: self.tr("Close"),
        }
        hidden = {
            Key.REFRESH: self._room.looking is None
            or self._long,  # F4 has its place while the archive is read
            Key.STOP: not self._long,
            Key.EXPORT: self._seen is None or self._page is not Key.FIELD,
        }
        self._keys.say(words, self._page, frozenset(key for key, hide in hidden.items() if hide))
        self.field.setAccessibleName(words[Key.FIELD])
        self.design.setAccessibleName(words[Key.DESIGN])

    # Events

    def closeEvent(self, event: QCloseEvent, /) -> None:
        """No look more; the one that is on ends."""
        self._over = True
        self._timer.stop()
        if self._room.looking is not None:
            self._room.looking.halt(for_good=True)
        self.closed.emit()
        event.accept()

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """Small windows get small type."""
        super().resizeEvent(event)
        self._theme.fit(self.width(), self.height())

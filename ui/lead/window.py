"""The team lead's window: how the field work goes, and what a design will cost. It reads what central has; it changes nothing.

It opens where the archive can be read, which is not an interviewer's desk: quota cells, other people's figures and the order of the draw
would bend an interviewer's work. Results of questions are not in it either (notes/method.md §5.4).
"""

from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget, QWidget

from app.clock import Clock
from app.errors import FangxinError
from app.progress import Room
from app.results.field import FieldReport, china
from app.results.report import write_field
from app.study.model import StudySource
from ui.caps import CapBar, CapButton
from ui.errands import Errands
from ui.labels import language_name, sentence, sentences
from ui.language import LANGUAGES, Language
from ui.layout import column, framed, label, row
from ui.lead.design_page import DesignPage
from ui.lead.field_page import FieldPage
from ui.theme import Theme, mark

REFRESH = 60_000
"""ms from the end of one look to the next."""
AskPath = Callable[[QWidget, str, str], str]
"""(window, title, proposed file) → where to write, "" = not at all."""


class Key(Enum):
    """What a key does here."""

    FIELD = "Ctrl+1"
    DESIGN = "Ctrl+2"
    REFRESH = "Ctrl+R"
    EXPORT = "Ctrl+E"
    LANGUAGE = "F10"
    APPEARANCE = "Ctrl+T"
    CLOSE = "Esc"


_GIVE_WAY = (Key.CLOSE, Key.APPEARANCE, Key.LANGUAGE, Key.REFRESH, Key.EXPORT)
"""Keys in the order in which they give up their words."""


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
        self.looking = False
        self.field, self.design = FieldPage(language), DesignPage(language)
        self._title, self._as_of = label("study"), label("muted")
        self._message, self._text = (
            label("title", wrap=True, centre=True),
            label("muted", wrap=True, centre=True),
        )
        self.notice, self._empty = label("notice_text", wrap=True), QWidget()
        self._stack = QStackedWidget()
        self._page = Key.FIELD
        self._keys, self._buttons = CapBar(), dict[Key, CapButton]()
        self._doing: dict[Key, Callable[[], object]] = {
            Key.FIELD: partial(self.turn_to, Key.FIELD),
            Key.DESIGN: partial(self.turn_to, Key.DESIGN),
            Key.REFRESH: self.look,
            Key.EXPORT: self.export,
            Key.LANGUAGE: self._switch_language,
            Key.APPEARANCE: theme.toggle,
            Key.CLOSE: self.close,
        }
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
        for key in Key:
            action = QAction(self)
            action.setShortcut(QKeySequence(key.value))
            action.triggered.connect(lambda _checked=False, key=key: self._doing[key]())
            self.addAction(action)
            self._buttons[key] = button = CapButton("key")
            button.clicked.connect(lambda _checked=False, key=key: self._doing[key]())
        strip = row(self._title, None, self._as_of, spacing=14)
        self._keys.lay(*self._buttons.values(), None)
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
        if self._room.look is None or self.looking:
            return
        self._timer.stop()
        self.looking, now = True, self._clock.wall()
        self._draw_head()
        self._errands.run(partial(self._room.look, now), partial(self._looked, now), self._failed)

    def _looked(self, now: int, found: tuple[StudySource, FieldReport]) -> None:
        self.looking, self._seen = False, (*found, now)
        self.say_notice("")
        self._draw()
        self._again()

    def _failed(self, error: BaseException) -> None:
        self.looking = False
        if not isinstance(error, FangxinError):
            raise error
        self.say_notice(sentence(str(error)), "danger")
        self._draw()
        self._again()

    def _again(self) -> None:
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
        proposed = f"{study.id}-{china(now):%Y-%m-%d-%H%M}.html"
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
            self._as_of.setText(self.tr("Reading the archive …"))
        elif self._seen is not None:
            self._as_of.setText(self.tr("As of {time}").format(time=f"{china(self._seen[2]):%H:%M}"))
        else:
            self._as_of.clear()
        if self._room.look is None:
            self._message.setText(self.tr("No archive is named"))
            text = self.tr("Name central’s folder, or a copy of it: {setting} in {file}, or after {command}.")
            text = text.format(setting="archive = …", file="settings.toml", command="fangxin lead")
            if self._room.study is not None:
                text = sentences(text, self.tr("The sample design works without it: Ctrl+2."))
        elif self.looking:
            self._message.setText(self.tr("Reading the archive …"))
            text = self.tr("The first look takes longest.")
        else:
            self._message.setText(self.tr("The archive cannot be read"))
            text = self.tr("See above. Ctrl+R tries again.")
        self._text.setText(text)

    def _draw_keys(self) -> None:
        other = LANGUAGES[(LANGUAGES.index(self._language.current) + 1) % len(LANGUAGES)]
        words = {
            Key.FIELD: self.tr("Field report"),
            Key.DESIGN: self.tr("Sample design"),
            Key.REFRESH: self.tr("Refresh"),
            Key.EXPORT: self.tr("Export"),
            Key.LANGUAGE: self.tr("Window: {language}").format(language=language_name(other)),
            Key.APPEARANCE: self.tr("Light or dark"),
            Key.CLOSE: self.tr("Close"),
        }
        for key, button in self._buttons.items():
            button.say(key.value, words[key])
            button.wear(chosen="yes" if key is self._page else "no")
        self.field.setAccessibleName(words[Key.FIELD])
        self.design.setAccessibleName(words[Key.DESIGN])
        self._buttons[Key.REFRESH].setVisible(self._room.look is not None)
        self._buttons[Key.EXPORT].setVisible(self._seen is not None and self._page is Key.FIELD)
        self._fit()

    def _fit(self) -> None:
        """The page that is open is named as long as any is."""
        other = Key.DESIGN if self._page is Key.FIELD else Key.FIELD
        self._keys.fit([self._buttons[key] for key in (*_GIVE_WAY, other)])

    # Events

    def closeEvent(self, event: QCloseEvent, /) -> None:
        """No look more."""
        self._timer.stop()
        self.closed.emit()
        event.accept()

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """Small windows get small type."""
        super().resizeEvent(event)
        self._theme.fit(self.width(), self.height())

"""All that is drawn: the six pages and the panels around them, from one Screen. No verbs, no time."""

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.interview.screen import Page, Screen
from ui.desk_thread import IN_CALL
from ui.language import Language
from ui.layout import column, label, row
from ui.pages.case import CasePage
from ui.pages.dialing import DialingPage
from ui.pages.interview import InterviewPage
from ui.pages.outcome import OutcomePage
from ui.pages.page import DeskPage
from ui.pages.ready import ReadyPage
from ui.pages.sign_in import SignInPage
from ui.panels.keys import HelpPanel, KeyBar
from ui.panels.note import CallBackPanel, NotePanel
from ui.panels.notice import NoticePanel
from ui.panels.practice import Caption, RehearsalBanner
from ui.panels.sending import SendingPanel
from ui.panels.status import StatusPanel


class Face(QWidget):
    """The window's contents. Pages and panels are reached by name; draw() is idempotent."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.sign_in, self.ready, self.case, self.dialing = (
            SignInPage(),
            ReadyPage(),
            CasePage(),
            DialingPage(language),
        )
        self.interview, self.outcome = InterviewPage(language), OutcomePage(language)
        self.banner, self.status, self.notice = RehearsalBanner(), StatusPanel(), NoticePanel()
        self.caption, self.note, self.call_back = Caption(), NotePanel(), CallBackPanel()
        self.sending = SendingPanel()
        self.keys, self.help = KeyBar(language), HelpPanel()
        self.pages: dict[Page, DeskPage] = {
            Page.SIGN_IN: self.sign_in,
            Page.READY: self.ready,
            Page.CASE: self.case,
            Page.DIALING: self.dialing,
            Page.INTERVIEW: self.interview,
            Page.OUTCOME: self.outcome,
        }
        self._message = label("title", centre=True)
        self._stack = QStackedWidget()
        self._arrange()

    def draw(self, screen: Screen) -> None:
        """Everything from one screen."""
        for panel in (
            self.banner,
            self.status,
            self.notice,
            self.caption,
            self.note,
            self.call_back,
            self.sending,
            self.keys,
            self.help,
        ):
            panel.show_screen(screen)
        self.keys.show()
        self.pages[screen.page].show_screen(screen)
        self._stack.setCurrentWidget(self.pages[screen.page])

    def say(self, text: str) -> None:
        """A message instead of a page: before the first screen and after the last."""
        self._message.setText(text)
        self._stack.setCurrentWidget(self._message)

    def take_leave(self, screen: Screen | None) -> None:
        """What is awaited while the desk ends; screen: what it said last."""
        in_call = screen is not None and screen.line in IN_CALL
        calling, closing = (
            self.tr("Ending the call and sealing the recording …"),
            self.tr("Closing the desk …"),
        )
        self.say(calling if in_call else closing)

    def too_early(self, screen: Screen | None) -> None:
        """Keys were not taken: the screen that is painted had only just come."""
        if screen is not None:
            self.pages[screen.page].too_early()

    def _arrange(self) -> None:
        for page in (self._message, *self.pages.values()):
            self._stack.addWidget(page)
        middle = row(self._stack, self.help, spacing=0)
        middle.setStretch(0, 1)
        whole = column(
            self.banner,
            self.status,
            self.notice,
            middle,
            self.caption,
            self.note,
            self.call_back,
            self.sending,
            self.keys,
            spacing=0,
        )
        whole.setStretch(3, 1)
        self.setLayout(whole)
        for panel in (self.banner, self.status, self.notice, self.caption, self.keys):
            panel.hide()

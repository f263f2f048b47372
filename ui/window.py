"""The desk's window: draws Screens, sends verbs. It waits for nothing and nobody."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow

from app.clock import Clock
from app.interview.screen import Page, Screen
from ui.actions import ACTIONS, Act, Action
from ui.bridge import Bridge
from ui.desk_thread import Verb, same_place
from ui.ending import Ending
from ui.face import Face
from ui.inputs.entry import Why
from ui.language import Language
from ui.pace import KeyGate, Pace, timer
from ui.pages.interview import InterviewPage
from ui.panels.keys import other
from ui.theme import Theme
from ui.works import in_interview

SLOW = 400
"""ms after which a verb that is still on its way is mentioned."""
TWICE = 3000
"""ms within which F5 must be pressed again to end a running interview."""

_ANSWERS = (Act.DONT_KNOW, Act.REFUSED, Act.VAGUE, Act.REMOVE)
"""Not while the desk waits for something else to be settled."""


class DeskWindow(QMainWindow):
    """One window, one desk. ending.exit_code says how it ended."""

    painted = Signal(object)
    """Screen: is on screen from the next paint on."""
    lead_wanted = Signal()

    def __init__(self, bridge: Bridge, *, clock: Clock, language: Language, theme: Theme, log: Path) -> None:
        super().__init__()
        self._bridge, self._clock, self._language, self._theme = bridge, clock, language, theme
        self.ending = Ending(self, bridge, log)
        self._pace = Pace(clock)
        self._gate = KeyGate(self._pace, self)
        self._newest: Screen | None = None
        self._painted: Screen | None = None
        self._open: set[int] = set()
        self._answering = False
        self._armed_until = 0
        self.face = Face(language)
        self._build_face()
        self._build_actions()
        self._timer = timer(self, self.pump)
        self._slow = timer(self, lambda: self.face.interview.tell(Why.SAVING))
        self._twice = timer(self, self._disarm)
        self._connect()
        self.draw_words()

    def _build_face(self) -> None:
        face = self.face
        face.sign_in.signed_in.connect(lambda name: self._step(lambda desk: desk.sign_in(name)))
        face.ready.went_on.connect(lambda: self._step(lambda desk: desk.next_case()))
        face.case.went_on.connect(lambda: self._step(lambda desk: desk.dial()))
        face.dialing.went_on.connect(lambda: self.press(Act.HANG_UP))
        face.dialing.confirmed.connect(lambda key: self._step(lambda desk: desk.confirm_heard(key)))
        face.dialing.answered.connect(lambda: self._step(lambda desk: desk.mark_answered()))
        face.interview.answered.connect(self._answer)
        face.interview.hushed.connect(self._pace.hush)
        self._build_cards(face.interview)
        face.outcome.chosen.connect(lambda key, note: self._step(lambda desk: desk.choose_outcome(key, note)))
        face.keys.pressed.connect(self.press)
        face.note.written.connect(lambda text: self._tell(lambda desk: desk.note(text)))
        face.note.closed.connect(self._focus)
        face.call_back.written.connect(lambda number: self._step(lambda desk: desk.called_back(number)))
        face.call_back.closed.connect(self._focus)
        self.setCentralWidget(face)
        self.setMinimumSize(640, 360)
        self.resize(1240, 700)

    def _build_cards(self, page: InterviewPage) -> None:
        page.asked.connect(self._asked)
        page.went_to.connect(self._jump)
        for card in (page.query, page.places):
            card.chosen.connect(self._jump)
            card.dismissed.connect(lambda: self._step(lambda desk: desk.dismiss()))
        page.query.confirmed.connect(lambda reason: self._step(lambda desk: desk.confirm(reason)))

    def _jump(self, name: str) -> None:
        self._step(lambda desk: desk.jump(name))

    def _asked(self) -> None:
        """Something else than the answer field wants the keys now, or the field wants them back: none that was meant for the other."""
        self._pace.painted()
        if self.face.note.isHidden():
            self._focus()

    def _build_actions(self) -> None:
        self._table: dict[Act, Action] = {action.act: action for action in ACTIONS}
        self._doing: dict[Act, Callable[[], object]] = {
            Act.HELP: self.face.help.turn,
            Act.HANG_UP: self._hang_up,
            Act.HEAR_AGAIN: lambda: self._tell(lambda desk: desk.play_clip()),
            Act.MUTE: lambda: self._tell(lambda desk: desk.mute()),
            Act.LEAD: self.lead_wanted.emit,
            Act.AUTO_DIAL: lambda: self._tell(lambda desk: desk.pause()),
            Act.REFUSED: self.face.interview.refuse,
            Act.BACK: lambda: self._tell(lambda desk: desk.back()),
            Act.CALLED_BACK: self.face.call_back.open_note,
            Act.PROBE: lambda: self._tell(lambda desk: desk.probe()),
            Act.VAGUE: lambda: self._tell(lambda desk: desk.vague()),
            Act.GO_TO: self._go_to,
            Act.REMOVE: lambda: self._tell(lambda desk: desk.remove()),
            Act.NOTE: self._open_note,
            Act.DONT_KNOW: self.face.interview.dont_know,
            Act.WINDOW_LANGUAGE: self._switch_window_language,
            Act.INTERVIEW_LANGUAGE: self._switch_interview_language,
            Act.APPEARANCE: self._theme.toggle,
            Act.CORRECT: lambda: self._tell(lambda desk: desk.correct()),
            Act.SIGN_OUT: lambda: self._tell(lambda desk: desk.sign_out()),
        }
        for act in self._doing:
            action = QAction(self)
            action.setShortcut(QKeySequence(self._table[act].keys[0]))
            action.setAutoRepeat(False)
            action.triggered.connect(lambda _checked=False, act=act: self.press(act))
            self.addAction(action)

    def _connect(self) -> None:
        self._bridge.screen_changed.connect(self._arrived)
        self._bridge.settled.connect(self._settled)
        self.ending.begun.connect(self._ending)
        self.ending.over.connect(self.close)
        self._gate.decimal.connect(lambda: self.face.interview.tell(Why.LATE_DECIMAL))
        self._gate.early.connect(lambda: self.face.too_early(self._painted))

    def expect(self, *, rehearsal: bool) -> None:
        """Before the desk's first screen: a rehearsal is announced from the first moment."""
        self.face.banner.show_screen(Screen(rehearsal=rehearsal))

    # Screens in

    @property
    def shown(self) -> Screen | None:
        """The screen that is painted; None before the first."""
        return self._painted

    @property
    def awaits_desk(self) -> bool:
        """True while a verb is on its way."""
        return bool(self._open)

    def _arrived(self, screen: Screen) -> None:
        self._newest = screen
        self.pump()

    def _settled(self, number: int) -> None:
        self._open.discard(number)
        self._pace.busy = bool(self._open)
        if not self._open:
            self._slow.stop()
            self.face.interview.untell(Why.SAVING)
        self.pump()

    def pump(self) -> None:
        """Paint what is due; while an entered value is being shown, come back later."""
        if wait := self._pace.holding:
            self._timer.start(wait)
            return
        if self._newest is not None and self._newest is not self._painted:
            self._paint(self._newest)
        if self._answering and not self._open:
            self._answering = False
            self.face.interview.not_taken()

    def _paint(self, screen: Screen) -> None:
        before, page = self._painted, self.face.pages[screen.page]
        moved = before is None or not same_place(before, screen)
        if moved:
            self._answering = False
            self._armed_until = 0
            QGuiApplication.inputMethod().reset()  # letters not yet composed were meant for the last question
            page.arrive(screen)
            if before is not None and before.page is Page.INTERVIEW and screen.page is Page.OUTCOME:
                self.face.outcome.offer_note(self.face.interview.draft())
        self._painted = screen
        if not self.ending.leaving:
            self.face.draw(screen)
        if moved:
            self._pace.painted()
            if self.face.note.isHidden():
                page.focus_widget().setFocus()
        self.painted.emit(screen)

    def draw_words(self) -> None:
        """Everything anew, in the window's language."""
        self._theme.speak(self._language.current)
        self.setWindowTitle(self.tr("Fangxin · telephone interviewing desk"))
        if self._painted is not None:
            self.face.draw(self._painted)
        else:
            self.face.say(self.tr("Opening the desk …"))

    # Verbs out

    def _tell(self, verb: Verb) -> None:
        """Send a verb meant for the screen that is painted."""
        self._open.add(self._bridge.tell(verb, self._painted))
        self._pace.busy = True
        self._slow.start(SLOW)

    def _step(self, verb: Verb) -> None:
        if self._pace.listening:
            self._tell(verb)

    def _answer(self, value: str) -> None:
        if self._pace.listening:
            self._disarm()
            self._answering = True
            if value:
                self._pace.entered()
            self._tell(lambda desk: desk.answer(value))
        elif not self._answering:
            self.face.interview.not_taken()  # a click came too early: no field may show it as entered

    def press(self, act: Act) -> None:
        """A function key, or its button on the key bar."""
        action, screen = self._table[act], self._painted
        if screen is None or not (action.always or self._pace.listening):
            self._gate.refuse()
            return
        asked = act in (Act.DONT_KNOW, Act.REFUSED) and in_interview(screen)
        if act is not Act.HANG_UP:
            self._disarm()
        if act in _ANSWERS and not (screen.query is None and screen.places is None):
            return  # first what the desk asks
        if action.works(screen) or asked:  # a question without "Don't know" says so
            self._doing[act]()
        elif act is Act.VAGUE and screen.page is Page.INTERVIEW:
            self.face.interview.tell(Why.NO_VAGUE)

    def _hang_up(self) -> None:
        shown, now = self._painted, self._clock.mono()
        if shown is not None and shown.page is Page.INTERVIEW and now >= self._armed_until:
            self._armed_until = now + TWICE
            self._twice.start(TWICE)
            self.face.interview.tell(Why.HANG_UP_AGAIN)
        else:
            self._bridge.tell(lambda desk: desk.hang_up())

    def _disarm(self) -> None:
        self._armed_until = 0
        self.face.interview.untell(Why.HANG_UP_AGAIN)

    def _go_to(self) -> None:
        listed = self._painted is not None and self._painted.places is not None
        self._tell(lambda desk: desk.dismiss() if listed else desk.look_back())

    def _open_note(self) -> None:
        if self._painted is not None and self._painted.page is Page.OUTCOME:
            self.face.outcome.focus_note()
        else:
            self.face.note.open_note()

    def _switch_window_language(self) -> None:
        self._language.toggle()
        self.draw_words()

    def _switch_interview_language(self) -> None:
        if self._painted is not None:
            iso = other(self._painted.language)
            self._tell(lambda desk: desk.switch_language(iso))

    def _focus(self) -> None:
        if self._painted is not None:
            self.face.pages[self._painted.page].focus_widget().setFocus()

    def closeEvent(self, event: QCloseEvent, /) -> None:
        """The desk ends first, politely; then the window goes."""
        event.setAccepted(self.ending.done)
        if not self.ending.done:
            self.ending.wish(self._newest)

    def _ending(self) -> None:
        self._pace.busy = True
        self.face.take_leave(self._newest)

    def showEvent(self, event: QShowEvent, /) -> None:
        """The key gate stands before the native window, so no widget can be forgotten."""
        super().showEvent(event)
        if (handle := self.windowHandle()) is not None:
            handle.removeEventFilter(self._gate)
            handle.installEventFilter(self._gate)

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """Small windows get small type."""
        super().resizeEvent(event)
        self._theme.fit(self.width(), self.height())

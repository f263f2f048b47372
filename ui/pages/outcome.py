"""After the call: the proposed outcome is chosen already, Enter confirms; two digits, the arrows or "/" and a word choose another."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QWidget

from app.interview.screen import Notice, OutcomeView, Screen
from ui.inputs.entry import Why, plain
from ui.inputs.line import LineEdit
from ui.labels import heard_word, named_outcome, why_word
from ui.language import Language
from ui.layout import column, framed, label, row, scrolling
from ui.notices import notice_word
from ui.pace import ENTER, timer
from ui.pages.board import OutcomeBoard
from ui.pages.page import DeskPage
from ui.theme import mark

_LONGEST_NOTE, _LONGEST_SEARCH = 500, 20
_LOW = 400
"""px of the page’s height below which the room goes to the menu."""
_NARROW = 560
"""px of the page’s width (the list behind F1 at 200 % leaves some 460) below which note and button go below the outcome."""
_ARROWS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}


class OutcomePage(DeskPage):
    """How the call ended."""

    chosen = Signal(str, str)
    """Outcome key and note."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self._outcomes: tuple[OutcomeView, ...] = ()
        self._proposed = ""
        self._picked = ""
        self._typed = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self._heading, self._stars, self._code = label("heading"), label("muted"), label("code", centre=True)
        self._chosen, self._hint = label("chosen", wrap=True), label("hint", wrap=True)
        self._filter = LineEdit(_LONGEST_SEARCH)
        self._filter.textChanged.connect(self._filtered)
        self._filter.entered.connect(self.setFocus)
        self._note_word = label()
        self._note = LineEdit(_LONGEST_NOTE)
        self._note.entered.connect(self.enter)
        self._note.textEdited.connect(self._again)
        self._note_word.setBuddy(self._note)
        self._board = OutcomeBoard()
        self._board.picked.connect(self._pick)
        self._shown_key = ""
        self._area = scrolling(self._board)
        self._reveal = timer(self, lambda: self._board.reveal(self._shown_key))
        self._area.verticalScrollBar().rangeChanged.connect(lambda: self._reveal.start(0))
        self._button = self.main_button()
        self._arrange()

    def _arrange(self) -> None:
        self._filter.setMinimumWidth(100)
        self._filter.setMaximumWidth(300)
        top = row(self._heading, self._stars, None, self._filter, spacing=12)
        what = row(self._code, self._chosen, spacing=14)
        why = row(self._note_word, self._note, self._button, spacing=14)
        what.setStretch(1, 1)
        why.setStretch(1, 1)
        self._choice = row(what, why, spacing=14)
        self._choice.setStretch(0, 2)
        self._choice.setStretch(1, 3)  # room to write in
        tray = framed(column(self._hint, self._choice, spacing=4), "tray")
        layout = column(top, self._area, tray, spacing=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def resizeEvent(self, event: QResizeEvent, /) -> None:
        """In a low window (1366×768 at 200 %) the room goes to the menu; in a narrow one nothing is cut."""
        super().resizeEvent(event)
        layout, low, narrow = self.layout(), self.height() < _LOW, self.width() < _NARROW
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._choice.setDirection(down if narrow else across)
        self._choice.setSpacing(4 if narrow else 14)
        if self._board.fit(self.width()) and self._outcomes:
            self.show_screen(self._screen)
            self._filtered(self._filter.text())
        if layout is not None:
            layout.setSpacing(3 if low else 8)
            layout.setContentsMargins(28, 4 if low else 12, 28, 4 if low else 12)

    def show_screen(self, screen: Screen) -> None:
        """Draw the menu. A new proposal is followed until the interviewer has chosen himself."""
        self._outcomes, self._proposed = screen.outcomes, screen.proposed
        language = self._language.current
        self._heading.setText(self._head(screen))
        self._filter.setPlaceholderText(self.tr("Search   /"))
        self._filter.setAccessibleName(self.tr("Search outcomes"))
        self._board.show_outcomes(screen.outcomes, language, screen.proposed, stars=not screen.correcting)
        picked = self._find(self._picked or self._proposed)
        key = picked.key if picked else ""
        self._code.setText(f"{self._typed}_" if self._typed else key or "–")
        self._code.setAccessibleName(self.tr("Outcome code"))
        if self._typed:
            text = self.tr("Second digit …")
        elif picked is None:
            text = self.tr("No outcome chosen yet: type its two digits.")
        elif key == self._proposed:
            why = heard_word(screen.heard) if screen.heard and screen.heard.outcome == key else ""
            text = self._given(screen).format(outcome=named_outcome(screen, key, language))
            text = f"{text}   {why}".rstrip()
        else:
            text = named_outcome(screen, key, language)
        self._chosen.setText(text)
        self.setAccessibleName(self._heading.text())
        self.setAccessibleDescription(text)
        self._say_way_on(screen, key)
        needed = picked is not None and picked.note_required
        self._note_word.setText(self._asked_for(screen, needed=needed))
        self._note.setAccessibleName(self._note_word.text())
        mark(self._note, needed="yes" if needed and not self._note.text().strip() else "no")
        self._board.mark_picked("" if self._typed else key)
        self._hint.setVisible(bool(self._hint.text()))
        self._screen = screen
        if key != self._shown_key:
            self._shown_key = key
            self._reveal.start(
                0
            )  # a menu that has just been laid has its places in the next turn of the loop

    def _say_way_on(self, screen: Screen, key: str) -> None:
        """What Enter does here, and what the stars mean."""
        if not screen.correcting:
            word, name = self.tr("Confirm   Enter"), self.tr("Confirm outcome")
        elif key == screen.proposed:
            word, name = self.tr("Leave as it is   Enter"), self.tr("Leave the outcome as it is")
        else:
            word, name = self.tr("Correct   Enter"), self.tr("Correct the outcome")
        self._button.setText(word)
        self._button.setAccessibleName(name)
        starred = any(outcome.note_required for outcome in screen.outcomes)
        self._stars.setText(self.tr("* needs a note"))
        self._stars.setVisible(starred and not screen.correcting)

    def _asked_for(self, screen: Screen, *, needed: bool) -> str:
        if screen.correcting:
            return self.tr("Reason (required)") if needed else self.tr("Reason")
        return self.tr("Note (required)") if needed else self.tr("Note")

    def _head(self, screen: Screen) -> str:
        if not screen.correcting or screen.case is None:
            return self.tr("How did the call end?")
        return self.tr("Correct the outcome: {number}").format(number=screen.case.number)

    def _given(self, screen: Screen) -> str:
        if screen.correcting:
            return self.tr("{outcome}   (as it stands)")
        return self.tr("{outcome}   (proposed)")

    def arrive(self, screen: Screen, /) -> None:
        """Another call: nothing chosen, nothing typed."""
        self._picked = self._typed = ""
        self._filter.clear()
        self._note.clear()
        self._hint.clear()
        self._screen = screen

    def offer_note(self, text: str) -> None:
        """A verbatim that was being typed when the call ended must not be lost: it becomes the note."""
        if text and not self._note.text():
            self._note.setText(self.tr("Not entered when the call ended: {text}").format(text=text))

    def focus_note(self) -> None:
        """F8."""
        self._note.setFocus()

    def focus_filter(self) -> None:
        """ "/" or F3."""
        self._filter.setFocus()
        self._filter.selectAll()

    def too_early(self) -> None:
        """As DeskPage; it is said, too."""
        self._alarm(why_word(Why.TOO_EARLY))

    def enter(self) -> None:
        """Confirm, or say what is missing."""
        picked = self._find(self._picked or self._proposed)
        if picked is None or self._typed:
            self._alarm(self.tr("Type the two digits of an outcome first."))
        elif picked.note_required and not self._note.text().strip():
            self._alarm(self._wanted(picked))
            self._note.setFocus()
        else:
            self.chosen.emit(picked.key, self._note.text().strip())

    def _wanted(self, picked: OutcomeView) -> str:
        """What the note of an outcome must say."""
        if self._screen.correcting:
            return self.tr("Say in a few words why it is corrected.")
        if picked.group == "appointment":
            return notice_word(Notice.TIME_NEEDED)
        return self.tr("This outcome needs a note: say in a few words what happened.")

    def keyPressEvent(self, event: QKeyEvent, /) -> None:
        """Digits choose, arrows move, "/" searches, Enter confirms, Escape clears, at last the choice."""
        text = plain(event.text())
        if event.key() in ENTER:
            self.enter()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
            if event.key() == Qt.Key.Key_Escape and not (
                self._typed or self._filter.text() or self._in_field()
            ):
                self._picked = ""
            self._clear()
        elif event.key() in _ARROWS:
            self._move(
                _ARROWS[Qt.Key(event.key())], across=event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)
            )
        elif text in ("/", "、"):
            self.focus_filter()
        elif text.isdecimal() and not self._in_field():
            self._digit(text)
        else:
            event.ignore()

    def _digit(self, digit: str) -> None:
        for typed in (self._typed + digit, digit):
            if any(outcome.key.startswith(typed) for outcome in self._outcomes):
                self._typed = typed
                break
        else:
            self._alarm(self.tr("No outcome begins with {digit}.").format(digit=digit))
            return
        if self._find(self._typed) is not None:
            self._pick(self._typed)
        else:
            self._again()

    def _pick(self, key: str) -> None:
        self._picked, self._typed = key, ""
        self._again()
        self.setFocus()

    def _clear(self) -> None:
        self._typed = ""
        self._filter.clear()
        self.setFocus()
        self._again()

    def _move(self, step: int, *, across: bool) -> None:
        key = self._board.neighbour(self._picked or self._proposed, step, across=across)
        if key:
            self._pick(key)

    def _filtered(self, text: str) -> None:
        only = self._board.show_only(plain(text).strip().lower())
        if text and len(only) == 1:
            self._picked = only[0]
            self._again()

    def _alarm(self, text: str) -> None:
        QApplication.beep()
        self._hint.setText(text)
        self._hint.show()
        mark(self._hint, tone="alarm")

    def _again(self) -> None:
        self._hint.clear()
        self.show_screen(self._screen)

    def _in_field(self) -> bool:
        focus: QWidget | None = QApplication.focusWidget()
        return focus in (self._note, self._filter)

    def _find(self, key: str) -> OutcomeView | None:
        return next((outcome for outcome in self._outcomes if outcome.key == key), None)

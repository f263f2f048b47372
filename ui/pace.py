"""The pace of the keys: what was entered stays visible for a moment, and a new screen takes no key that was meant for the last one."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from app.clock import Clock

HOLD = 300
"""ms an entered value stays on screen before the next question may be painted over it (notes/method.md §7)."""
GUARD = 250
"""ms a newly painted screen takes no keys."""
QUIET = 1000
"""ms without keys after a decimal point: the digit that follows "7." is not an answer to the next question."""
BURST = 600
"""ms without keys after one that came too early: "12" of which only the "2" is taken would be another answer."""

DECIMAL_POINTS = frozenset(".．。")
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta)


class Pace:
    """Says when a key counts and when the next screen may be painted. Times in ms of clock.mono()."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held_until = self._deaf_until = self._hushed_until = self._burst_until = clock.mono()
        self.busy = False
        """A verb is on its way to the desk: until it is settled no further key is an answer."""

    def entered(self) -> None:
        """An answer was entered and is on screen."""
        self._held_until = self._clock.mono() + HOLD

    def painted(self) -> None:
        """A new question or page was painted."""
        self._deaf_until = self._clock.mono() + GUARD

    def hush(self) -> None:
        """A decimal point was typed."""
        self._hushed_until = self._clock.mono() + QUIET

    def too_early(self) -> bool:
        """A key was typed ahead: what is typed right behind it belongs to it and is as little meant for this screen.

        True when that should be said: not while an answer is being shown or stored, nor when a decimal point was spoken of already.
        """
        now = self._clock.mono()
        self._burst_until = now + BURST
        return not self.busy and now >= max(self._held_until, self._hushed_until)

    @property
    def in_burst(self) -> bool:
        """True while a key is the rest of something whose beginning was not taken."""
        return self._clock.mono() < self._burst_until

    @property
    def holding(self) -> int:
        """ms until the next screen may be painted; 0 = now."""
        return max(0, self._held_until - self._clock.mono())

    @property
    def listening(self) -> bool:
        """True when a key is taken as meant for what is on screen."""
        now = self._clock.mono()
        return not self.busy and now >= max(self._deaf_until, self._held_until, self._hushed_until)


class KeyGate(QObject):
    """Stands before the window: keys that came too early, or repeat because a finger rests on them, never reach a widget.

    What is typed in one go is taken whole or not at all. Fields for free text keep their auto-repeat (a held Backspace is meant), all but
    Enter; a verbatim's missing first letters are seen, so what follows them is taken.
    """

    decimal = Signal()
    """A decimal point arrived while no key counted: the interviewer is typing "7.5"."""
    early = Signal()
    """Another key was not taken, and that should be said."""

    def __init__(self, pace: Pace, parent: QObject) -> None:
        super().__init__(parent)
        self._pace = pace

    def eventFilter(self, _watched: QObject, event: QEvent, /) -> bool:
        """True = swallowed. Only key presses are looked at; function keys are shortcuts and do not come this way."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in _MODIFIERS:
            return False
        if event.isAutoRepeat() and not (event.key() not in ENTER and _in_free_text()):
            return True
        late = self._pace.in_burst
        if self._pace.listening and (not late or _in_verbatim()):
            return False
        if event.text() in DECIMAL_POINTS and not late:
            self._pace.too_early()
            self._pace.hush()
            self.decimal.emit()
        else:
            self.refuse()
        return True

    def refuse(self) -> None:
        """Not this key, nor what follows it at once."""
        if self._pace.too_early():
            self.early.emit()


def _in_free_text() -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and bool(focus.property("free_text"))


def _in_verbatim() -> bool:
    return isinstance(QApplication.focusWidget(), QPlainTextEdit)


def timer(parent: QWidget, due: Callable[[], object]) -> QTimer:
    """A timer that goes off once."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(due)
    return timer

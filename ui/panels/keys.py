"""The keys that work right now: a bar at the bottom (it takes the mouse too) and the list behind F1."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.interview.screen import Page, Screen
from ui.actions import (
    ACTIONS,
    CALL_BEFORE,
    REASON,
    REASON_HELP,
    RESUME_DIALLING,
    UNMUTE,
    Act,
    Action,
    action_word,
    key_word,
    on,
)
from ui.caps import CapBar, CapButton
from ui.labels import language_name
from ui.language import Language
from ui.layout import column, framed, label, row, scrolling

_HELP_WIDTH, _NARROW, _SMALL = 330, 220, 760
_GIVE_WAY = (
    Act.INTERVIEW_LANGUAGE, Act.WINDOW_LANGUAGE, Act.HELP, Act.SIGN_OUT, Act.LEAD, Act.BACK, Act.NOTE, Act.GO_TO, Act.MUTE, Act.HANG_UP,
    Act.REMOVE, Act.VAGUE, Act.PROBE, Act.DONT_KNOW, Act.REFUSED, Act.CALLED_BACK, Act.AUTO_DIAL, Act.CORRECT,
)  # fmt: skip
"""Keys in the order in which they give up their words."""


def other(iso: str) -> str:
    """The interview language F11 changes to."""
    return "en" if iso == "zh" else "zh"


def _beside_the_answer(action: Action, screen: Screen) -> bool:
    """Scores and options show don't know and refused among their answers: once is enough."""
    question = screen.question
    if question is None or action.act not in (Act.DONT_KNOW, Act.REFUSED):
        return False
    return question.kind == "select_one" or question.scale is not None


def _help(action: Action, screen: Screen) -> str:
    """What a key does here, under the name that the bar gives it."""
    return action_word(REASON_HELP if action.act is Act.NOTE and screen.correcting else action.help)


class KeyBar(CapBar):
    """One flat button per key that works on this screen."""

    pressed = Signal(object)
    """Act."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language
        self._buttons: dict[Act, CapButton] = {}
        for action in ACTIONS:
            if action.shortcut and action.act is not Act.APPEARANCE:
                self._buttons[action.act] = self._button(action)
                self.lay(self._buttons[action.act])
            if action.act is Act.DONT_KNOW:
                self.lay(None)

    def show_screen(self, screen: Screen) -> None:
        """Draw the bar."""
        working = on(screen)
        for action in ACTIONS:
            button = self._buttons.get(action.act)
            if button is not None:
                text = self._label(action, screen)
                button.say(action.keys[0], text)
                button.setToolTip(_help(action, screen))
                button.setVisible(action in working and not _beside_the_answer(action, screen))
        self.fit([self._buttons[act] for act in _GIVE_WAY])

    def _label(self, action: Action, screen: Screen) -> str:
        if action.act is Act.INTERVIEW_LANGUAGE:
            return action_word(action.label).format(language=language_name(other(screen.language)))
        if action.act is Act.WINDOW_LANGUAGE:
            return action_word(action.label).format(language=language_name(other(self._language.current)))
        if action.act is Act.AUTO_DIAL and screen.auto_dial is False:
            return action_word(RESUME_DIALLING)
        if action.act is Act.CORRECT and screen.correcting:
            return action_word(CALL_BEFORE)
        if action.act is Act.NOTE and screen.correcting:
            return action_word(REASON)
        if action.act is Act.MUTE and screen.device.muted:
            return action_word(UNMUTE)
        return action_word(action.label)

    def _button(self, action: Action) -> CapButton:
        button = CapButton("key")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard has the key itself
        button.clicked.connect(lambda: self.pressed.emit(action.act))
        return button


class HelpPanel(QWidget):
    """Every key of this page with what it does, beside the page, never over the question."""

    def __init__(self) -> None:
        super().__init__()
        self._heading, self._scores = label("heading"), label("muted", wrap=True)
        self._lines: list[tuple[QLabel, QLabel]] = []
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for place, _action in enumerate(ACTIONS):
            key, text = label("cap", centre=True), label("", wrap=True)
            grid.addWidget(key, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, place, 1)
            self._lines.append((key, text))
        inner = framed(column(self._heading, 4, grid, 4, self._scores, None, margin=16), "help")
        self._area = scrolling(inner)
        self.setLayout(row(self._area))
        self.hide()

    def turn(self) -> None:
        """Open at the top; then its next part, where it is longer than the window; then gone."""
        bar = self._area.verticalScrollBar()
        if self.isHidden():
            bar.setValue(0)
            self.show()
        elif bar.value() < bar.maximum():
            bar.setValue(bar.value() + bar.pageStep())
        else:
            self.hide()

    def show_screen(self, screen: Screen) -> None:
        """Draw the list; in a small window the question needs the room more."""
        self.setFixedWidth(_NARROW if self.window().width() < _SMALL else _HELP_WIDTH)
        self._heading.setText(self.tr("Keys on this page"))
        working = on(screen)
        for action, (key, text) in zip(ACTIONS, self._lines, strict=True):
            key.setText(key_word(action))
            text.setText(_help(action, screen))
            key.setVisible(action in working)
            text.setVisible(action in working)
        scored = (
            screen.page is Page.INTERVIEW
            and screen.question is not None
            and screen.question.scale is not None
        )
        self._scores.setText(
            self.tr(
                "Scores: 0 and 2–9 are stored at one key. After 1 press 0 for ten points or Enter for one. "
                "No decimals: ask for a whole number."
            )
        )
        self._scores.setVisible(scored)

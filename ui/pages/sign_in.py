"""Sign in: a name, Enter."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.interview.screen import Screen
from ui.inputs.line import LineEdit
from ui.layout import column, form, label
from ui.pages.card import CardPage

_LONGEST = 40


class SignInPage(CardPage):
    """Who sits here."""

    signed_in = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._product = label("product")
        self._study = label("heading", wrap=True)
        self._caption = label("muted")
        self._name = LineEdit(_LONGEST)
        self._name.entered.connect(self.enter)
        self._missing = label("error", wrap=True)
        self._name.textEdited.connect(self._missing.clear)
        self._button = self.main_button()
        fields = form((self._caption, self._name), spacing=6)
        self.lay(column(self._product, self._study, fields, self._missing, self._button), 460)

    def show_screen(self, screen: Screen) -> None:
        """Draw the page; what is typed stays."""
        self._product.setText(self.tr("Fangxin"))
        self._study.setText(screen.study)
        self._study.setVisible(bool(screen.study))
        self._caption.setText(self.tr("Your name or staff number"))
        self._name.setAccessibleName(self._caption.text())
        self._button.setText(self.tr("Sign in   Enter"))
        self._button.setAccessibleName(self.tr("Sign in"))

    def arrive(self, _screen: Screen, /) -> None:
        """A new shift: an empty field."""
        self._name.clear()
        self._missing.clear()

    def focus_widget(self) -> QWidget:
        """The name."""
        return self._name

    def enter(self) -> None:
        """Sign in, or say what is missing."""
        name = self._name.text().strip()
        if name:
            self.signed_in.emit(name)
        else:
            self._missing.setText(self.tr("Enter your name or staff number first."))

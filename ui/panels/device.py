"""What the telephone says of itself: trouble in red, muted, network and signal; nothing when there is nothing to say."""

from PySide6.QtWidgets import QLabel

from app.interview.screen import DeviceView, Screen
from ui.labels import condition_word, word
from ui.noop import QT_TRANSLATE_NOOP
from ui.theme import mark

_LIVELY = ("sim", "registration", "signal")
"""What is shown also when it is good, the last of them first in the strip."""
_GONE = QT_TRANSLATE_NOOP("Words", "Device unplugged")
_MUTED = QT_TRANSLATE_NOOP("Words", "Muted")


class DeviceChip(QLabel):
    """A chip in the status strip; its tooltip says everything that is known."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "chip")

    def show_screen(self, screen: Screen) -> None:
        """Draw it, or hide it."""
        text, tone = said(screen.device)
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip("\n".join(condition_word(each) for each in screen.device.conditions))
        mark(self, tone=tone)
        self.setVisible(bool(text))


def said(device: DeviceView) -> tuple[str, str]:
    """The most important thing, and the tone to say it in; ("", "quiet") = nothing."""
    if not device.present:
        return word(_GONE), "danger"
    for condition in device.conditions:
        if not condition.good:
            return condition_word(condition), "danger"
    if device.muted:
        return word(_MUTED), "danger"
    lively = [each for each in device.conditions if each.what in _LIVELY]
    return " · ".join(condition_word(each) for each in lively[:2]), "quiet"

"""What the telephone says of itself: trouble in red, muted, network and signal; nothing when there is nothing to say."""

from unicodedata import east_asian_width

from PySide6.QtWidgets import QLabel

from app.interview.screen import Screen
from app.interview.telephone_views import ConditionView, DeviceView
from ui.labels import sentence, word
from ui.noop import QT_TRANSLATE_NOOP
from ui.theme import mark

_ROOM = 40
"""Letters that a fault may take in the chip."""
_LIVELY = ("sim", "registration", "signal")
"""What is shown also when it is good, the last of them first in the strip."""
_PASSING = ("incoming",)
"""What is over before anybody reads of it, and has no end that is told: for the log."""
_GONE = QT_TRANSLATE_NOOP("Words", "Device unplugged")
_MUTED = QT_TRANSLATE_NOOP("Words", "Muted")

_WEAK = QT_TRANSLATE_NOOP("Words", "Weak signal")
_CONDITION = {
    "line": QT_TRANSLATE_NOOP("Words", "Line"),
    "sim": QT_TRANSLATE_NOOP("Words", "SIM card"),
    "registration": QT_TRANSLATE_NOOP("Words", "Network"),
    "signal": QT_TRANSLATE_NOOP("Words", "Signal"),
    "microphone": QT_TRANSLATE_NOOP("Words", "Microphone"),
    "microphone-level": QT_TRANSLATE_NOOP("Words", "Microphone"),
    "ear": QT_TRANSLATE_NOOP("Words", "Earphone"),
    "line-audio": QT_TRANSLATE_NOOP("Words", "Line sound"),
    "line-level": QT_TRANSLATE_NOOP("Words", "Line sound"),
    "line-out": QT_TRANSLATE_NOOP("Words", "Sound to the line"),
    "one-way": QT_TRANSLATE_NOOP("Words", "Sound"),
    "echo": QT_TRANSLATE_NOOP("Words", "Echo"),
    "handset": QT_TRANSLATE_NOOP("Words", "Telephone"),
    "fault": QT_TRANSLATE_NOOP("Words", "Device fault"),
}
_INCOMING = "somebody is calling this line: try again when it is quiet"
"""What a line says that was not dialled because somebody rings: nothing is broken."""
_INCOMING_HEAD = QT_TRANSLATE_NOOP("Words", "Incoming call")
_STATE = {
    "ready": QT_TRANSLATE_NOOP("Words", "ready"),
    "home": QT_TRANSLATE_NOOP("Words", "registered"),
    "roaming": QT_TRANSLATE_NOOP("Words", "registered, roaming"),
    "searching": QT_TRANSLATE_NOOP("Words", "searching"),
    "not registered": QT_TRANSLATE_NOOP("Words", "not registered"),
    "denied": QT_TRANSLATE_NOOP("Words", "refused by the network"),
    "no answer": QT_TRANSLATE_NOOP("Words", "no answer"),
    "unknown": QT_TRANSLATE_NOOP("Words", "unknown"),
    _INCOMING: QT_TRANSLATE_NOOP("Words", "wait until it is quiet"),
    "SIM PIN": QT_TRANSLATE_NOOP("Words", "asks for its PIN"),
    "SIM PUK": QT_TRANSLATE_NOOP("Words", "locked, asks for its PUK"),
    "SIM not inserted": QT_TRANSLATE_NOOP("Words", "none inserted"),
    "silent": QT_TRANSLATE_NOOP("Words", "silent"),
    "clipping": QT_TRANSLATE_NOOP("Words", "too loud"),
    "good": QT_TRANSLATE_NOOP("Words", "good"),
    "the respondent is not heard": QT_TRANSLATE_NOOP("Words", "the respondent is not heard"),
    "the interviewer is not heard": QT_TRANSLATE_NOOP("Words", "you are not heard"),
}
"""What a device says in words of ours; other values are sentences, or its own and shown as they are."""


class DeviceChip(QLabel):
    """A chip in the status strip; its tooltip says everything that is known."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "chip")
        self._device, self._few = DeviceView(), False

    def show_screen(self, screen: Screen) -> None:
        """Draw it, or hide it."""
        self._device = screen.device
        lasting = [each for each in screen.device.conditions if each.value and each.what not in _PASSING]
        self.setToolTip("\n".join(condition_word(each) for each in lasting))
        self._draw()

    def fit(self, *, few: bool) -> None:
        """few: one thing at a time, where the strip has no room for two."""
        if few is not self._few:
            self._few = few
            self._draw()

    def _draw(self) -> None:
        text, tone = said(self._device, most=1 if self._few else 2)
        self.setText(_cut(text) if trouble(self._device) else text)
        self.setAccessibleName(text)
        mark(self, tone=tone)
        self.setVisible(bool(text))


def said(device: DeviceView, most: int = 2) -> tuple[str, str]:
    """The most important thing, and the tone to say it in; ("", "quiet") = nothing. most: of what is shown when all is well."""
    if not device.present:
        return word(_GONE), "danger"
    for condition in device.conditions:
        if not condition.good:
            return condition_word(condition), "danger"
    if device.muted:
        return word(_MUTED), "danger"
    lively = [each for each in device.conditions if each.what in _LIVELY]
    return " · ".join(condition_word(each) for each in lively[:2][-most:]), "quiet"


def trouble(device: DeviceView) -> str:
    """What is wrong, where it is a sentence too long for the chip; "" = nothing."""
    text, tone = said(device)
    return text if tone == "danger" and _cut(text) != text else ""


def _cut(text: str) -> str:
    """As much of it as leaves the strip its other parts; a Chinese letter takes the room of two."""
    room = _ROOM
    for at, letter in enumerate(text):
        room -= 1 + (east_asian_width(letter) in "WF")
        if room < 0:
            return text[:at].rstrip() + "…"
    return text


def condition_word(condition: ConditionView) -> str:
    """What a device says of itself: "Signal: 17"; of the line a whole sentence, which names the line itself."""
    what = word(_CONDITION[condition.what]) if condition.what in _CONDITION else condition.what
    if condition.what == "fault" and condition.value == _INCOMING:
        what = word(_INCOMING_HEAD)
    if condition.what == "signal" and not condition.good and condition.value not in _STATE:
        what = word(_WEAK)
    value = word(_STATE[condition.value]) if condition.value in _STATE else sentence(condition.value)
    if condition.what == "line" and condition.value.endswith("."):
        return value
    return (
        word(QT_TRANSLATE_NOOP("Words", "{what}: {value}")).format(what=what, value=value) if value else what
    )

"""What a field for somebody's words tells the system: not to learn them, and not to keep what is copied.

Input methods remember what is typed in dictionaries on the disk, and clipboards have histories that outlive the day, some of them in
somebody's cloud. How far a system listens to these hints is its own affair: the threat model says what was tried.
"""

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

HINTS = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
"""Typed text is not stored in the input method's dictionary."""

_WINDOWS = 'application/x-qt-windows-mime;value="{}"'
MARKS = {
    _WINDOWS.format("ExcludeClipboardContentFromMonitorProcessing"): b"\x01\x00\x00\x00",
    _WINDOWS.format("CanIncludeInClipboardHistory"): b"\x00\x00\x00\x00",
    _WINDOWS.format("CanUploadToCloudClipboard"): b"\x00\x00\x00\x00",
    "x-kde-passwordManagerHint": b"secret",
}
"""How Windows (not tried there) and KDE are asked to keep a copied text out of their histories."""


def confide(field: QWidget) -> None:
    """Make it a field whose words are nobody's but the survey's. The menu of the right mouse button goes: its copies carry no marks."""
    field.setInputMethodHints(field.inputMethodHints() | HINTS)
    field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)


def copies(event: QKeyEvent, selected: str) -> bool:
    """Whether this key copies or cuts; then the text is on the clipboard, with the wish that no history keeps it."""
    if not (event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.Cut)):
        return False
    if selected:
        data = QMimeData()
        data.setText(selected)
        for kind, value in MARKS.items():
            data.setData(kind, value)
        QGuiApplication.clipboard().setMimeData(data)
    return True

"""Fields for somebody's words ask the system not to learn them and not to keep what is copied."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Station
from ui.inputs.discreet import HINTS, MARKS
from ui.inputs.line import LineEdit
from ui.inputs.text import VerbatimEdit

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize("make", [lambda: LineEdit(40), VerbatimEdit])
@pytest.mark.parametrize("key", [Qt.Key.Key_C, Qt.Key.Key_X])
def test_what_is_copied_is_marked_to_be_kept_by_no_history(
    make: type[QWidget], key: Qt.Key, qtbot: QtBot
) -> None:
    field = make()
    qtbot.addWidget(field)
    assert isinstance(field, QLineEdit | QPlainTextEdit)
    QTest.keyClicks(field, "chang")
    field.selectAll()
    QTest.keyClick(field, key, CONTROL)
    copied = QGuiApplication.clipboard().mimeData()
    assert copied.text() == "chang"
    assert {kind: copied.data(kind).data() for kind in MARKS} == MARKS
    left = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
    assert left == ("" if key == Qt.Key.Key_X else "chang")


def test_every_field_for_words_in_the_window_is_such_a_field(station: Station) -> None:
    station.call()
    fields = [each for kind in (QLineEdit, QPlainTextEdit) for each in station.window.findChildren(kind)]
    words = [each for each in fields if each.property("free_text")]
    assert len(words) >= 4
    for field in words:
        assert field.inputMethodHints() & HINTS == HINTS
        assert field.contextMenuPolicy() == Qt.ContextMenuPolicy.NoContextMenu
    for field in fields:  # and no other field listens to an input method
        assert field in words or not field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled), field

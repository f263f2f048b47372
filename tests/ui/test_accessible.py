"""What a screen reader finds: every control has a name, in both languages, on every page."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QProgressBar, QWidget

from tests.ui.conftest import Station
from tests.ui.shots import screens
from ui.dialogs import Crash, LeavingCall, LeavingOutcome

CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QProgressBar)


def nameless(top: QWidget) -> list[str]:
    found = []
    for widget in top.findChildren(QWidget):
        control = isinstance(widget, CONTROLS) or widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if (
            not control
            or not widget.isVisibleTo(top)
            or (isinstance(widget, QWidget) and widget.objectName().startswith("qt_"))
        ):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} {widget.property('role')}")
    return found


@pytest.mark.parametrize("iso", ["zh", "en"])
def test_every_control_on_every_page_has_a_name(still: Station, iso: str) -> None:
    station = still
    station.language.use(iso)
    station.window.face.note.open_note()
    missing: dict[str, list[str]] = {}
    for name, screen in screens(iso):
        station.clock.advance(1000)
        station.window._arrived(screen)
        if found := nameless(station.window.face):
            missing[name] = found
    assert missing == {}


def test_dialogs_have_names_too(station: Station, tmp_path: object) -> None:
    from pathlib import Path

    crash = Crash(station.window, KeyError("q7"), Path("fangxin.log"))
    for dialog in (crash, LeavingCall(station.window), LeavingOutcome(station.window)):
        assert nameless(dialog) == []


def test_the_question_is_told_with_its_answer_field(station: Station) -> None:
    station.go_to("q1")
    field = station.window.face.interview.focus_widget()
    interface = QAccessible.queryAccessibleInterface(field)
    assert interface is not None
    assert "重视不重视" in interface.text(QAccessible.Text.Description)
    assert interface.text(QAccessible.Text.Name) == "Score from 0 to 10"


@pytest.mark.parametrize(
    ("question", "on"), [("age", False), ("q1", False), ("lives", False), ("intro", False), ("comment", True)]
)
def test_the_input_method_is_off_for_codes_and_on_for_words(
    station: Station, question: str, on: bool
) -> None:
    station.go_to(question)
    focus = station.window.focusWidget()
    assert focus is not None
    assert focus.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled) is on


def test_the_field_that_takes_the_keys_has_the_focus_without_tab(station: Station) -> None:
    for question in ("intro", "age", "lives", "q1", "comment"):
        station.go_to(question)
        page = station.window.face.interview
        focus = station.window.focusWidget()
        assert focus is not None
        assert focus is page.focus_widget() or page.focus_widget().isAncestorOf(focus)

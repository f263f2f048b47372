"""Layouts in one line each: row(...), column(...), grid of fields, framed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

Item = QWidget | QLayout | int | None
"""A widget or layout; a number = that many px of space; None = all the space there is."""


def row(*items: Item, margin: int = 0, spacing: int = 8) -> QHBoxLayout:
    """Items side by side."""
    layout = QHBoxLayout()
    _fill(layout, items, margin, spacing)
    return layout


def column(*items: Item, margin: int = 0, spacing: int = 8) -> QVBoxLayout:
    """Items below each other."""
    layout = QVBoxLayout()
    _fill(layout, items, margin, spacing)
    return layout


def form(*fields: tuple[QLabel, QWidget], margin: int = 0, spacing: int = 8) -> QFormLayout:
    """Labels with their fields; each label is its field's buddy, so a screen reader names the field."""
    layout = QFormLayout()
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
    for label, field in fields:
        label.setBuddy(field)
        layout.addRow(label, field)
    return layout


def framed(layout: QLayout, role: str) -> QFrame:
    """A frame of the style sheet's `role` around a layout."""
    frame = QFrame()
    frame.setProperty("role", role)
    frame.setLayout(layout)
    return frame


def label(role: str = "", *, wrap: bool = False, centre: bool = False) -> QLabel:
    """A plain-text label of the style sheet's `role`."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if centre:
        made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


def bounded(text: str, longest: int) -> str:
    """A text of at most so many characters: a label of megabytes would hold the window up for minutes."""
    return text if len(text) <= longest else f"{text[:longest]} …"


def scrolling(content: QWidget) -> QScrollArea:
    """A scroll area without frame that appears only when the content does not fit."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area


def _fill(layout: QBoxLayout, items: tuple[Item, ...], margin: int, spacing: int) -> None:
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)

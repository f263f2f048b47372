"""The window's own self-check: Qt loads, a window with Chinese text is painted without a screen."""

import os

from PySide6.QtCore import qVersion
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QLabel


def paint() -> str:
    """Paint a label off screen. Returns what was found; raises RuntimeError when nothing was painted."""
    if QApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _ = QApplication(["fangxin"])
    picture = QLabel("放心").grab()
    if picture.isNull():
        raise RuntimeError("nothing was painted")
    chinese = len(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
    return f"Qt {qVersion()}, {chinese} Chinese fonts"

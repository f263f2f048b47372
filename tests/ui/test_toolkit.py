"""The toolkit itself, where it has let us down before."""

import sys

import pytest
from PySide6.QtCore import QObject


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None cannot be lost where it is immortal")
def test_a_qt_call_does_not_lose_a_reference_to_none(qapp: object) -> None:
    """PySide6 6.12.0 takes one reference of None with every void call: on Python 3.11 the window dies after some minutes of work."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(100):
        thing.setObjectName("x")
    assert sys.getrefcount(None) - before > -50, "this PySide6 must not be used on this Python"

"""A desk of the product with its real window, its real line worker and hands on the keys, in a process of its own.

    python -m tests.faults.secrets.shift < ORDERS

ORDERS, one JSON object on the first line: part ("brief", "day", "talk", "end"), words (what is said and typed), faults (what is broken
on purpose). It tells on stdout what it does, one JSON object a line, and where it waits it goes on at the next line of stdin. Nothing that
is looked for comes in by a command line or the environment.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication

import ui.application
import ui.pace
from app import log
from tests.faults.secrets import sabotage
from tests.faults.secrets.hands import ENTER, Doing, Hands, Orders, tell
from ui.actions import Act
from ui.dialogs import Crash
from ui.window import DeskWindow


def day(hands: Hands) -> Doing:
    """Interviewed with a correction, a note and a verbatim; refused; an appointment with a name; a call-back; then a fault of ours."""
    words = hands.words
    yield from hands.sign_in()
    yield from hands.ring()
    yield from hands.talk(until="q03")
    yield from hands.corrects()
    yield from hands.remarks()
    sabotage.if_asked(hands.orders.faults, hands.orders.numbers, hands.screen)
    yield from hands.talk()
    yield from hands.closes("60")
    yield from hands.ring()
    refused = hands.screen.case
    assert refused is not None
    yield from hands.talk(until="age")
    yield from hands.hangs_up()
    yield from hands.closes("31", note=words["reason"], search=words["search"])
    yield from hands.ring()
    yield from hands.hangs_up()
    yield from hands.closes("32", note=words["appointment"])
    yield from hands.does(Act.CALLED_BACK)
    number = hands.orders.numbers[refused.case]
    yield from hands.types(f"{number[:3]}-{number[3:7]} {number[7:]}")
    yield from hands.press(ENTER)
    yield from hands.ring()
    yield from hands.talk(until="q02")
    yield from hands.hangs_up()
    yield from hands.closes()
    yield from hands.pause("between")
    yield from falls(hands, number)


def brief(hands: Hands) -> Doing:
    """One interview with a note and a verbatim, then a fault of ours."""
    yield from hands.sign_in()
    yield from hands.ring()
    case = hands.screen.case
    assert case is not None
    yield from hands.remarks()
    sabotage.if_asked(hands.orders.faults, hands.orders.numbers, hands.screen)
    yield from hands.talk()
    yield from hands.closes("60")
    yield from falls(hands, hands.orders.numbers[case.case])


def falls(hands: Hands, number: str) -> Doing:
    """A fault whose text quotes what it stumbled over; the report is copied for IT."""
    hands.window.ending.unattended = False
    words = hands.words

    def stumble(_desk: Any) -> None:
        raise ValueError(f"cannot keep {words['verbatim']} of {words['appointment']}, {number}")

    hands.window._bridge.tell(stumble)
    yield from hands.until(lambda: isinstance(hands.window.ending.dialog, Crash))
    dialog = hands.window.ending.dialog
    assert isinstance(dialog, Crash)
    dialog.copy.click()
    tell(what="report", text=QGuiApplication.clipboard().text())
    dialog.close_button.click()


def interrupted(hands: Hands) -> Doing:
    """In the middle of an interview. Whoever comes back from it goes on to the next."""
    yield from hands.sign_in()
    while True:
        yield from hands.ring()
        yield from hands.talk(until="q02")
        yield from hands.pause("in call")
        yield from hands.closes("39" if hands.screen.proposed == "" else "")


def end(hands: Hands) -> Doing:
    """The last shift: nothing but in and out."""
    yield from hands.sign_in()
    hands.window.close()
    yield


PARTS = {"brief": brief, "day": day, "talk": interrupted, "end": end}


def main() -> int:
    """Show the window and let the hands work."""
    os.dup2(2, 1)
    given = json.loads(sys.stdin.readline())
    orders = Orders(given["part"], given["words"], frozenset(given["faults"]), {})
    log.be_silent()  # as the command line does before anything else
    sabotage.at_the_start(orders.faults)
    ui.pace.HOLD = ui.pace.GUARD = 5

    class Handled(DeskWindow):
        """The desk's window, and somebody before it."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            working = PARTS[orders.part](Hands(self, orders))
            self._beat = QTimer(self)
            self._beat.timeout.connect(lambda: next(working, None))
            self._beat.start(5)

    ui.application.DeskWindow = Handled  # type: ignore[misc]
    return ui.application.show(
        orders.make_desk,
        data_dir=Path(os.environ["FANGXIN_DATA_DIR"]),
        language="zh",
        rehearsal=True,
        settings=None,
    )


if __name__ == "__main__":
    sys.exit(main())

"""An interviewer's hands on the window, for shift.py: generators that wait for the window, and press."""

import json
import os
import select
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import workplace
from app.clock import SystemClock, system_entropy
from app.desk import Desk
from app.interview.screen import Page, Screen
from app.line.contract import LineChoice
from app.workstation import open_workstation
from tests.desk_room import talker
from tests.faults.secrets import sabotage
from ui.actions import Act
from ui.window import DeskWindow

ENTER = Qt.Key.Key_Return
SAYS = {"consent": "1", "age": "45", "residence": "1", "county": "4", "sex": "2"}
PATIENCE = 240.0
TOLD = os.dup(1)
"""What is printed by anybody else goes where a desktop keeps it: into a file."""
Doing = Iterator[None]


def tell(**facts: object) -> None:
    """A line for whoever started us."""
    os.write(TOLD, (json.dumps(facts) + "\n").encode())


@dataclass
class Orders:
    """See the module. numbers: case → number, filled in when the desk opens; worker: the line worker, then."""

    part: str
    words: dict[str, str]
    faults: frozenset[str]
    numbers: dict[str, str]
    desk: Desk | None = None

    def make_desk(self) -> Desk:
        """The field desk of this folder, on the rehearsal line: everything else is what workplace.py puts together."""
        place = workplace.Place(Path(os.environ["FANGXIN_DATA_DIR"]), SystemClock(), system_entropy)
        station = open_workstation(place.folder, place.clock, place.entropy)
        if "plain store" in self.faults:
            station = sabotage.plain_store(station)
        study = station.study()
        assert study is not None
        ledger = station.open_ledger(study, rehearsal=True)
        self.numbers |= {case.id: case.number for case in ledger.store.cases()}
        residents = tuple(talker(number, pickup_after=0.3) for number in self.numbers.values())
        begin = workplace._begin(place.folder, LineChoice(workplace.REHEARSAL))
        object.__setattr__(begin, "residents", residents)
        self.desk = workplace._seated(ledger, place, begin)
        return self.desk


class Hands:
    """An interviewer's hands: generators that wait for the window and press."""

    def __init__(self, window: DeskWindow, orders: Orders) -> None:
        self.window, self.orders, self.words = window, orders, orders.words

    @property
    def screen(self) -> Screen:
        """What is painted."""
        return self.window.shown or Screen(page=Page.SIGN_IN)

    def until(self, true: Callable[[], bool]) -> Doing:
        """Wait."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"the window stays on {self.screen.page}"
            yield

    def rest(self) -> Doing:
        """Until the window listens."""
        yield from self.until(
            lambda: (
                self.window.shown is not None
                and self.window._pace.listening
                and not self.window.awaits_desk
                and QApplication.focusWidget() is not None
            )
        )

    def press(self, *keys: str | Qt.Key) -> Doing:
        """Keys, unhurried."""
        for key in keys:
            yield from self.rest()
            QTest.keyClick(
                self.window.windowHandle(), Qt.Key(ord(key.upper())) if isinstance(key, str) else key
            )

    def does(self, act: Act) -> Doing:
        """A function key."""
        yield from self.rest()
        self.window.press(act)

    def types(self, text: str) -> Doing:
        """As an input method hands over a word."""
        yield from self.rest()
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(QApplication.focusWidget(), event)

    def shows(self, *pages: Page) -> Doing:
        """Until one of these pages is painted."""
        yield from self.until(lambda: self.screen.page in pages)

    def pause(self, what: str) -> Doing:
        """Tell, and go on when told to."""
        child = getattr(getattr(self.orders.desk, "_worker", None), "_child", None)
        tell(what=what, pid=os.getpid(), worker=child.pid if child else 0, title=self.window.windowTitle())
        while not select.select([0], [], [], 0)[0]:
            yield
        os.read(0, 4096)

    # What an interviewer does

    def sign_in(self) -> Doing:
        """By a name."""
        yield from self.shows(Page.SIGN_IN)
        yield from self.types(self.words["interviewer"])
        yield from self.press(ENTER)
        yield from self.shows(Page.READY)

    def ring(self) -> Doing:
        """The next case, dialled, answered."""
        if self.screen.page is Page.READY:
            yield from self.press(ENTER)
        yield from self.shows(Page.CASE)
        yield from self.press(ENTER)
        yield from self.shows(Page.INTERVIEW)
        yield from self.until(lambda: self.screen.question is not None)

    def talk(self, until: str = "") -> Doing:
        """Ask and key, up to a question or to the end."""
        while self.screen.page is Page.INTERVIEW and (question := self.screen.question) is not None:
            if question.name == until:
                return
            if question.kind == "text":
                yield from self.verbatim()
            elif question.kind != "note":
                yield from self.press(*SAYS.get(question.name, "7"))
            if question.kind in ("text", "note") or question.name == "age":
                yield from self.press(ENTER)
            yield from self.leaves(question.name)
        assert not until, f"{until} never came"

    def leaves(self, question: str) -> Doing:
        """Until another question, or none, is on."""
        yield from self.until(lambda: self.screen.question is None or self.screen.question.name != question)

    def verbatim(self) -> Doing:
        """Somebody's words; copied, too."""
        yield from self.types(self.words["verbatim"])
        if "temp file" in self.orders.faults:
            sabotage.temp_file(self.words["verbatim"])
        yield from self.rest()
        field = QApplication.focusWidget()
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        tell(what="clipboard", formats=QGuiApplication.clipboard().mimeData().formats())

    def corrects(self) -> Doing:
        """Back from q03, another mark for q02."""
        yield from self.does(Act.BACK)
        yield from self.until(lambda: self.screen.question is not None and self.screen.question.name == "q02")
        yield from self.press("8")
        yield from self.until(lambda: self.screen.question is not None and self.screen.question.name == "q03")

    def remarks(self) -> Doing:
        """F8 and a note."""
        yield from self.does(Act.NOTE)
        yield from self.types(self.words["note"])
        yield from self.press(ENTER)

    def hangs_up(self) -> Doing:
        """F5, twice in an interview."""
        for _ in range(2):
            if self.screen.page is Page.INTERVIEW:
                yield from self.does(Act.HANG_UP)
        yield from self.shows(Page.OUTCOME)

    def closes(self, code: str = "", note: str = "", search: str = "") -> Doing:
        """The outcome of the call; "" = what is proposed."""
        yield from self.shows(Page.OUTCOME)
        if search:
            self.window.face.outcome.focus_filter()
            yield from self.types(search)
            yield from self.press(ENTER)
            self.window.face.outcome._filter.clear()
        if code:
            yield from self.press(*code)
        if note:
            yield from self.does(Act.NOTE)
            yield from self.types(note)
        yield from self.press(ENTER)
        yield from self.shows(Page.READY)

"""The desk's thread, without a window."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from app.errors import FangxinError, StorageError
from app.interview.screen import LineView, Page, Screen
from tests.ui.fake_desk import FakeDesk
from ui.desk_thread import DeskLike, DeskThread, same_place


@dataclass
class Notebook:
    """Writes down what the thread says."""

    heard: list[tuple[str, Any]] = field(default_factory=list)
    end: threading.Event = field(default_factory=threading.Event)

    def screen(self, screen: Screen) -> None:
        self.heard.append(("screen", screen))

    def settled(self, number: int) -> None:
        self.heard.append(("settled", number))

    def refused(self, error: FangxinError) -> None:
        self.heard.append(("refused", error))

    def crashed(self, error: Exception) -> None:
        self.heard.append(("crashed", error))

    def stopped(self) -> None:
        self.heard.append(("stopped", None))
        self.end.set()

    def what(self) -> list[str]:
        return [kind for kind, _ in self.heard]


def run(make: Callable[[], DeskLike], *verbs: Callable[[DeskLike], None]) -> Notebook:
    book = Notebook()
    thread = DeskThread(make, book)
    for verb in verbs:
        thread.tell(verb)
    thread.start()
    thread.finish()
    thread.join()
    assert book.end.is_set()
    return book


def test_verbs_reach_the_desk_in_order_on_one_thread_that_is_not_ours() -> None:
    desk = FakeDesk()
    book = run(lambda: desk, lambda d: d.sign_in("Li"), lambda d: d.next_case(), lambda d: d.dial())
    assert [verb[0] for verb in desk.verbs] == ["sign_in", "next_case", "dial", "hang_up", "close"]
    assert len(desk.threads) == 1
    assert threading.get_ident() not in desk.threads
    assert [number for kind, number in book.heard if kind == "settled"] == [1, 2, 3]


def test_a_screen_comes_before_its_verb_is_settled_and_only_when_it_changed() -> None:
    desk = FakeDesk()
    book = run(lambda: desk, lambda d: d.sign_in("Li"), lambda _d: None)
    assert book.what() == ["screen", "settled", "settled", "stopped"]


def test_a_verb_meant_for_another_question_is_dropped() -> None:
    desk = FakeDesk(screen=replace(FakeDesk().screen, page=Page.READY))
    book = Notebook()
    thread = DeskThread(lambda: desk, book)
    thread.tell(lambda d: d.next_case(), replace(desk.screen, page=Page.INTERVIEW))
    thread.tell(lambda d: d.next_case(), desk.screen)
    thread.start()
    thread.finish()
    thread.join()
    assert [verb[0] for verb in desk.verbs].count("next_case") == 1
    assert [number for kind, number in book.heard if kind == "settled"] == [1, 2]


def test_saboteur_without_the_place_check_a_late_key_answers_the_next_question() -> None:
    desk = FakeDesk()
    desk.next_case()
    desk.dial()
    for _ in range(4):
        desk.tick()
    seen = desk.screen
    desk.answer("")
    assert not same_place(seen, desk.screen)
    desk.answer("7")  # what the check drops
    assert desk.answers["age"] == "7"


def test_a_fault_of_the_world_while_the_desk_is_set_up_is_told_apart_from_a_bug() -> None:
    def refuse() -> DeskLike:
        raise StorageError("The data folder is in use")

    def bug() -> DeskLike:
        raise KeyError("q7")

    assert run(refuse).what() == ["refused", "stopped"]
    assert run(bug).what() == ["crashed", "stopped"]


def test_after_a_bug_the_respondent_is_let_go_and_the_desk_closed() -> None:
    desk = FakeDesk(broken="next_case")
    book = run(lambda: desk, lambda d: d.sign_in("Li"), lambda d: d.next_case(), lambda d: d.dial())
    assert "crashed" in book.what()
    assert [verb[0] for verb in desk.verbs] == ["sign_in", "next_case", "hang_up", "close"]


def test_a_desk_that_cannot_even_hang_up_is_still_closed() -> None:
    desk = FakeDesk(broken="hang_up")
    book = run(lambda: desk)
    assert book.what()[-2:] == ["crashed", "stopped"]
    assert desk.closed


class SlowLine(FakeDesk):
    """The line needs three ticks to come down."""

    def hang_up(self) -> None:
        self.verbs.append(("hang_up",))
        self._ticks = 0

    def tick(self) -> None:
        self._ticks += 1
        if self._ticks == 3:
            self.show(line=LineView.ENDED)


def test_finishing_waits_for_the_line_to_come_down() -> None:
    desk = SlowLine(screen=replace(FakeDesk().screen, page=Page.INTERVIEW, line=LineView.TALKING))
    run(lambda: desk)
    assert desk.screen.line is LineView.ENDED
    assert desk.closed


def test_the_desk_ticks_by_itself_more_than_ten_times_a_second() -> None:
    desk = FakeDesk()
    thread = DeskThread(lambda: desk, Notebook())
    thread.start()
    until = time.monotonic() + 60
    while desk._ticks < 10 and time.monotonic() < until:
        threading.Event().wait(0.01)
    thread.finish()
    thread.join()
    assert desk._ticks >= 10

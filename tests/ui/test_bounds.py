"""Forms that are too much: the window stays fluent and says what is the matter."""

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.interview.screen import LineView, OptionView, Page, QuestionView, RecordingView, Screen
from app.interview.views import Sight
from app.questionnaire.form import Choice
from app.questionnaire.session import Session
from tests.ui.conftest import Station
from tests.ui.kinds_desk import USUAL, kinds
from ui.inputs.listing import Line, Lines
from ui.layout import bounded

VILLAGES = tuple(OptionView(f"{place:06}", f"第{place}村", read=False) for place in range(100_000))
PATIENCE = 2.0
"""Seconds of this thread’s own work, which other programs on the machine do not lengthen; a tenth of it is usual."""


def paint(station: Station, **question: object) -> float:
    """Show a question; returns the seconds of work until it is laid out."""
    usual = {"name": "q", "kind": "select_one", "read_aloud": "您住在哪个村？", "number": 1, "total": 9}
    view = QuestionView(**{**usual, **question})  # type: ignore[arg-type]
    screen = Screen(page=Page.INTERVIEW, line=LineView.TALKING, recording=RecordingView.ON, question=view)
    station.clock.advance(1000)
    began = time.thread_time()
    station.window._arrived(screen)
    station.window.grab()
    return time.thread_time() - began


def test_a_hundred_thousand_options_are_searched_while_one_types(still: Station) -> None:
    assert paint(still, options=VILLAGES) < PATIENCE
    field = still.window.face.interview.fields.long
    assert field._list.lines.rowCount() < 1000, "only what is looked at is laid out"
    sent: list[str] = []
    field.committed.connect(sent.append)
    for key in "54321":
        began = time.thread_time()
        still.press(key)
        assert time.thread_time() - began < PATIENCE
    assert [line.code for line in field._list.lines.found] == ["054321"]
    still.raw(Qt.Key.Key_Return)  # the desk behind this window has ended: there is nothing to wait for
    assert sent == ["054321"]


def test_the_stored_one_of_a_hundred_thousand_is_marked_when_one_comes_back(still: Station) -> None:
    assert paint(still, options=VILLAGES, value="098765") < PATIENCE
    assert still.window.face.interview.fields.long._list.marked() == "098765"


def test_nothing_that_matches_is_said(still: Station) -> None:
    paint(still, options=VILLAGES)
    still.press("x", Qt.Key.Key_Return)
    assert "No option matches" in still.window.face.interview._hint.text()


def test_the_desk_works_out_a_hundred_thousand_options_once(monkeypatch: pytest.MonkeyPatch) -> None:
    form = kinds().form
    village = tuple(Choice(f"{place:06}", {form.languages[0]: f"第{place}村"}) for place in range(100_000))
    questions = tuple(
        replace(question, choices=village) if question.name == "occupation" else question
        for question in form.questions
    )
    session = Session(replace(form, questions=questions), USUAL, "occupation")
    sight = Sight()
    began = time.thread_time()
    first = sight.question(session)
    assert first is not None
    assert len(first.options) == 100_000
    assert time.thread_time() - began < 2 * PATIENCE
    again = sight.question(session)
    assert again is not None
    assert again.options is first.options


@pytest.mark.parametrize("kind", ["text", "select_one", "integer", "note"])
def test_a_text_of_megabytes_is_shown_as_far_as_anybody_would_read_it(still: Station, kind: str) -> None:
    text = "请您听我慢慢地说。" * 300_000
    options = (OptionView("1", text), OptionView("2", "否"))
    taken = paint(still, kind=kind, read_aloud=text, instruction=text, guidance=text, options=options)
    assert taken < 2 * PATIENCE
    page = still.window.face.interview
    assert page.wording.read.text().endswith("…")
    assert len(page.wording.read.text()) < 5000


def test_a_question_without_text_is_never_read_by_its_name(still: Station) -> None:
    paint(still, kind="text", read_aloud="", name="q17_b")
    read = still.window.face.interview.wording.read
    assert "no text" in read.text()
    assert "q17_b" in read.text()
    assert read.property("empty") == "yes", "it looks like no question"


def test_a_search_finds_codes_by_their_beginning_and_words_anywhere() -> None:
    lines = Lines()
    lines.fill(
        [
            Line("12", "Mill Lane"),
            Line("120", "Twelve Oaks"),
            Line("3", "Windmill, house 12"),
            Line("1", "Elm"),
        ]
    )
    lines.search("12")
    assert [line.code for line in lines.found] == ["12", "120", "3"], "the very code comes first"
    lines.search("MILL")
    assert [line.code for line in lines.found] == ["12", "3"]
    lines.search("１２０")
    assert [line.code for line in lines.found] == ["120"]
    lines.search("")
    assert len(lines.found) == 4


def test_saboteur_without_the_bound_a_text_is_laid_out_whole() -> None:
    assert bounded("很" * 100, 10) != "很" * 100
    assert bounded("很" * 10, 10) == "很" * 10

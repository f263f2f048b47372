"""Which field a question gets, and what is typed into it, without a desk."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.interview.screen import LineView, OptionView, Page, QuestionView, RecordingView, Screen
from tests.ui.conftest import Station
from ui.inputs.moment import digits_of, possible, written
from ui.inputs.score import scores

ENTER = Qt.Key.Key_Return


def ask(station: Station, kind: str, **question: object) -> list[str]:
    """Put a question on the screen; what is committed comes into the list."""
    usual = {"name": kind, "kind": kind, "read_aloud": "How many?", "number": 1, "total": 9}
    view = QuestionView(**{**usual, **question})  # type: ignore[arg-type]
    screen = Screen(page=Page.INTERVIEW, line=LineView.TALKING, recording=RecordingView.ON, question=view)
    sent: list[str] = []
    station.window.face.interview.fields.of(view).committed.connect(sent.append)
    station.clock.advance(1000)
    station.window._arrived(screen)
    station.clock.advance(1000)
    return sent


def keys(station: Station, *pressed: str | Qt.Key) -> None:
    """Keys, unhurried. The desk behind this window has ended: there is nothing to wait for."""
    for key in pressed:
        station.clock.advance(1000)
        station.raw(key)


@pytest.mark.parametrize(
    ("kind", "question", "field"),
    [
        ("integer", {}, "integer"),
        ("integer", {"scale": (0, 10)}, "score"),
        ("decimal", {}, "decimal"),
        ("range", {"bounds": ("0", "10", "1")}, "score"),
        ("range", {"bounds": ("10", "0", "-2")}, "score"),
        ("range", {"bounds": ("0", "1", "0.1")}, "decimal"),
        ("range", {"bounds": ("-5", "5", "1")}, "decimal"),
        ("select_one", {"options": (OptionView("1", "yes"),)}, "choice"),
        ("select_one", {"options": tuple(OptionView(f"{n}", "a") for n in range(13))}, "long"),
        ("repeat", {"options": (OptionView("1", "yes"), OptionView("2", "no"))}, "choice"),
        ("select_multiple", {}, "several"),
        ("rank", {}, "rank"),
        ("date", {}, "moment"),
        ("time", {}, "moment"),
        ("dateTime", {}, "moment"),
        ("note", {}, "note"),
        ("acknowledge", {}, "note"),
        ("integer", {"readonly": True}, "note"),
        ("text", {}, "text"),
        ("something new", {}, "text"),
    ],
)
def test_every_kind_has_its_field(still: Station, kind: str, question: dict[str, object], field: str) -> None:
    fields = still.window.face.interview.fields
    view = QuestionView(name="q", kind=kind, read_aloud="?", **question)  # type: ignore[arg-type]
    assert fields.of(view) is getattr(fields, field)


def test_a_number_below_nought_is_typed_where_minus_is_no_dont_know(still: Station) -> None:
    sent = ask(still, "integer")
    keys(still, "-", "5", ENTER)
    assert sent == ["-5"]


def test_minus_is_dont_know_where_the_question_offers_it(still: Station) -> None:
    sent = ask(still, "integer", dk="98")
    keys(still, "-")
    assert sent == ["98"]


def test_a_decimal_that_ends_in_its_point_is_not_finished(still: Station) -> None:
    sent = ask(still, "decimal")
    keys(still, "1", ".", ENTER)
    assert sent == []
    assert "not finished" in still.window.face.interview._hint.text()
    keys(still, "5", ENTER)
    assert sent == ["1.5"]


def test_a_point_comes_first_and_gets_its_nought(still: Station) -> None:
    sent = ask(still, "decimal")
    keys(still, ".", "5", ENTER)
    assert sent == ["0.5"]


def test_dont_know_and_several_do_not_go_together(still: Station) -> None:
    options = (OptionView("1", "tea"), OptionView("2", "rice"), OptionView("98", "does not know"))
    sent = ask(still, "select_multiple", options=options, dk="98")
    keys(still, "1", Qt.Key.Key_F9)
    assert sent == []
    assert "clear it first" in still.window.face.interview._hint.text()
    keys(still, "1", Qt.Key.Key_F9)
    assert sent == ["98"]


def test_the_last_mark_taken_away_is_gone_from_the_screen_too(still: Station) -> None:
    options = (OptionView("1", "tea"), OptionView("2", "rice"), OptionView("98", "does not know"))
    sent = ask(still, "select_multiple", options=options, value="1", dk="98", required=True)
    several = still.window.face.interview.fields.several
    assert several._is_marked("1")
    keys(still, "1")
    assert not several._is_marked("1")
    keys(still, ENTER)
    assert sent == []


def test_a_stored_dont_know_is_no_mark_beside_others(still: Station) -> None:
    options = (OptionView("1", "tea"), OptionView("2", "rice"), OptionView("98", "does not know"))
    sent = ask(still, "select_multiple", options=options, value="98", dk="98")
    keys(still, "1", ENTER)
    assert sent == ["1"]


@pytest.mark.parametrize(
    ("value", "required", "sends"),
    [("98", True, ["98"]), ("", False, [""]), ("", True, []), ("7", True, ["7"])],
)
def test_enter_by_reflex_on_a_long_list_takes_no_line_that_nobody_looked_for(
    still: Station, value: str, required: bool, sends: list[str]
) -> None:
    options = (*(OptionView(f"{n}", f"place {n}") for n in range(40)), OptionView("98", "does not know"))
    sent = ask(still, "select_one", options=options, value=value, dk="98", required=required)
    keys(still, ENTER)
    assert sent == sends


def test_a_stored_order_stands_there_and_enter_keeps_it(still: Station) -> None:
    options = tuple(OptionView(code, code) for code in ("1", "2", "3"))
    sent = ask(still, "rank", options=options, value="3 1 2")
    rank = still.window.face.interview.fields.rank
    assert [rank.buttons[code].accessibleName() for code in "312"] == ["No. 1: 3", "No. 2: 1", "No. 3: 2"]
    keys(still, ENTER)
    assert sent == ["3 1 2"]


def test_a_long_choice_cannot_be_left_by_a_reflex_of_tab(still: Station) -> None:
    options = tuple(OptionView(f"{n}", f"place {n}") for n in range(40))
    sent = ask(still, "select_one", options=options)
    keys(still, "x", "y", ENTER)
    assert sent == []


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_can_be_typed_digit_by_digit_and_comes_back(day: date) -> None:
    digits = day.strftime("%Y%m%d")
    assert all(possible("date", digits[: n + 1]) for n in range(8))
    assert written("date", digits) == day.isoformat()
    assert digits_of(day.isoformat()) == digits


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - typed by people, without a zone
def test_every_minute_can_be_typed_and_comes_back_from_what_is_stored(moment: datetime) -> None:
    digits = moment.strftime("%Y%m%d%H%M")
    assert possible("dateTime", digits)
    assert written("dateTime", digits) == moment.strftime("%Y-%m-%d %H:%M")
    assert digits_of(moment.strftime("%Y-%m-%dT%H:%M:00.000+08:00")) == digits
    assert digits_of(moment.strftime("%H:%M:00.000+08:00")) == digits[8:]


@given(st.from_regex(r"\A[0-9]{8}\Z"))
def test_eight_digits_that_may_be_typed_are_a_day(digits: str) -> None:
    if all(possible("date", digits[: n + 1]) for n in range(8)):
        date.fromisoformat(written("date", digits))


def test_saboteur_a_field_that_takes_any_digit_takes_the_thirtieth_of_february() -> None:
    assert not possible("date", "20230230")
    with pytest.raises(ValueError, match="day"):
        date.fromisoformat(written("date", "20230230"))


def test_the_values_of_a_range() -> None:
    def of(*bounds: str) -> list[str]:
        return scores(QuestionView(name="q", kind="range", read_aloud="", bounds=bounds))  # type: ignore[arg-type]

    assert of("1", "10", "1") == [str(n) for n in range(1, 11)]
    assert of("0", "100", "50") == ["0", "50", "100"]
    assert of("0", "1", "0.5") == []
    assert of("0", "1000000", "1") == [], "too many to know by heart: typed as a number"


def test_no_word_of_the_key_bar_is_cut_at_200_percent(still: Station) -> None:
    still.window.resize(683, 384)
    for iso in ("zh", "en"):
        still.language.use(iso)
        ask(still, "integer", vague=("so-so",), name=f"q-{iso}")
        still.window.draw_words()
        QApplication.processEvents()  # Qt asks for layouts by event
        still.window.grab()
        shown = [button for button in still.window.face.keys._buttons.values() if button.isVisible()]
        cut = [b.accessibleName() for b in shown if b.width() < b.width_of(narrow=b._words.isHidden())]
        assert cut == []
        assert any(not button._words.isHidden() for button in shown)

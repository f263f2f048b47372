"""Typing codes: the 0–10 trap and its relatives, without a window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.inputs.entry import CodeEntry, Nothing, Refused, Taken, Waiting, Why, digit_codes, plain

TEN = [str(score) for score in range(11)]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize("key", ["0", "2", "3", "4", "5", "6", "7", "8", "9"])
def test_every_digit_but_one_is_a_score_at_once(key: str) -> None:
    assert CodeEntry(TEN).key(key) == Taken(key)


def test_one_waits_then_zero_makes_ten() -> None:
    entry = CodeEntry(TEN)
    assert entry.key("1") == Waiting("1", ("0",), enough=True)
    assert entry.key("0") == Taken("10")
    assert entry.key("0") == Taken("0")


def test_one_waits_then_enter_makes_one() -> None:
    entry = CodeEntry(TEN)
    entry.key("1")
    assert entry.enter() == Taken("1")
    assert entry.enter() == Refused(Why.NOTHING)


@pytest.mark.parametrize("key", ["1", "2", "7", "a", " "])
def test_anything_else_after_one_is_refused_and_one_still_waits(key: str) -> None:
    entry = CodeEntry(TEN)
    entry.key("1")
    assert entry.key(key) == Refused(Why.UNFINISHED)
    assert entry.key("0") == Taken("10")


@pytest.mark.parametrize("point", [".", "。", "．"])
def test_a_decimal_point_is_refused_and_forgets_what_was_typed(point: str) -> None:
    entry = CodeEntry(TEN)
    entry.key("1")
    assert entry.key(point) == Refused(Why.DECIMAL)
    assert entry.state == Nothing()


def test_backspace_clears_a_waiting_one() -> None:
    entry = CodeEntry(TEN)
    entry.key("1")
    assert entry.erase() == Nothing()
    assert entry.key("7") == Taken("7")


def test_a_key_outside_a_short_scale_is_refused() -> None:
    assert CodeEntry(["1", "2", "3", "4", "5"]).key("6") == Refused(Why.NOT_A_CODE)


def test_full_width_digits_are_digits() -> None:
    assert CodeEntry(TEN).key("７") == Taken("7")
    assert plain("１２．５－") == "12.5-"


codes = st.sets(st.integers(0, 120).map(str), min_size=1, max_size=40)


@given(codes, st.data(), st.booleans())
def test_typing_any_code_gives_that_code_and_no_other(
    some: set[str], data: st.DataObject, wide: bool
) -> None:
    """Whatever the codes are: its digits, and Enter only where a longer code begins alike, give exactly that code."""
    wanted = data.draw(st.sampled_from(sorted(some)))
    entry = CodeEntry(sorted(some))
    given_codes = []
    for digit in wanted.translate(FULL_WIDTH) if wide else wanted:
        if isinstance(step := entry.key(digit), Taken):
            given_codes.append(step.code)
    if entry.typed and isinstance(step := entry.enter(), Taken):
        given_codes.append(step.code)
    assert given_codes == [wanted]


@given(codes, st.text("0123456789.a１０ ", max_size=12))
def test_no_keys_ever_give_something_that_is_no_code(some: set[str], keys: str) -> None:
    entry = CodeEntry(sorted(some))
    for key in keys:
        step = entry.key(key)
        assert not isinstance(step, Taken) or step.code in some


def test_saboteur_taking_one_at_once_answers_the_next_question() -> None:
    """What the waiting prevents: an entry that commits its first valid code turns "10" into 1 and then 0."""

    class Eager(CodeEntry):
        def key(self, text: str) -> Taken:
            return Taken(text)

    eager, entry = Eager(TEN), CodeEntry(TEN)
    assert [eager.key(key) for key in "10"] == [Taken("1"), Taken("0")]
    assert [step for key in "10" if isinstance(step := entry.key(key), Taken)] == [Taken("10")]


def test_options_without_digits_get_their_place_as_key() -> None:
    assert digit_codes(("male", "female")) == {"1": "male", "2": "female"}
    assert digit_codes(("1", "2", "98")) == {"1": "1", "2": "2", "98": "98"}

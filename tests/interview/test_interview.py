"""An interview is its events: they survive as lines, add up the same however they are cut, and none is ever taken back."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canonical import decode, encode
from app.errors import EvidenceError
from app.interview.events import (
    Answered,
    Event,
    Finished,
    Handled,
    Made,
    Moved,
    Noted,
    Opened,
    Resumed,
    Switched,
    from_line,
    to_line,
)
from app.interview.interview import Interview, apply, document, fold

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.sampled_from(["intro", "age", "q01", "q02", "suggestion"])
IDS = st.text("0123456789abcdef", min_size=16, max_size=16)
WALL = st.integers(0, 2**50)
AT = st.integers(0, 2**40)
SALT = st.text("0123456789abcdef", min_size=64, max_size=64)
LANGUAGE = st.sampled_from(["zh", "en"])
ANSWERED = st.builds(Answered, NAMES, WORDS, SALT, IDS, AT, WALL, st.sampled_from(["", "corrected"]))
OPENED = st.builds(Opened, IDS, IDS, IDS, SALT, LANGUAGE, WALL)
LATER: st.SearchStrategy[Event] = st.one_of(
    ANSWERED,
    st.builds(Resumed, IDS, WALL),
    st.builds(Moved, NAMES, WALL),
    st.builds(Noted, NAMES, WORDS, WALL),
    st.builds(Switched, LANGUAGE, WALL),
    st.builds(Made, st.dictionaries(NAMES, WORDS, max_size=3), WALL),
    st.builds(
        Handled,
        st.sampled_from(["probe", "vague", "kept", "voids", "removed"]),
        NAMES,
        WORDS,
        WORDS,
        st.lists(NAMES, max_size=3),
        IDS,
        AT,
        WALL,
    ),
    st.builds(Finished, st.sampled_from(["39", "60"]), IDS, AT, WALL),
)
HISTORIES = st.tuples(OPENED, st.lists(LATER, max_size=20)).map(lambda pair: [pair[0], *pair[1]])


@given(st.one_of(OPENED, LATER))
def test_an_event_comes_back_from_its_line_as_it_was(event: Event) -> None:
    line = to_line(event)
    assert from_line(line) == event
    assert b"\n" not in line
    assert encode(decode(line)) == line


@given(HISTORIES, st.data())
def test_it_adds_up_the_same_however_the_history_is_cut(history: list[Event], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(history)))
    assert reduce(apply, history[cut:], fold(history[:cut])) == fold(history)
    assert fold([from_line(to_line(event)) for event in history]) == fold(history)


@given(HISTORIES)
def test_nothing_that_was_answered_or_noted_is_ever_taken_out(history: list[Event]) -> None:
    state = fold(history)
    given_answers = [event for event in history if isinstance(event, Answered)]
    assert list(state.trail) == given_answers
    assert list(state.notes) == [event for event in history if isinstance(event, Noted)]
    assert state.values == {event.question: event.value for event in given_answers}
    assert all(state.answers[event.question] in given_answers for event in given_answers)
    resumed = [event.call for event in history if isinstance(event, Resumed)]
    assert list(state.calls) == [history[0].call, *resumed]  # type: ignore[union-attr]


@given(HISTORIES)
def test_it_stands_where_the_last_answer_or_move_was(history: list[Event]) -> None:
    places = [
        e.question if isinstance(e, Answered) else e.to for e in history if isinstance(e, Answered | Moved)
    ]
    assert fold(history).position == (places[-1] if places else "")


@given(HISTORIES)
def test_an_interview_that_goes_on_has_no_outcome_until_it_is_given_one_again(history: list[Event]) -> None:
    outcome = ""
    for event in history:
        outcome = (
            event.outcome if isinstance(event, Finished) else "" if isinstance(event, Resumed) else outcome
        )
    assert fold(history).outcome == outcome


@given(HISTORIES, st.booleans())
def test_the_sealed_document_holds_every_answer_with_its_salt(history: list[Event], rehearsal: bool) -> None:
    state = fold(history)
    sealed = decode(encode(document(state, study="s", version=1, unit="4", rehearsal=rehearsal)))
    assert [(a["question"], a["value"], a["salt"], a["at"]) for a in sealed["trail"]] == [
        (a.question, a.value, a.salt, a.at) for a in state.trail
    ]
    assert {a["question"]: a["value"] for a in sealed["answers"]} == state.values
    assert (sealed["kind"], sealed["v"], sealed["rehearsal"]) == ("interview", 1, int(rehearsal))
    assert sealed["outcome"] == state.outcome


@pytest.mark.parametrize(
    "line",
    [
        b'{"event":"Answered","question":"q01"}',
        b'{"event":"Erased","question":"q01"}',
        b'{"question":"q01"}',
        b'{"event":"Moved","to":"q01","wall":1,"mood":"good"}',
        b'{"event": "Moved","to":"q01","wall":1}',
        b"[]",
        b"",
        b"\xff",
    ],
)
def test_a_line_of_another_version_or_none_at_all_is_refused(line: bytes) -> None:
    with pytest.raises(EvidenceError):
        from_line(line)


def test_an_event_cannot_be_changed() -> None:
    event = Moved("q01", 1)
    with pytest.raises(AttributeError):
        event.to = "q02"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Interview().outcome = "60"  # type: ignore[misc]

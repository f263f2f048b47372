"""Mixing: what was heard once never changes, pieces are where they were laid, and nothing clips."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.timeline import FADE, KNEE, Channel, Piece, Timeline, limited
from hardware.tones import Samples
from tests.hardware.ear import loudness


def loud(start: int, count: int) -> Samples:
    return np.full(count, 20_000, np.int16)


def at(timeline: Timeline, channel: Channel, start: int, count: int) -> float:
    return loudness(timeline.mixed(channel, start, count).astype(float))


def test_silence_is_comfort_noise_and_differs_between_the_sides() -> None:
    timeline = Timeline("seed")
    left, right = (timeline.mixed(channel, 0, 80_000).astype(float) for channel in Channel)
    assert 8 < loudness(left) < 25
    assert 8 < loudness(right) < 25
    assert abs(float(np.corrcoef(left, right)[0, 1])) < 0.05


def test_a_piece_is_heard_on_its_side_in_its_time() -> None:
    timeline = Timeline("seed")
    timeline.add(Piece(Channel.RIGHT, 8000, 16_000, loud))
    assert at(timeline, Channel.RIGHT, 0, 8000) < 25
    assert at(timeline, Channel.RIGHT, 8000 + FADE, 8000 - 2 * FADE) == pytest.approx(20_000, rel=0.01)
    assert at(timeline, Channel.RIGHT, 16_000, 8000) < 25
    assert at(timeline, Channel.LEFT, 8000, 8000) < 25


def test_a_cut_silences_from_now_on_and_drops_what_was_to_come() -> None:
    timeline = Timeline("seed")
    timeline.add(Piece(Channel.RIGHT, 0, 80_000, loud))
    timeline.add(Piece(Channel.LEFT, 20_000, 80_000, loud))
    timeline.cut(10_000)
    assert at(timeline, Channel.RIGHT, FADE, 10_000 - FADE) > 19_000
    assert at(timeline, Channel.RIGHT, 10_000 + FADE, 30_000) < 25
    assert at(timeline, Channel.LEFT, 10_000, 70_000) < 25


def test_cutting_talk_leaves_the_network_alone() -> None:
    timeline = Timeline("seed")
    timeline.add(Piece(Channel.RIGHT, 0, 80_000, loud))
    timeline.add(Piece(Channel.LEFT, 0, 80_000, loud, talk=True))
    timeline.add(Piece(Channel.LEFT, 40_000, 80_000, loud, talk=True))
    timeline.cut(10_000, talk_only=True)
    assert at(timeline, Channel.RIGHT, 20_000, 8000) > 19_000
    assert at(timeline, Channel.LEFT, 20_000, 40_000) < 25


def test_forgetting_loses_nothing_that_can_still_be_heard() -> None:
    timeline = Timeline("seed")
    timeline.add(Piece(Channel.LEFT, 0, 8000, loud))
    timeline.add(Piece(Channel.LEFT, 0, 24_000, loud))
    expected = timeline.mixed(Channel.LEFT, 8000, 20_000)
    timeline.forget(8000)
    assert np.array_equal(timeline.mixed(Channel.LEFT, 8000, 20_000), expected)


Pieces = st.lists(
    st.builds(
        lambda channel, start, length, talk: Piece(channel, start, start + length, loud, talk),
        st.sampled_from(list(Channel)),
        st.integers(0, 3000),
        st.integers(0, 3000),
        st.booleans(),
    ),
    max_size=5,
)


@given(Pieces, st.lists(st.integers(0, 1500), max_size=8))
def test_slices_agree_with_the_whole(pieces: list[Piece], counts: list[int]) -> None:
    timeline = Timeline("seed")
    for piece in pieces:
        timeline.add(piece)
    whole = timeline.mixed(Channel.LEFT, 0, sum(counts))
    start, heard = 0, [np.array([], np.int16)]
    for count in counts:
        heard.append(timeline.mixed(Channel.LEFT, start, count))
        start += count
    assert np.array_equal(whole, np.concatenate(heard))


@given(Pieces, st.integers(0, 6000), st.booleans())
def test_a_cut_changes_nothing_that_was_heard(pieces: list[Piece], now: int, talk_only: bool) -> None:
    timeline = Timeline("seed")
    for piece in pieces:
        timeline.add(piece)
    heard = timeline.mixed(Channel.LEFT, 0, now)
    timeline.cut(now, talk_only=talk_only)
    assert np.array_equal(timeline.mixed(Channel.LEFT, 0, now), heard)


@given(st.lists(st.integers(-400_000, 400_000), min_size=1, max_size=50))
def test_the_limiter_never_clips_and_keeps_order_and_sign(values: list[int]) -> None:
    sound = np.array(sorted(values), np.int32)
    heard = limited(sound)
    assert (np.diff(heard.astype(int)) >= 0).all()
    assert np.abs(heard.astype(int)).max() <= 32_767
    quiet = np.abs(sound) <= KNEE
    assert np.array_equal(heard[quiet], sound[quiet])
    assert ((np.sign(heard) == np.sign(sound)) | (sound == 0)).all()


def test_many_loud_pieces_together_do_not_clip() -> None:
    timeline = Timeline("seed")
    for _ in range(5):
        timeline.add(Piece(Channel.RIGHT, 0, 8000, loud))
    heard = timeline.mixed(Channel.RIGHT, 0, 8000)
    assert KNEE < int(heard.max()) <= 32_767
    assert int(heard.min()) > -100

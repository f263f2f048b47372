"""The network's tones sound as the standard says, whoever slices them in whatever pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.tones import AMPLITUDE, Tone, keypad, repeat
from tests.hardware.ear import cadence, share


@pytest.mark.parametrize(
    ("tone", "milliseconds"),
    [
        (Tone.RINGBACK, [1000, 4000]),
        (Tone.BUSY, [350, 350]),
        (Tone.CONGESTION, [700, 700]),
        (Tone.VACANT, [100, 100, 100, 100, 100, 100, 400, 400]),
        (Tone.WAITING, [400, 4000]),
    ],
)
def test_a_tone_is_told_by_its_cadence(tone: Tone, milliseconds: list[int]) -> None:
    heard = cadence(tone.samples(0, 3 * tone.period).astype(float))
    assert heard == [(place % 2 == 0, length) for place, length in enumerate(milliseconds * 3)]


def test_the_dial_tone_never_pauses() -> None:
    assert cadence(Tone.DIAL.samples(0, 40_000).astype(float)) == [(True, 5000)]


@pytest.mark.parametrize("tone", list(Tone))
def test_every_tone_is_450_hz_at_minus_10_dbm0(tone: Tone) -> None:
    sound = tone.samples(0, 800 if tone is Tone.VACANT else 2800).astype(float)
    assert share(sound, 450) > 0.95
    full_scale_sine = 3.14  # dBm0, ITU-T G.711
    level = full_scale_sine + 20 * np.log10(np.abs(sound).max() / 32768)
    assert level == pytest.approx(-10, abs=0.1)


@pytest.mark.parametrize("tone", list(Tone))
def test_a_period_has_no_seam(tone: Tone) -> None:
    around = tone.samples(tone.period - 100, 200).astype(float)
    steepest = 2 * np.pi * 450 / 8000 * AMPLITUDE
    assert np.abs(np.diff(around)).max() <= steepest * 1.05


@given(st.sampled_from(list(Tone)), st.integers(0, 10**9), st.lists(st.integers(0, 9000), max_size=6))
def test_slices_of_a_tone_fit_together(tone: Tone, start: int, counts: list[int]) -> None:
    whole = tone.samples(start, sum(counts))
    at, pieces = start, []
    for count in counts:
        pieces.append(tone.samples(at, count))
        at += count
    assert np.array_equal(whole, np.concatenate([np.array([], np.int16), *pieces]))


@given(st.integers(1, 50), st.integers(0, 10**6), st.integers(0, 500))
def test_repeating_is_taking_modulo(period: int, start: int, count: int) -> None:
    sound = np.arange(period, dtype=np.int16)
    assert repeat(sound, start, count).tolist() == [index % period for index in range(start, start + count)]


def test_keys_have_their_two_frequencies_and_pauses() -> None:
    sound = keypad("5#").astype(float)
    assert cadence(sound) == [(True, 100), (False, 100), (True, 100), (False, 100)]
    for key, row, column in ((sound[:800], 770, 1336), (sound[1600:2400], 941, 1477)):
        assert share(key, row) > 0.4
        assert share(key, column) > 0.4
    assert len(keypad("")) == 0


def test_a_key_that_no_telephone_has_is_refused() -> None:
    with pytest.raises(ValueError, match="x"):
        keypad("12x")

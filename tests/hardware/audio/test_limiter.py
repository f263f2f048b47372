"""The interviewer's ear: never louder than the ceiling, nothing out of silence at full strength, no howl, no fax; and speech as it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hardware.audio import limiter
from hardware.audio.limiter import Limiter, Safety
from hardware.audio.resample import Floats

RATE = 16_000


def level(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def tone(hertz: float, seconds: float, decibels: float) -> Floats:
    time = np.arange(round(seconds * RATE)) / RATE
    return (level(decibels) * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def speech(seconds: float, decibels: float = -20.0, seed: int = 1) -> Floats:
    """Syllables of coloured noise over a glottal buzz: no tone, no steady level."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = np.cumsum(110 + 15 * np.sin(2 * np.pi * 0.7 * time)) / RATE
    buzz = sum(np.sin(2 * np.pi * number * pitch + number) / number for number in range(1, 25))
    sound = (buzz + 0.4 * random.normal(0, 1, len(time))) * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * time))
    return (sound / np.abs(sound).max() * level(decibels)).astype(np.float32)


def through(sound: Floats, step: int = 160, safety: Safety | None = None) -> Floats:
    safe = Limiter(RATE, safety)
    return np.concatenate([safe.feed(sound[at : at + step]) for at in range(0, len(sound), step)])


def loudest(sound: NDArray[np.float32]) -> float:
    return float(20 * np.log10(np.abs(sound).max() + 1e-9))


@given(st.data(), st.floats(-30, -3), st.integers(7, 999))
@settings(max_examples=40)
def test_nothing_is_ever_above_the_ceiling(data: st.DataObject, ceiling: float, step: int) -> None:
    seed = data.draw(st.integers(0, 999))
    random = np.random.default_rng(seed)
    sound = np.concatenate(
        [
            random.normal(0, random.choice([0.001, 0.1, 1.0, 8.0]), random.integers(1, 2000)).astype(
                np.float32
            )
            for _ in range(data.draw(st.integers(1, 8)))
        ]
    )
    safe = through(sound, step, Safety(ceiling=ceiling))
    assert np.abs(safe).max(initial=0) <= level(ceiling) * 1.0001
    assert len(safe) == len(sound) // 32 * 32, "nothing is lost or added"


def test_speech_comes_through_as_it_is() -> None:
    sound = speech(4)
    safe = through(np.concatenate([speech(1), sound]))[RATE + 32 :]
    assert np.corrcoef(safe[: 3 * RATE], sound[: 3 * RATE])[0, 1] > 0.999
    assert loudest(safe[RATE:]) == pytest.approx(loudest(sound), abs=0.5)


@pytest.mark.parametrize("step", [16, 160, 1600])
def test_it_does_not_matter_how_the_sound_is_sliced(step: int) -> None:
    sound = np.concatenate([speech(0.5), tone(1000, 0.05, 0), speech(0.5, -3)])
    assert through(sound, step)[: len(sound) - 1600] == pytest.approx(
        through(sound)[: len(sound) - 1600], abs=1e-6
    )


def test_a_burst_out_of_silence_begins_softly() -> None:
    quiet = np.zeros(RATE, np.float32)
    safe = through(np.concatenate([quiet, speech(1.5, 0)]))
    burst = safe[RATE : RATE + RATE // 50]
    assert loudest(burst) <= Safety().floor + Safety().leap + 1.5
    assert loudest(safe[RATE + RATE // 2 :]) > -12, "what stays loud is let through little by little"


def test_a_burst_in_soft_speech_is_held_by_the_leash() -> None:
    safe = through(np.concatenate([speech(2, -35), speech(0.05, 0), speech(1, -35)]))
    assert loudest(safe[2 * RATE : 2 * RATE + RATE // 20]) <= -35 + Safety().leap + 4


@pytest.mark.parametrize("hertz", [950, 1100, 2100, 3100])
def test_howl_and_fax_are_turned_down_within_a_fifth_of_a_second(hertz: float) -> None:
    safe = through(np.concatenate([speech(1), tone(hertz, 2, -6)]))
    assert loudest(safe[RATE + RATE // 4 :]) <= Safety().tone + 1


def test_a_growing_howl_is_caught_before_it_hurts() -> None:
    time = np.arange(3 * RATE) / RATE
    howl = (tone(1800, 3, 0) * 10 ** ((-60 + 40 * time) / 20)).astype(np.float32)
    assert loudest(through(howl)) <= Safety().tone + 2


@pytest.mark.parametrize("hertz", [(450,), (697, 1209), (941, 1477)])
def test_ring_back_and_keys_are_heard(hertz: tuple[float, ...]) -> None:
    sound = sum((tone(each, 1, -16) for each in hertz), np.zeros(RATE, np.float32))
    safe = through(np.concatenate([speech(1), sound]))
    assert loudest(safe[RATE + RATE // 2 :]) == pytest.approx(loudest(sound), abs=1)


def test_without_looking_ahead_the_ceiling_would_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur: a limiter that reacts when the peak is already there."""

    def late(self: Limiter, piece: Floats, peak: float, shrill: float) -> Floats:
        need = self._needed(peak, shrill)
        safe, self._gain = (piece * self._gain).astype(np.float32), need
        return safe

    monkeypatch.setattr(limiter.Limiter, "_step", late)
    assert loudest(through(np.concatenate([speech(1), speech(0.2, 0, 3)]))) > Safety().ceiling

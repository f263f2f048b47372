"""What is told of the sound of a call: clipping, silence, one side not heard, echo; each once, and when it is over."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hardware.audio.judgement import Judgement
from hardware.base import AudioBlock

RANDOM = np.random.default_rng(5)


def talk(seconds: float, decibels: float = -20.0) -> NDArray[np.float64]:
    """Syllables of noise."""
    count = round(seconds * 8000)
    shape = np.clip(np.sin(2 * np.pi * 3.1 * np.arange(count) / 8000) + 0.5, 0, 1)
    return RANDOM.normal(0, 10 ** (decibels / 20), count) * shape + room(seconds)


def room(seconds: float) -> NDArray[np.float64]:
    return RANDOM.normal(0, 0.0005, round(seconds * 8000))


def nothing(seconds: float) -> NDArray[np.float64]:
    return np.zeros(round(seconds * 8000))


class Call:
    def __init__(self) -> None:
        self.told: list[tuple[float, str, str, bool]] = []
        self.at = 0
        self.judgement = Judgement(
            lambda what, value, good: self.told.append((self.at / 8000, what, value, good))
        )

    def goes_on(self, left: NDArray[np.float64], right: NDArray[np.float64]) -> "Call":
        for at in range(0, len(left), 400):
            sides = [
                np.clip(np.rint(each[at : at + 400] * 32768), -32768, 32767).astype("<i2")
                for each in (left, right)
            ]
            block = AudioBlock(self.at, sides[0].tobytes(), sides[1].tobytes())
            self.at += block.samples
            self.judgement.listen([block])
        return self

    def whats(self) -> list[tuple[str, str, bool]]:
        return [(what, value, good) for _, what, value, good in self.told]


def test_an_ordinary_conversation_is_not_commented_on() -> None:
    call = Call()
    for _ in range(4):
        call.goes_on(talk(6), room(6)).goes_on(room(5), talk(5))
    assert call.told == []


def test_a_respondent_who_is_not_heard_is_told_within_five_seconds() -> None:
    call = Call().goes_on(talk(5), talk(5)).goes_on(talk(5), nothing(5))
    assert ("one-way", "the respondent is not heard", False) in call.whats()
    assert call.told[0][0] <= 10.0
    call.goes_on(talk(5), talk(5))
    assert call.whats()[-1][2]


def test_an_interviewer_who_is_not_heard_is_told_within_five_seconds() -> None:
    call = Call().goes_on(nothing(5), talk(5))
    assert ("microphone-level", "silent", False) in call.whats()
    assert ("one-way", "the interviewer is not heard", False) in call.whats()
    assert max(when for when, *_ in call.told) <= 5.0


@pytest.mark.parametrize("side", [0, 1])
def test_clipping_is_told_and_when_it_is_over(side: int) -> None:
    loud, usual = talk(3, 6), talk(3)
    call = Call().goes_on(*((loud, usual) if side == 0 else (usual, loud)))
    call.goes_on(talk(6), talk(6))
    what = ("microphone-level", "line-level")[side]
    assert call.whats() == [(what, "clipping", False), (what, "good", True)]


@pytest.mark.parametrize(
    ("delay", "where"), [(0.06, "the headset"), (0.25, "the headset"), (0.18, "the line")]
)
def test_an_echo_is_told_with_its_way_and_delay(delay: float, where: str) -> None:
    voice = talk(9)
    back = 0.15 * np.concatenate([nothing(delay), voice])[: len(voice)] + room(9)
    call = Call().goes_on(*((back, voice) if where == "the headset" else (voice, back)))
    (_, what, value, good) = call.told[0]
    assert (what, good) == ("echo", False)
    assert value.startswith(f"{where}, after {round(delay * 1000)} ms")


def test_a_new_call_begins_with_a_clean_slate() -> None:
    call = Call().goes_on(nothing(5), talk(5))
    call.judgement.begin()
    assert all(good for _, _, good in call.whats()[-2:])
    call.told.clear()
    call.goes_on(talk(3), talk(3))
    assert call.told == []

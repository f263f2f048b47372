"""The sounds that the benchmark of the ear plays: every class, through every codec and noise, from a seed. Voices are espeak-ng's."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from hardware.announcements import Library, Reference
from hardware.base import Cause
from hardware.landmarks import survey
from tests.hardware import corpus
from tests.hardware.corpus import Sound

SNRS = (20, 15, 10, 5, 0)
TONES: dict[str, tuple[tuple[int, ...], float, float]] = {
    "dial": ((0,), 450, 3.5),
    "ringback": ((1000, 4000), 450, 12.5),
    "busy": ((350, 350), 450, 3.2),
    "congestion": ((700, 700), 450, 5.2),
    "vacant": ((100, 100, 100, 100, 100, 100, 400, 400), 450, 5.0),
    "notice": ((200, 200, 200, 600), 450, 5.0),
    "fax": ((500, 3000), 1100, 5.5),
}
"""Cadence, frequency, seconds that are played."""
SAID = {
    "11": "您好，您拨打的号码是空号，请核对后再拨。",
    "12": "您好，您拨打的电话已停机，请稍后再拨。",
    "13": "您好，您拨打的电话已关机，请稍后再拨。",
    "14": "您好，您拨打的电话暂时无法接通，请稍后再拨。",
    "15": "您好，您拨打的用户正在通话中，请稍后再拨。",
    "16": "您好，您拨打的电话暂时无人接听，请稍后再拨。",
    "17": "您好，您拨打的用户正忙，请稍后再拨。",
    "19": "您好，您拨打的用户已呼入限制，请稍后再拨。",
}
"""What networks say, by the outcome it means. Four of them differ from another one by one or two syllables."""
OPERATORS = (("cmn", 230, 50), ("cmn+f2", 230, 50), ("cmn+m3", 210, 45), ("cmn+f4", 250, 60))
"""Voice, speed and pitch of the recordings in the library."""
STRANGERS = (("cmn+f5", 240, 55), ("cmn+m1", 220, 40), ("cmn", 200, 65))
"""The same words by these are not in the library."""
PEOPLE = (
    ("cmn+m1", 200, 40),
    ("cmn+m7", 230, 35),
    ("cmn+f5", 220, 70),
    ("yue", 200, 50),
    ("cmn+f1", 260, 60),
)
ANSWERS = (
    "喂，你好！",
    "喂？哪位？",
    "你好，请讲。",
    "喂，你好，请问你是哪里？",
    "喂，我现在没空，等一下再打。",
    "喂，你找谁啊？你打错了吧。",
)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """kind: what is played. truth: what may be said of it, "" = nothing. library: "whole", or the outcome that it lacks. lead: seconds
    before it begins. answered: it is played after the answer."""

    kind: str
    truth: str
    sound: Sound
    codec: str
    snr: int
    lead: float
    library: str = "whole"
    answered: bool = False


@cache
def _reference(outcome: str, voice: tuple[str, int, int]) -> Reference:
    """As a room gets them: off a line, at 25 dB, through A-law."""
    random = np.random.default_rng([*f"{outcome}{voice}".encode()])
    heard = corpus.a_law(corpus.noisy(corpus.spoken(SAID[outcome], *voice), 25, random))
    return Reference(outcome, Cause.UNKNOWN, survey(heard))


@cache
def library(without: str = "whole") -> Library:
    """All recordings, or all but those of one outcome."""
    return Library([_reference(key, voice) for key in SAID if key != without for voice in OPERATORS])


def trials(seed: int, count: int) -> Iterator[Trial]:
    """So many trials (at least), every class, codec and noise equally often."""
    random = np.random.default_rng(seed)
    makers = (_tone, _tone, _announced, _announced, _lacking, _answer, _stranger, _music)
    each = -(-count // (len(makers) * len(SNRS) * 2))
    for maker in makers:
        for codec in ("a_law", "gsm"):
            for snr in SNRS:
                for number in range(each):
                    yield maker(random, number, codec, snr)


def _played(
    kind: str, truth: str, sound: Sound, codec: str, snr: int, random: np.random.Generator, **more: object
) -> Trial:
    lead = float(random.uniform(0.2, 1.0))
    noisy = corpus.noisy(np.concatenate((corpus.silence(lead), sound)), snr, random)
    heard = corpus.gsm(noisy) if codec == "gsm" else corpus.a_law(noisy)
    return Trial(kind, truth, heard, codec, snr, lead, **more)  # type: ignore[arg-type]


def _tone(random: np.random.Generator, number: int, codec: str, snr: int) -> Trial:
    name = list(TONES)[number % len(TONES)]
    beats, hertz, seconds = TONES[name]
    bent, stretch = hertz * random.uniform(0.975, 1.025), random.uniform(0.9, 1.1)
    sound = corpus.tone(beats, seconds * 1.1, hertz=bent, stretch=stretch)
    return _played(name, name, sound, codec, snr, random)


def _announced(random: np.random.Generator, number: int, codec: str, snr: int) -> Trial:
    outcome, voice = list(SAID)[number % len(SAID)], OPERATORS[int(random.integers(len(OPERATORS)))]
    return _played(f"announced {outcome}", outcome, _thrice(outcome, voice), codec, snr, random)


def _lacking(random: np.random.Generator, number: int, codec: str, snr: int) -> Trial:
    outcome, voice = list(SAID)[number % len(SAID)], OPERATORS[int(random.integers(len(OPERATORS)))]
    sound = _thrice(outcome, voice)[: 12 * 8000]
    return _played("announced, not in the library", "", sound, codec, snr, random, library=outcome)


def _stranger(random: np.random.Generator, number: int, codec: str, snr: int) -> Trial:
    outcome, voice = list(SAID)[number % len(SAID)], STRANGERS[number % len(STRANGERS)]
    sound = _thrice(outcome, voice)[: 8 * 8000]
    return _played("announced by another voice", "", sound, codec, snr, random)


def _answer(random: np.random.Generator, number: int, codec: str, snr: int) -> Trial:
    text, voice = ANSWERS[number % len(ANSWERS)], PEOPLE[int(random.integers(len(PEOPLE)))]
    sound = np.concatenate((corpus.spoken(text, *voice), corpus.silence(2.5)))
    return _played("a person answers", "", sound, codec, snr, random, answered=bool(number % 2))


def _music(random: np.random.Generator, number: int, codec: str, snr: int) -> Trial:
    return _played("music", "music", corpus.music(7, random), codec, snr, random)


def _thrice(outcome: str, voice: tuple[str, int, int]) -> Sound:
    once = np.concatenate((corpus.spoken(SAID[outcome], *voice), corpus.silence(0.7)))
    return np.tile(once, 3)

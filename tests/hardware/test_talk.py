"""Music instead of ringing, and who has answered: a person, a machine, perhaps an assistant."""

import numpy as np

from hardware.listen import Listener
from hardware.tones import Tone
from tests.hardware import corpus
from tests.hardware.test_listen import hear, tones


def test_music_instead_of_ringing_is_named() -> None:
    found = [tones(hear(corpus.music(9, np.random.default_rng(seed)))) for seed in range(6)]
    assert all(each in ([], ["music"]) for each in found)
    assert found.count(["music"]) >= 3


def after_answer(sound: corpus.Sound) -> list[str]:
    """What is heard when the sound begins with the answer, after some ringing."""
    listener = Listener("call")
    listener.feed(corpus.whole(corpus.tone(Tone.RINGBACK.value, 4)).tobytes())
    listener.answered()
    return tones(listener.feed(corpus.whole(sound).tobytes()))


def test_a_greeting_that_goes_on_and_a_beep_are_a_machine() -> None:
    says = np.concatenate((corpus.silence(0.5), corpus.babble("leave a message", 2.5), corpus.silence(0.4)))
    beep = np.concatenate((says, corpus.tone((0,), 0.6, hertz=1000), corpus.silence(1)))
    assert after_answer(beep) == ["machine"]
    assert after_answer(corpus.babble("a long greeting", 6)) == ["machine"]


def test_somebody_who_speaks_at_once_and_then_waits_may_be_an_assistant() -> None:
    opening = np.concatenate((corpus.babble("I am the assistant of", 4.1), corpus.silence(3)))
    assert after_answer(opening) == ["assistant"]


def test_a_person_who_answers_is_no_machine() -> None:
    for seconds in (0.6, 1.2, 2.2, 3.0):
        hello = np.concatenate((corpus.silence(0.6), corpus.babble("hello", seconds), corpus.silence(4)))
        assert after_answer(np.concatenate((hello, corpus.babble("who is this", 2), corpus.silence(3)))) == []

"""What the line says, heard by the listener: tones in every tolerance, and nothing where there is nothing."""

from itertools import cycle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.announcements import Library, Reference
from hardware.base import RATE, Announcement, Cause, LineEvent, ToneHeard
from hardware.landmarks import survey
from hardware.listen import Listener
from hardware.tones import Tone, keypad
from hardware.voices import INTERVIEWER, OPERATOR, RESIDENT, voice
from tests.hardware import corpus

CADENCES = {
    "dial": (Tone.DIAL.value, 4.0),
    "ringback": (Tone.RINGBACK.value, 13.0),
    "busy": (Tone.BUSY.value, 4.0),
    "congestion": (Tone.CONGESTION.value, 6.5),
    "vacant": (Tone.VACANT.value, 6.0),
    "notice": ((200, 200, 200, 600), 6.0),
    "waiting": (Tone.WAITING.value, 11.0),
}


def hear(sound: corpus.Sound) -> list[LineEvent]:
    """All that a fresh listener says of a sound."""
    listener = Listener("call")
    return listener.feed(corpus.whole(sound).tobytes())


def tones(events: list[LineEvent]) -> list[str]:
    """The names of the tones heard."""
    return [event.tone for event in events if isinstance(event, ToneHeard)]


@pytest.mark.parametrize("name", CADENCES)
@pytest.mark.parametrize(("hertz", "stretch"), [(450, 1.0), (427, 0.9), (473, 1.1)])
@pytest.mark.parametrize("snr", [20, 0])
def test_a_network_tone_is_told_by_its_cadence(name: str, hertz: float, stretch: float, snr: float) -> None:
    beats, seconds = CADENCES[name]
    random = np.random.default_rng([hertz, snr])
    sound = np.concatenate((corpus.silence(0.7), corpus.tone(beats, seconds, hertz=hertz, stretch=stretch)))
    events = hear(corpus.a_law(corpus.noisy(sound, snr, random)))
    assert tones(events) == [name]


@pytest.mark.parametrize("hertz", [350, 400, 500, 620])
def test_another_frequency_with_the_same_cadence_is_no_tone_of_this_network(hertz: float) -> None:
    for beats, seconds in CADENCES.values():
        assert tones(hear(corpus.tone(beats, seconds, hertz=hertz))) == []


@pytest.mark.parametrize("beats", [(350, 700), (250, 250), (500, 500), (1000, 2000), (900, 900)])
def test_another_cadence_of_the_same_frequency_is_no_tone_of_this_network(beats: tuple[int, ...]) -> None:
    assert tones(hear(corpus.tone(beats, 12))) == []


def test_one_cycle_is_not_enough() -> None:
    once = np.concatenate((corpus.tone((350, 350), 0.7), corpus.silence(3)))
    assert tones(hear(once)) == []
    assert tones(hear(np.concatenate((corpus.tone((350, 350), 1.3), corpus.silence(3))))) == []


def test_a_busy_tone_is_known_within_two_seconds_and_tells_where_it_was() -> None:
    sound = np.concatenate((corpus.silence(1), corpus.tone(Tone.BUSY.value, 5)))
    (event,) = hear(sound)
    assert isinstance(event, ToneHeard)
    assert (
        event.mono <= 2700
    )  # 1 s of nothing, two cycles of 0.7 s and what it takes to be sure that a third begins
    assert abs(event.at - RATE) <= 160
    assert event.confidence >= 90
    assert event.call_id == "call"


def test_a_tone_is_told_once_and_again_after_it_was_gone() -> None:
    busy = corpus.tone(Tone.BUSY.value, 4.2)
    assert tones(hear(np.concatenate((busy, busy)))) == ["busy"]
    assert tones(hear(np.concatenate((busy, corpus.silence(3), busy)))) == ["busy", "busy"]


def test_ringing_that_becomes_a_busy_tone_is_told_as_both() -> None:
    sound = np.concatenate((corpus.tone(Tone.RINGBACK.value, 15), corpus.tone(Tone.BUSY.value, 3)))
    assert tones(hear(sound)) == ["ringback", "busy"]


@pytest.mark.parametrize("snr", [20, 10, 0])
def test_a_fax_machine_is_known_by_its_calling_and_its_answering_tone(snr: float) -> None:
    random = np.random.default_rng(snr)
    calling, answering = corpus.tone((500, 3000), 8, hertz=1100), corpus.tone((0,), 3, hertz=2100)
    turned = answering * np.sign(np.sin(2 * np.pi * np.arange(len(answering)) / RATE / 0.9) + 1e-9)
    for sound in (calling, answering, turned):
        assert tones(hear(corpus.a_law(corpus.noisy(sound, snr, random)))) == ["fax"]


def test_keys_pressed_are_no_tones() -> None:
    random = np.random.default_rng(7)
    keys = keypad("0123456789*#" * 5).astype(float)
    for snr in (30, 10, 0):
        assert set(tones(hear(corpus.noisy(keys, snr, random)))) <= {"speech"}


def test_voices_are_no_tones() -> None:
    for speaker in (INTERVIEWER, RESIDENT, OPERATOR):
        for seed in ("a", "b"):
            assert not set(tones(hear(voice(speaker, seed).samples(0, 60 * RATE).astype(float)))) & {
                *CADENCES
            }


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 99), st.lists(st.integers(1, 9000), min_size=1, max_size=9))
def test_however_the_sound_is_sliced_the_same_is_heard(seed: int, sizes: list[int]) -> None:
    random = np.random.default_rng(seed)
    parts = [corpus.tone(beats, seconds) for beats, seconds in (CADENCES["busy"], CADENCES["vacant"])]
    sound = corpus.whole(corpus.noisy(np.concatenate(parts), 10, random)).tobytes()
    at_once = Listener("call")
    expected = at_once.feed(sound)
    assert len(expected) == 2
    sliced, got, at = Listener("call"), [], 0
    for size in cycle(sizes):
        got += sliced.feed(sound[at : at + size])
        at += size
        if at >= len(sound):
            break
    assert got == expected


def test_a_clip_can_be_cut_before_the_answer_and_never_after_it() -> None:
    sound = corpus.whole(np.concatenate((corpus.tone(Tone.BUSY.value, 4), corpus.tone((0,), 3, hertz=700))))
    listener = Listener("call")
    listener.feed(sound[: 4 * RATE].tobytes())
    assert listener.clip(RATE, RATE) == sound[RATE : 2 * RATE].tobytes()
    listener.answered()
    listener.feed(sound[4 * RATE :].tobytes())
    assert listener.clip(0, 10 * RATE) == b""
    assert listener.overheard()[1] == b""


def test_an_announcement_of_the_library_is_known_and_its_sister_is_not() -> None:
    """Two recordings that begin alike: each is known; a third one that the library has not is never taken for one of them."""
    end = corpus.babble("please dial later", 2)
    said = {
        key: np.concatenate((corpus.babble("hello, the number", 2), corpus.babble(key, 0.4), end))
        for key in ("11", "13", "12")
    }
    causes = {"11": Cause.VACANT, "13": Cause.POWERED_OFF}
    library = Library([Reference(key, cause, survey(said[key])) for key, cause in causes.items()])
    random = np.random.default_rng(11)
    for key, sound in said.items():
        listener = Listener("call", library)
        heard = corpus.a_law(corpus.noisy(np.concatenate((corpus.silence(0.43), sound)), 15, random))
        events = listener.feed(corpus.whole(np.concatenate((heard, corpus.silence(1)))).tobytes())
        found = [event for event in events if isinstance(event, Announcement)]
        assert [(each.label, each.cause) for each in found] == ([(key, causes[key])] if key in causes else [])
        if found:
            clip = listener.clip(found[0].at, found[0].samples)
            assert len(clip) == 2 * found[0].samples > 4 * RATE
            assert found[0].confidence > 80

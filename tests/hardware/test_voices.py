"""The voices are speech-like, clearly different, repeatable, and nothing that a tone detector takes for a tone."""

import numpy as np
import pytest

from hardware.tones import HERTZ
from hardware.voices import INTERVIEWER, OPERATOR, PEAK, RESIDENT, Speaker, Voice
from tests.hardware.ear import Heard, cadence, loudness, pitch, share

SECONDS = 30
EVERYBODY = pytest.mark.parametrize("speaker", [INTERVIEWER, RESIDENT, OPERATOR])


def said(speaker: Speaker, seed: str = "2017", start: int = 0) -> Heard:
    return Voice(speaker, seed).samples(start, SECONDS * 8000).astype(float)


@EVERYBODY
@pytest.mark.parametrize("seed", ["", "2017", "种子"])
def test_a_voice_talks_in_phrases_with_pauses(speaker: Speaker, seed: str) -> None:
    runs = cadence(said(speaker, seed))
    pauses = [length for sounding, length in runs if not sounding and length >= 150]
    assert 10 <= len(pauses) <= 40
    silent = sum(pauses) / (SECONDS * 1000)
    assert 0.1 < silent < 0.4


@EVERYBODY
def test_a_voice_speaks_in_syllables(speaker: Speaker) -> None:
    envelope = np.abs(said(speaker)).reshape(-1, 80).mean(axis=1)  # 100 values a second
    power = np.abs(np.fft.rfft(envelope - envelope.mean())) ** 2
    frequency = np.fft.rfftfreq(len(envelope), 0.01)
    syllables = power[(frequency > 2.5) & (frequency < 7)].mean()
    assert syllables > 20 * power[frequency > 15].mean()


@EVERYBODY
def test_a_voice_stays_in_the_telephone_band_and_is_well_levelled(speaker: Speaker) -> None:
    sound = said(speaker)
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequency = np.fft.rfftfreq(len(sound), 1 / 8000)
    assert power[frequency < 3400].sum() > 0.95 * power.sum()
    assert np.abs(sound).max() <= PEAK
    assert 1000 < loudness(sound) < 5000


def test_interviewer_and_resident_cannot_be_taken_for_each_other() -> None:
    interviewer, resident = pitch(said(INTERVIEWER)), pitch(said(RESIDENT))
    assert 170 < interviewer < 260
    assert 90 < resident < 150
    assert pitch(said(OPERATOR)) > 200


@EVERYBODY
def test_no_voice_is_heard_as_a_tone_of_the_network(speaker: Speaker) -> None:
    frames = said(speaker).reshape(-1, 800)  # 100 ms
    tonal = [bool(loudness(frame) > 300 and share(frame, HERTZ) > 0.8) for frame in frames]
    assert (
        max(len(run) for run in "".join("x" if each else " " for each in tonal).split(" ")) < 7
    )  # less than a busy cycle


def test_the_same_seed_says_the_same_and_another_one_something_else() -> None:
    assert np.array_equal(said(RESIDENT, "a"), said(RESIDENT, "a"))
    assert not np.array_equal(said(RESIDENT, "a"), said(RESIDENT, "b"))


@EVERYBODY
def test_every_phrase_begins_with_sound_after_a_pause(speaker: Speaker) -> None:
    voice = Voice(speaker, "2017")
    for number in range(20):
        begins = voice.phrase(number) + len(voice._loop)
        assert loudness(voice.samples(begins, 1600).astype(float)) > 300
        assert loudness(voice.samples(begins - 1600, 1600).astype(float)) == 0


def test_one_can_listen_for_ever_in_any_pieces() -> None:
    voice = Voice(INTERVIEWER, "2017")
    whole = voice.samples(0, 400_000)
    pieces = [voice.samples(start, 3_333) for start in range(0, 400_000 - 3_333, 3_333)]
    together = np.concatenate(pieces)
    assert np.array_equal(whole[: len(together)], together)

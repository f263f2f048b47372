"""The ear over the generated corpus: no wrong label in more than two thousand trials, and as much recall as the documentation says."""

import numpy as np
import pytest

from hardware.tones import Tone
from tests.benchmarks.hearing import hear, measure, recall
from tests.benchmarks.hearing_corpus import TONES, Trial
from tests.hardware import corpus, spandsp

SEED = 12340
needs_voices = pytest.mark.skipif(bool(corpus.missing()), reason=f"{corpus.missing()} is not installed")


@pytest.mark.real
@pytest.mark.long
@needs_voices
def test_two_thousand_trials_without_a_wrong_label() -> None:
    rows, results = measure(SEED, 2000)
    print("\n".join(f"{row.what}  {row.value}" for row in rows))
    assert len(results) >= 2000
    assert [
        (each.trial.kind, each.trial.library, each.trial.codec, each.trial.snr, each.said)
        for each in results
        if each.wrong
    ] == []
    known = [each for each in results if each.trial.library == "whole"]
    tones = [each for each in known if each.trial.kind in TONES]
    assert recall(tones, 16) >= 0.97
    clear = [
        each
        for each in known
        if each.trial.truth.isdigit() and each.trial.codec == "a_law" and each.trial.snr >= 15
    ]
    assert recall(clear, 16) >= 0.8
    assert recall(clear, 6) >= 0.5


def test_saboteur_a_wrong_label_would_be_counted() -> None:
    """A busy tone that is said to be nothing: the benchmark must call what it hears wrong."""
    sound = np.concatenate((corpus.silence(0.5), corpus.tone(Tone.BUSY.value, 4)))
    trial = Trial("busy", "", corpus.a_law(sound), "a_law", 99, 0.5)
    heard = hear(trial)
    assert heard.wrong == ["busy"]
    assert heard.after is None


@pytest.mark.real
def test_spandsp_hears_the_same_tones() -> None:
    """libspandsp's super_tone_rx as a second opinion. A vote, not a truth: it is content with one cycle, so it is asked for its first
    answer to a clear tone only."""
    if not spandsp.present():
        pytest.skip("libspandsp2 is not installed")
    for tone in spandsp.NAMES:
        beats, _, seconds = TONES[tone]
        sound = corpus.tone(beats, seconds)
        vote = spandsp.votes(corpus.whole(sound))
        ours = hear(Trial(tone, tone, np.concatenate((corpus.silence(0.3), sound)), "none", 99, 0.3))
        assert [label for label, _ in ours.said] == [tone]
        assert vote.most_common(1)[0][0] == tone

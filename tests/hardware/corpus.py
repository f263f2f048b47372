"""Sounds to hear, made here and never downloaded: network tones with every tolerance, noise, codecs, espeak-ng voices, made-up music.

Everything comes from a seed. Voices need espeak-ng, GSM 06.10 needs sox: `missing()` says which program is not there.
"""

import io
import shutil
import subprocess
import wave
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hardware.base import RATE

Sound = NDArray[np.float64]
"""One channel at 8000 Hz, in steps of int16."""

LEVEL = 5000.0
"""Amplitude of a tone, about −13 dBm0."""


def missing() -> str:
    """The program that voices and codecs need and that is not installed; "" when all are."""
    return next((name for name in ("espeak-ng", "sox") if shutil.which(name) is None), "")


def tone(beats: Sequence[int], seconds: float, *, hertz: float = 450.0, stretch: float = 1.0) -> Sound:
    """A cadence (ms on, off, …; (0,) = continuous) with its lengths stretched."""
    sound = np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE) * LEVEL
    edges = np.cumsum([each * stretch * RATE / 1000 for each in beats])
    if edges[-1]:
        place = np.arange(len(sound)) % edges[-1]
        sound[np.searchsorted(edges, place, side="right") % 2 == 1] = 0
    return sound


def noisy(sound: Sound, snr: float, random: np.random.Generator) -> Sound:
    """With white noise so many dB below the sound where it sounds."""
    loud = np.abs(sound) > 0.02 * np.abs(sound).max(initial=1.0)
    power = float(np.mean(sound[loud] ** 2)) if loud.any() else LEVEL**2 / 2
    return sound + random.normal(0, np.sqrt(power / 10 ** (snr / 10)), len(sound))


def whole(sound: Sound) -> NDArray[np.int16]:
    """int16, clipped as a line card clips."""
    return np.clip(np.round(sound), -32768, 32767).astype("<i2")


def a_law(sound: Sound) -> Sound:
    """Through G.711 A-law and back (ITU-T G.711, 13 segments)."""
    size = np.minimum(np.abs(whole(sound)).astype(np.int32) >> 4, 2047)  # 12 bits with sign
    segment = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 4, 0)
    step = np.where(segment > 0, segment, 1)
    back = ((size >> step) << step) + (1 << (step - 1))
    return np.sign(sound) * (back << 4)


def gsm(sound: Sound) -> Sound:
    """Through GSM 06.10 full rate and back, by sox."""
    raw = ("-t", "raw", "-r", str(RATE), "-c", "1", "-e", "signed", "-b", "16")
    there = ("sox", "-D", *raw, "-", "-t", "gsm", "-")
    back = ("sox", "-D", "-t", "gsm", "-r", str(RATE), "-c", "1", "-", *raw, "-")
    coded = subprocess.run(there, input=whole(sound).tobytes(), capture_output=True, check=True).stdout
    out = subprocess.run(back, input=coded, capture_output=True, check=True).stdout
    decoded = np.frombuffer(out, "<i2").astype(float)[: len(sound)]
    return np.pad(decoded, (0, len(sound) - len(decoded)))


@lru_cache(maxsize=400)
def spoken(text: str, voice: str = "cmn", speed: int = 160, pitch: int = 50) -> Sound:
    """espeak-ng says it, telephone band, ±9000 at its loudest. Do not write to it."""
    command = ("espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", text)
    said = subprocess.run(command, capture_output=True, check=True).stdout
    narrow = ("sox", "-D", "-t", "wav", "-", "-r", str(RATE), "-c", "1", "-b", "16", "-t", "wav", "-")
    data = subprocess.run((*narrow, "sinc", "250-3500"), input=said, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(data.replace(b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"))) as file:
        sound = np.frombuffer(file.readframes(10**8), "<i2").astype(float)
    sound = sound * 9000 / max(np.abs(sound).max(), 1.0)
    sound.setflags(write=False)
    return sound


def babble(seed: str, seconds: float) -> Sound:
    """Recorded words without a recording: short sounds of a few frequencies each, always the same for a seed."""
    random = np.random.default_rng([*seed.encode()])
    parts = []
    while sum(map(len, parts)) < seconds * RATE:
        time = np.arange(random.integers(400, 1000)) / RATE
        waves = [np.sin(2 * np.pi * hertz * time) for hertz in random.uniform(280, 3300, 4)]
        parts.append(np.sum(waves, axis=0) * np.hanning(len(time)) * random.uniform(1200, 2400))
    return np.concatenate(parts)[: round(seconds * RATE)]


def music(seconds: float, random: np.random.Generator) -> Sound:
    """A melody over chords with decaying notes and sometimes a beat: what plays instead of ringing."""
    count = round(seconds * RATE)
    sound = np.zeros(count + RATE * 4)
    scale = 220 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14, 16, 19, 21]) / 12) * random.uniform(0.9, 1.2)
    beat = round(RATE * random.uniform(0.2, 0.5))
    partials, decay = random.integers(2, 7), random.uniform(0.3, 2.0)
    drums = random.random() < 0.5
    for number, at in enumerate(range(0, count, beat)):
        notes = [random.choice(scale)] if number % 4 else list(random.choice(scale, 3, replace=False) / 1.0)
        for hertz in notes:
            length = min(beat * int(random.integers(1, 5)), len(sound) - at)
            time = np.arange(length) / RATE
            shape = (
                np.minimum(time / 0.01, 1)
                * np.exp(-time / decay)
                * np.minimum((length / RATE - time) / 0.02, 1)
            )
            for partial in range(1, partials + 1):
                if partial * hertz < 3400:
                    sound[at : at + length] += np.sin(2 * np.pi * partial * hertz * time) * shape / partial
        if drums and number % 2 == 0:
            sound[at : at + 800] += random.normal(0, 0.5, 800) * np.exp(-np.arange(800) / 200)
    sound = sound[:count]
    return sound * 9000 / max(np.abs(sound).max(), 1.0)


def silence(seconds: float) -> Sound:
    """Nothing at all."""
    return np.zeros(round(seconds * RATE))

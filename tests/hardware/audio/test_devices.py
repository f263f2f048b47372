"""Devices are found by what they are called, wherever they were plugged in, and never mistaken; formats come out as one channel."""

import numpy as np
import pytest

from hardware.audio.devices import RATES, Device, Format, find, formats, plain
from tests.hardware.audio.sound_system import Socket, Workplace

WINDOWS = [
    Device("Microsoft Sound Mapper - Input", "MME", 0, 2, 0, usual_in=True),
    Device("Headset Microphone (2- Jabra Ev", "MME", 1, 1, 0),
    Device("Headset Microphone (2- Jabra Evolve 20)", "Windows DirectSound", 5, 1, 0),
    Device("Headset Microphone (2- Jabra Evolve 20)", "Windows WASAPI", 9, 1, 0, usual_in=True),
    Device("Headset Earphone (2- Jabra Evolve 20)", "Windows WASAPI", 10, 0, 2, usual_out=True),
    Device("Headset Microphone (Jabra Evolve 20)", "Windows WDM-KS", 14, 1, 0),
]
LINUX = [
    Device("USB Audio Device: - (hw:2,0)", "ALSA", 3, 1, 2),
    Device("Webcam: USB Audio (hw:1,0)", "ALSA", 2, 2, 0),
    Device("default", "ALSA", 7, 32, 32, usual_in=True, usual_out=True),
]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("Headset Microphone (Jabra Evolve 20)", 9),
        ("Headset Microphone (3- Jabra Evolve 20)", 9),
        ("Headset Microphone (Jabra Evolve 20), Windows DirectSound", 5),
        ("Headset Microphone (Jabra Evolve 20), Windows WDM-KS", 14),
        ("Headset Microphone (2- Jabra Evolve 20), MME", 1),  # cut after 31 characters
        ("", 9),
    ],
)
def test_a_windows_device_is_found_under_its_name(wanted: str, index: int) -> None:
    found = find(wanted, WINDOWS, speaks=False)
    assert found is not None
    assert found.index == index


@pytest.mark.parametrize(
    ("wanted", "index"), [("USB Audio Device: - (hw:1,0)", 3), ("USB Audio Device: -", 3), ("", 7)]
)
def test_a_linux_device_is_found_whatever_its_number_is_now(wanted: str, index: int) -> None:
    found = find(wanted, LINUX, speaks=False)
    assert found is not None
    assert found.index == index


@pytest.mark.parametrize(
    "wanted", ["Headset Microphone", "Jabra", "Headset Microphone (Jabra Evolve 30)", "9"]
)
def test_a_name_that_only_resembles_is_not_taken(wanted: str) -> None:
    assert find(wanted, WINDOWS, speaks=False) is None


def test_a_speaker_is_no_microphone() -> None:
    assert find("Headset Earphone (Jabra Evolve 20)", WINDOWS, speaks=False) is None
    assert find("Webcam: USB Audio", LINUX, speaks=True) is None


def test_what_changes_when_it_is_plugged_in_elsewhere_is_no_part_of_the_name() -> None:
    assert plain("USB Audio (hw:3,1)") == plain("USB Audio (plughw:0,0)") == "USB Audio"
    assert plain("Microphone (12- USB)") == "Microphone (USB)"
    assert plain("2- USB") == "USB"


def test_the_device_s_own_rate_is_tried_first_and_every_other_after_it() -> None:
    tried = formats(44_100, 2)
    assert tried[0] == (44_100, 1, False)
    assert {rate for rate, _, _ in tried} == set(RATES)
    assert {count for _, count, _ in tried} == {1, 2}
    assert {floats for _, _, floats in tried} == {False, True}
    assert {count for _, count, _ in formats(48_000, 1)} == {1}


@pytest.mark.parametrize("floats", [False, True])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_format_comes_back_as_the_same_sound(channels: int, floats: bool) -> None:
    sound = np.sin(np.arange(480) / 9).astype(np.float32) * np.float32(0.9)
    form = Format(48_000, channels, floats)
    assert len(form.block(sound)) == 480 * form.frame
    assert form.heard(form.block(sound)) == pytest.approx(sound, abs=2 / 32768)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("floats", [False, True])
def test_a_device_of_any_format_is_recorded_as_it_sounds(rate: int, channels: int, floats: bool) -> None:
    def tone(start: int, count: int) -> np.ndarray:
        return (0.5 * np.sin(2 * np.pi * 700 * np.arange(start, start + count) / rate)).astype(np.float32)

    place = Workplace(
        Socket("Mic", Format(rate, channels, floats), channels, sounds=tone), microphone="Mic", ear="-"
    )
    place.sound.start("call")
    place.advance(1000)
    heard = np.frombuffer(b"".join(block.left for block in place.sound.poll()), "<i2")
    power = np.abs(np.fft.rfft(heard[:7600] * np.hanning(7600)))
    assert np.argmax(power) == pytest.approx(700 * 7600 / 8000, abs=1)
    assert np.abs(heard).max() == pytest.approx(16_384, rel=0.02)

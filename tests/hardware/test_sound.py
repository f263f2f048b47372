"""The sound of a workplace on simulated devices: complete, on time, and honest about what is missing."""

import pytest

from tests.hardware.audio.sound_system import Workplace, adapter, headset
from tests.hardware.contract import SoundBench, SoundContract


def workplace() -> Workplace:
    return Workplace(headset(), adapter(), microphone="Headset", ear="Headset", line_in="Line adapter")


class TestContract(SoundContract):
    @pytest.fixture
    def bench(self) -> SoundBench:
        place = workplace()
        return SoundBench(place.sound, place.advance, tolerance=30 * 8)


def test_devices_are_opened_by_themselves() -> None:
    place = workplace()
    assert sorted(stream.socket.name for stream in place.system.open) == [
        "Headset",
        "Headset",
        "Line adapter",
    ]
    assert place.conditions() == []

"""The sound of a workplace on simulated devices: complete, on time, and honest about what is missing."""

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from hardware.audio import place as place_module
from hardware.audio.devices import Format
from hardware.audio.resample import Floats
from hardware.base import AudioBlock, Condition
from tests.hardware.audio.sound_system import Socket, Workplace, adapter, headset
from tests.hardware.contract import SoundBench, SoundContract, check_sound


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


def talking(place: Workplace, milliseconds: int, step: int = 50) -> list[AudioBlock]:
    """What is recorded in so many ms, looked at as the worker does."""
    blocks: list[AudioBlock] = []
    for _ in range(0, milliseconds, step):
        place.advance(step)
        blocks += place.sound.poll()
    return blocks


def call(place: Workplace) -> Workplace:
    place.sound.start("call")
    place.conditions()
    return place


def gap(blocks: list[AudioBlock]) -> int:
    """ms of silence put in."""
    return round(sum(block.gap for block in blocks) / 8)


def test_a_pulled_headset_is_noticed_within_half_a_second_and_the_recording_goes_on() -> None:
    place = call(workplace())
    talking(place, 1000)
    place.system.sockets["Headset"].plugged = False
    blocks = talking(place, 500)
    assert ("microphone", "lost", False) in place.conditions()
    blocks += talking(place, 5500)
    assert gap(blocks) == pytest.approx(6000, abs=60)
    assert any(block.right.strip(b"\0") for block in blocks[-3:]), "the line is recorded all the same"


def test_a_headset_plugged_in_again_is_opened_by_name_and_everything_goes_on() -> None:
    place = call(workplace())
    blocks = talking(place, 1000)
    place.system.sockets["Headset"].plugged = False
    blocks += talking(place, 3000)
    place.system.sockets["Headset"].plugged = True
    blocks += talking(place, 6000)
    told = place.conditions()
    assert {("ear", "good", True), ("microphone", "good", True)} <= set(told)
    assert check_sound(blocks) == pytest.approx(80_000, abs=400)
    assert 3000 <= gap(blocks) <= 6000
    assert not any(block.gap for block in blocks[-10:])


def test_a_new_device_is_found_in_mid_call_without_renewing_the_list_for_nothing() -> None:
    place = workplace()
    place.system.sockets["Line adapter"].plugged = False
    place.advance(4000)
    call(place)
    assert place.system.rescans > 0, "between calls the list may be renewed"
    before = place.system.rescans
    talking(place, 6000)
    assert place.system.rescans == before, "the healthy microphone is left alone while nobody is back"
    place.system.sockets["Line adapter"].plugged = True
    blocks = talking(place, 20_000)
    assert place.system.rescans == before + 1
    assert ("line-audio", "good", True) in place.conditions()
    assert not any(block.gap for block in blocks[-10:])


def test_a_stream_that_was_moved_to_another_device_is_not_recorded() -> None:
    place = call(workplace())
    talking(place, 1000)
    adapter = place.system.sockets["Line adapter"]
    adapter.moved_to, adapter.refuses = "Somebody's webcam", True
    blocks = talking(place, 5000)
    assert ("line-audio", "moved to Somebody's webcam", False) in place.conditions()
    assert not blocks[-1].right.strip(b"\0"), "better silence than a stranger's voice"
    adapter.moved_to, adapter.refuses = "", False
    blocks = talking(place, 5000)
    assert blocks[-1].right.strip(b"\0")


def test_a_stream_of_which_it_was_not_known_at_once_whose_it_is_is_watched_all_the_same() -> None:
    place = workplace()
    adapter = place.system.sockets["Line adapter"]
    adapter.plugged = False
    place.advance(4000)
    adapter.plugged = adapter.nameless = True
    place.advance(8000)
    call(place)
    talking(place, 3000)
    adapter.nameless = False
    talking(place, 3000)
    adapter.moved_to, adapter.refuses = "Somebody's webcam", True
    talking(place, 5000)
    assert ("line-audio", "moved to Somebody's webcam", False) in place.conditions()


def test_a_line_that_opens_again_and_gives_nothing_does_not_hold_up_the_microphone() -> None:
    place = call(workplace())
    blocks = talking(place, 1000)
    adapter = place.system.sockets["Line adapter"]
    adapter.moved_to = "Somebody's webcam"
    blocks += talking(place, 2500)
    adapter.moved_to, adapter.silent = "", True
    blocks += talking(place, 11_000)
    assert check_sound(blocks) == pytest.approx(14_500 * 8, abs=1100 * 8), "written, not only kept in memory"
    assert all(block.left.strip(b"\0") for block in blocks), "the microphone is recorded all the same"
    assert all(block.gap for block in blocks[-5:])
    adapter.silent = False
    blocks += talking(place, 5000)
    assert check_sound(blocks) == pytest.approx(19_500 * 8, abs=400)
    assert blocks[-1].right.strip(b"\0")
    assert not any(block.gap for block in blocks[-10:])


def test_another_device_is_never_taken_instead() -> None:
    place = Workplace(Socket("Webcam"), microphone="Headset", ear="-")
    assert place.system.open == []
    assert place.conditions() == [("microphone", "not there", False)]


def test_overflow_is_a_gap_of_the_right_length() -> None:
    place = call(workplace())
    blocks = talking(place, 3000)
    place.system.stream("Line adapter").lose(340)
    blocks += talking(place, 3000)
    assert gap(blocks) == 340
    assert check_sound(blocks) == pytest.approx(48_000, abs=300)


def test_a_change_of_rate_when_the_device_comes_back_changes_nothing_in_the_recording() -> None:
    place = call(workplace())
    talking(place, 1000)
    socket = place.system.sockets["Line adapter"]
    socket.plugged = False
    talking(place, 2000)
    socket.form, socket.plugged = Format(44_100, 2, floats=True), True
    blocks = talking(place, 6000)
    assert max(np.frombuffer(blocks[-1].right, "<i2")) == pytest.approx(8192, abs=40)


def test_a_process_that_slept_does_not_declare_its_devices_dead() -> None:
    place = call(workplace())
    talking(place, 1000)
    place.clock.advance(30_000)  # nobody ran: neither callbacks nor watchers
    place.sound.pump()
    place.sound.mend()
    assert place.conditions() == []
    assert len(place.system.open) == 3


def test_a_watch_without_attention_would_take_sleep_for_death(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur: quiet measured by the clock on the wall."""
    monkeypatch.setattr(place_module, "ATTENTION", 1_000_000)
    place = call(workplace())
    talking(place, 1000)
    place.clock.advance(30_000)
    place.sound.pump()
    assert ("microphone", "lost", False) in place.conditions()


@pytest.mark.parametrize("stall", [2000, pytest.param(30_000, marks=pytest.mark.long)])
def test_a_stall_in_the_consumer_loses_nothing(stall: int) -> None:
    place = call(workplace())
    blocks = [*talking(place, 1000), *talking(place, stall, step=stall), *talking(place, 1000)]
    assert gap(blocks) == 0
    assert check_sound(blocks) == pytest.approx(8 * (2000 + stall), abs=300)


def test_a_muted_interviewer_is_neither_recorded_nor_sent() -> None:
    line = Telephone()
    place = call(Workplace(headset(), pcm=line, microphone="Headset", ear="Headset"))
    talking(place, 1000)
    assert line.sent.strip(b"\0")
    place.sound.mute(on=True)
    talking(place, 200)
    line.sent = b""
    blocks = talking(place, 1000)
    assert not b"".join(block.left for block in blocks[4:]).strip(b"\0")
    assert not line.sent[800:].strip(b"\0")
    assert gap(blocks) == 0, "silence that was wished is no loss"
    place.sound.start("next")
    assert any(block.left.strip(b"\0") for block in talking(place, 1000)), "the next call is not muted"


class Telephone:
    """A line that brings its own samples: 20 ms at a time, as a softphone does."""

    def __init__(self) -> None:
        self.coming: list[bytes] = []
        self.sent = b""

    def read(self) -> bytes:
        samples, self.coming = b"".join(self.coming), []
        return samples

    def write(self, samples: bytes) -> None:
        self.sent += samples


def talk(line: Telephone, place: Workplace, milliseconds: int) -> list[AudioBlock]:
    tone = (np.sin(np.arange(160) * 2 * np.pi * 500 / 8000) * 8000).astype("<i2").tobytes()
    blocks: list[AudioBlock] = []
    for _ in range(0, milliseconds, 20):
        line.coming.append(tone)
        place.advance(20)
        blocks += place.sound.poll()
    return blocks


def test_a_softphone_s_sound_is_recorded_heard_and_answered() -> None:
    line = Telephone()
    ear = headset()
    place = call(Workplace(ear, pcm=line, microphone="Headset", ear="Headset"))
    ringing = talking(place, 2000)
    assert gap(ringing) == 0, "before the network sends anything silence is right"
    blocks = talk(line, place, 3000)
    assert gap(blocks) == 0
    assert np.abs(np.frombuffer(blocks[-1].right, "<i2")).max() == pytest.approx(8000, abs=300)
    heard = np.frombuffer(b"".join(ear.played[-100:]), "<i2")
    assert np.abs(heard).max() == pytest.approx(8000, abs=300)
    assert len(line.sent) == pytest.approx(2 * 8 * 6000, abs=1000)


def test_a_softphone_that_falls_silent_in_mid_call_is_noticed_and_counted() -> None:
    line = Telephone()
    place = call(Workplace(headset(), pcm=line, microphone="Headset", ear="Headset"))
    talk(line, place, 2000)
    blocks = talking(place, 500)
    assert ("line-audio", "lost", False) in place.conditions()
    blocks += talking(place, 1500)
    blocks += talk(line, place, 2000)
    assert gap(blocks) == pytest.approx(2000, abs=60)
    assert ("line-audio", "good", True) in place.conditions()


def test_a_line_without_a_device_is_silence_and_nothing_is_missing() -> None:
    place = call(Workplace(headset(), microphone="Headset", ear="-"))
    blocks = talking(place, 2000)
    assert gap(blocks) == 0
    assert place.conditions() == []


def test_closing_lets_go_of_every_device_and_nothing_is_told_any_more() -> None:
    place = call(workplace())
    place.sound.close()
    assert place.system.open == []
    place.sound.close()
    place.system.sockets["Headset"].plugged = False
    place.advance(2000)
    assert place.conditions() == []
    assert place.system.open == [], "nothing is opened again"


def wave(hertz: float, size: float, rate: int) -> Callable[[int, int], Floats]:
    """A device's microphone that hears a tone."""

    def sounds(start: int, count: int) -> Floats:
        return (size * np.sin(2 * np.pi * hertz * np.arange(start, start + count) / rate)).astype(np.float32)

    return sounds


def strength(played: list[bytes], hertz: float, rate: int = 48_000) -> float:
    """How much of a tone is in the last second of it, full scale 1."""
    heard = np.frombuffer(b"".join(played), "<i2")[-rate:] / 32768
    return float(2 * np.abs((heard * np.exp(-2j * np.pi * hertz * np.arange(len(heard)) / rate)).mean()))


@pytest.mark.parametrize(("volume", "size"), [("0", 0.2), ("-6", 0.1), ("", 0.2)])
def test_the_line_is_heard_as_loud_as_it_was_set(volume: str, size: float) -> None:
    ear = headset(sounds=wave(300, 0.1, 48_000))
    line = adapter(sounds=wave(500, 0.2, 8000))
    Workplace(
        ear, line, microphone="Headset", ear="Headset", line_in="Line adapter", ear_volume=volume
    ).advance(3000)
    assert strength(ear.played, 500) == pytest.approx(size, rel=0.1)
    assert strength(ear.played, 300) < 0.002, "no side-tone unless it is asked for"


def test_a_side_tone_lets_the_interviewer_hear_the_own_voice_softly() -> None:
    ear = headset(sounds=wave(300, 0.1, 48_000))
    line = adapter(sounds=wave(500, 0.2, 8000))
    Workplace(
        ear, line, microphone="Headset", ear="Headset", line_in="Line adapter", side_tone="-14"
    ).advance(3000)
    assert strength(ear.played, 500) == pytest.approx(0.2, rel=0.1)
    assert strength(ear.played, 300) == pytest.approx(0.02, rel=0.25)


def test_a_shriek_on_the_line_reaches_the_recording_but_not_the_ear() -> None:
    ear, line = headset(), adapter(sounds=wave(2100, 0.9, 8000))
    place = call(Workplace(ear, line, microphone="Headset", ear="Headset", line_in="Line adapter"))
    blocks = talking(place, 3000)
    assert np.abs(np.frombuffer(blocks[-1].right, "<i2")).max() > 0.85 * 32768, "evidence is not softened"
    assert strength(ear.played, 2100) < 0.05


def test_the_voice_goes_out_on_the_line_s_own_device() -> None:
    mouth = Socket("Line output", Format(16_000), inputs=0, outputs=1)
    ear = headset(sounds=wave(400, 0.2, 48_000))
    Workplace(
        ear,
        adapter(),
        mouth,
        microphone="Headset",
        ear="Headset",
        line_in="Line adapter",
        line_out="Line output",
    ).advance(3000)
    assert strength(mouth.played, 400, 16_000) == pytest.approx(0.2, rel=0.1)


def test_a_dead_microphone_and_a_clipping_line_are_told_in_the_call() -> None:
    dead = headset(sounds=lambda start, count: np.zeros(count, np.float32))
    loud = adapter(sounds=wave(300, 1.5, 8000))
    place = call(Workplace(dead, loud, microphone="Headset", ear="Headset", line_in="Line adapter"))
    talking(place, 5000)
    told = place.conditions()
    assert ("microphone-level", "silent", False) in told
    assert ("line-level", "clipping", False) in told
    assert ("one-way", "the interviewer is not heard", False) in told


def test_conditions_carry_the_call_and_the_time() -> None:
    place = call(workplace())
    talking(place, 1000)
    place.system.sockets["Line adapter"].plugged = False
    talking(place, 1000)
    place.conditions()
    (told,) = [each for each in place.told if isinstance(each, Condition) and each.value == "lost"]
    assert (told.call_id, told.what) == ("call", "line-audio")
    assert 0 <= place.clock.mono() - 1000 + 500 - told.mono <= 100


def test_an_error_in_a_thread_is_logged_and_the_sound_goes_on() -> None:
    """Threads as in the field, on the system's clock; only the sound system is the tests'."""
    place = workplace()
    broken = threading.Event()

    def stumble() -> None:
        broken.set()
        place.system.devices = lambda: ()  # type: ignore[method-assign]
        raise RuntimeError("a driver's bad day")

    place.system.devices = stumble  # type: ignore[method-assign, assignment]
    for stream in list(place.system.open):
        stream.close()
    place.sound._near.shut()
    place.clock.advance(2000)
    place.sound.run()
    try:
        assert broken.wait(60)
        deadline = time.monotonic() + 60
        while not any("bad day" in text for _, text in place.log):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert all(thread.is_alive() for thread in place.sound._threads)
    finally:
        place.sound.close()

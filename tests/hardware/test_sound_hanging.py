"""A sound system that hangs, dies bit by bit or lies: the healthy side is recorded, what is missing is counted, somebody hears of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from hardware.audio.devices import Device, Format, Stream
from hardware.audio.limiter import Limiter, Safety
from hardware.audio.present import Peers
from hardware.base import AudioBlock
from tests.hardware.audio.sound_system import Socket, Workplace, headset
from tests.hardware.contract import check_sound
from tests.hardware.test_sound import call, gap, talking, workplace


class Hanging:
    """A verb of the sound system that does not return while held."""

    def __init__(self, does: Callable[..., object] = lambda *_: None) -> None:
        self._does, self.entered, self.free = does, threading.Event(), threading.Event()

    def __call__(self, *args: object, **options: object) -> object:
        self.entered.set()
        assert self.free.wait(120)
        return self._does(*args, **options)


@contextmanager
def hanging(place: Workplace, verb: Hanging) -> Iterator[None]:
    """The mending thread hangs in this verb, as in the field; all else goes on. Afterwards the verb returns."""
    mending = threading.Thread(target=place.sound.mend)
    mending.start()
    assert verb.entered.wait(60)
    real, place.sound.mend = place.sound.mend, lambda: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        verb.free.set()
        mending.join(60)
        place.sound.mend = real  # type: ignore[method-assign]
    assert not mending.is_alive()


def recorded(blocks: list[AudioBlock]) -> int:
    """ms, both sides."""
    return check_sound(blocks) // 8


def test_a_line_that_does_not_let_itself_be_closed_does_not_hold_up_the_microphone() -> None:
    place = call(workplace())
    blocks = talking(place, 1000)
    stream = place.system.stream("Line adapter")
    stream.dead = True
    for _ in range(10):
        place.advance(5)
    place.sound.mend, real = lambda: None, place.sound.mend  # type: ignore[method-assign]
    blocks += talking(place, 1000)
    place.sound.mend = real  # type: ignore[method-assign]
    stream.close = verb = Hanging(stream.close)  # type: ignore[method-assign, assignment]
    with hanging(place, verb):
        blocks += talking(place, 4000)
        assert recorded(blocks) == pytest.approx(6_050, abs=150)
        assert all(block.left.strip(b"\0") for block in blocks)
        assert gap(blocks) == pytest.approx(5_050, abs=150)
        assert ("line-audio", "lost", False) in place.conditions()
    blocks += talking(place, 2000)
    assert ("line-audio", "good", True) in place.conditions()
    assert not any(block.gap for block in blocks[-10:])


def test_a_microphone_that_dies_while_the_opening_of_another_device_hangs_holds_nobody_up() -> None:
    """The saboteur would be a recording that waits for the mending thread: it hears of nothing here."""
    place = call(workplace())
    ear = next(stream for stream in place.system.open if stream.give is not None)
    ear.close()
    place.sound._places._places[-1].stream = None
    verb = Hanging(place.system.speak)
    place.system.speak = verb  # type: ignore[method-assign, assignment]
    place.clock.advance(2000)
    with hanging(place, verb):
        blocks = talking(place, 1000)
        place.system.stream("Headset").dead = True
        blocks += talking(place, 4000)
        assert recorded(blocks) == pytest.approx(7_000, abs=150)
        assert all(block.right.strip(b"\0") for block in blocks[-20:]), "the line is recorded"
        told = place.conditions()
        assert ("microphone", "lost", False) in told
        assert ("ear", "does not answer", False) in told
    talking(place, 2000)
    assert {("microphone", "good", True), ("ear", "good", True)} <= set(place.conditions())


def test_a_device_that_hangs_while_it_is_opened_for_the_first_time_is_told_within_five_seconds() -> None:
    place = call(Workplace(headset(plugged=False), microphone="Headset", ear="-"))
    place.system.sockets["Headset"].plugged = True
    place.system.rescan()
    place.sound._places._places[0].trouble = ""
    verb = Hanging(place.system.listen)
    place.system.listen = verb  # type: ignore[method-assign, assignment]
    place.clock.advance(2000)
    with hanging(place, verb):
        place.advance(4000)
        assert place.conditions() == [("microphone", "does not answer", False)]
    place.advance(2000)
    assert place.conditions() == [("microphone", "good", True)]


def test_a_device_that_opens_and_gives_nothing_is_told_within_five_seconds() -> None:
    place = workplace()
    for stream in list(place.system.open):
        stream.dead = stream.socket.name == "Line adapter"
    place.sound._places._places[1].alive = False  # as one that was opened just now
    place.advance(4000)
    assert ("line-audio", "does not answer", False) in place.conditions()


def test_a_list_whose_renewal_hangs_is_told_of_every_device() -> None:
    place = workplace()
    place.system.sockets["Line adapter"].plugged = False
    place.advance(1500)
    verb = Hanging(place.system.rescan)
    place.system.rescan = verb  # type: ignore[method-assign, assignment]
    place.conditions()
    place.clock.advance(3000)
    place.sound._places._next_renewal = 0
    with hanging(place, verb):
        place.advance(4000)
        assert ("microphone", "does not answer", False) in place.conditions()


def test_what_a_stream_brings_that_was_given_up_is_taken_and_after_its_closing_it_is_not() -> None:
    place = call(workplace())
    talking(place, 1000)
    stream = place.system.stream("Line adapter")
    place.sound.mend, real = lambda: None, place.sound.mend  # type: ignore[method-assign]
    stream.dead = True
    blocks = talking(place, 2000)
    stream.dead = False
    blocks += talking(place, 2000)
    assert not any(block.gap for block in blocks[-10:]), "it was only slow: there it is again"
    assert gap(blocks) == pytest.approx(2000, abs=100)
    place.sound.mend = real  # type: ignore[method-assign]
    place.system.sockets["Line adapter"].refuses = True
    take = stream.take
    assert take is not None
    place.sound._places._places[1].shut()
    for _ in range(20):
        take(bytes(160), False)
        blocks = talking(place, 50)
    assert all(block.gap for block in blocks), "a stream that could not be closed is not what is recorded"


def test_a_dying_device_that_brings_a_block_now_and_then_does_not_hold_up_the_recording() -> None:
    place = call(workplace())
    blocks = talking(place, 2000)
    stream = place.system.stream("Line adapter")

    def rarely() -> None:
        if place.clock.mono() % 300 == 0 and stream.take is not None:
            stream.take(stream.form.block(np.full(80, 0.25, np.float32)), False)

    stream.advance = rarely  # type: ignore[method-assign]
    blocks += talking(place, 5_000)
    assert recorded(blocks) >= 7_000 - 2500
    assert gap(blocks) >= (recorded(blocks) - 2000) * 0.9


@pytest.mark.parametrize(
    ("said", "delivers"), [pytest.param(48_000, 44_100, marks=pytest.mark.long), (44_100, 48_000)]
)
def test_a_device_that_lies_about_its_rate_does_not_pass_for_a_whole_recording(
    said: int, delivers: int
) -> None:
    """Too slow: silence is put in. Too fast: what waits too long is left out, and counted all the same."""
    line = Socket("Line adapter", Format(said), ppm=(delivers / said - 1) * 1e6)
    place = call(Workplace(headset(), line, microphone="Headset", ear="Headset", line_in="Line adapter"))
    blocks = talking(place, 7_000, step=100)
    assert recorded(blocks) == pytest.approx(7_000, abs=1100)
    assert gap(blocks) >= 0.04 * recorded(blocks)


@pytest.mark.parametrize("block", [b"", b"\1", b"\1\2\3"])
def test_half_a_sample_is_a_driver_s_fault_and_ends_no_call(block: bytes) -> None:
    place = call(workplace())
    blocks = talking(place, 1000)
    take = place.system.stream("Line adapter").take
    assert take is not None
    take(block, False)
    blocks += talking(place, 1000)
    assert recorded(blocks) == pytest.approx(2000, abs=60)


def test_a_device_that_sends_empty_blocks_counts_as_lost() -> None:
    place = call(workplace())
    talking(place, 1000)
    stream = place.system.stream("Line adapter")
    stream.advance = lambda: stream.take(b"", False)  # type: ignore[method-assign, misc]
    talking(place, 600)
    assert ("line-audio", "lost", False) in place.conditions()


def test_what_is_no_number_reaches_neither_the_recording_nor_the_limiter_of_the_ear() -> None:
    form = Format(48_000, 1, floats=True)
    heard = form.heard(np.array([np.nan, np.inf, -np.inf, 0.5], "<f4").tobytes())
    assert heard.tolist() == [0, 1, -1, 0.5]
    limiter = Limiter(48_000, Safety())
    limiter.feed(np.repeat(heard, 1000))
    assert np.isfinite(limiter.feed(np.full(4800, 0.1, np.float32))).all()


def test_a_driver_that_throws_costs_only_its_own_device() -> None:
    """Microphone first, then line and ear: an error of the first must not leave the others closed for ever."""
    place = workplace()
    real = place.system.listen

    def listen(device: Device, ready: Callable[..., object], *, urgent: bool) -> Stream:
        if device.name == "Headset":
            raise OSError("a driver's bad day")
        return real(device, ready, urgent=urgent)  # type: ignore[arg-type]

    place.system.listen = listen  # type: ignore[method-assign, assignment]
    for each in place.sound._places._places:
        each.shut()
    place.advance(2000)
    assert {stream.socket.name for stream in place.system.open} == {"Line adapter", "Headset"}
    assert ("microphone", "not there", False) in place.conditions()
    assert any("bad day" in text for _, text in place.log)


def test_a_sound_server_that_hangs_is_asked_once_in_half_a_minute() -> None:
    """Each question costs five seconds, and nothing is opened or closed meanwhile."""
    asked: list[tuple[str, ...]] = []
    now = [0.0]

    def pactl(*words: str) -> str:
        asked.append(words)
        if words != ("info",):
            now[0] += 5.0
            raise TimeoutError
        return "Server Name: pulseaudio"

    peers = Peers(pactl, lambda: now[0])
    for _ in range(20):
        assert peers.ours() == {}
        assert peers.watch(speaks=False).whose() == ""
    assert len(asked) == 2
    now[0] += 31
    peers.ours()
    assert len(asked) == 3

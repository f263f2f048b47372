"""What we ask of PortAudio, with a stand-in for it; the real one is in tests/real."""

import json
import os
from types import SimpleNamespace
from typing import Any

import pytest

from hardware.audio import alsa, portaudio
from hardware.audio.devices import Device, SoundError
from hardware.audio.portaudio import PortAudio
from hardware.audio.present import Peers


class Refused(Exception):
    pass


class Over(Exception):
    pass


class Streams:
    """A sound system in which a device opens in every format, but starts in none for which `starts` is false. It lets itself be opened once
    at a time. Once started, a block comes whenever somebody asks whether it is active, unless it is dead. ends: how it was ended."""

    def __init__(self, starts: Any, *, dead: bool = False) -> None:
        self.starts, self.dead, self.open, self.tried = starts, dead, 0, 0
        self.ends: list[str] = []

    def __call__(self, **words: Any) -> "Stream":
        self.tried += 1
        if self.open:
            raise Refused("Device unavailable")
        self.open += 1
        return Stream(self, words["samplerate"], words["callback"])


class Stream:
    def __init__(self, streams: Streams, rate: int, callback: Any) -> None:
        self._streams, self._rate, self._callback = streams, rate, callback
        self._active = False

    def start(self) -> None:
        if not self._streams.starts(self._rate):
            raise Refused("cannot start")
        self._active = True

    @property
    def active(self) -> bool:
        if self._active and not self._streams.dead:
            self.block(bytearray(b"noise!"))
        return self._active

    def block(self, samples: bytearray) -> None:
        try:
            self._callback(memoryview(samples), 3, None, SimpleNamespace(input_overflow=False))
        except Over:
            self._active = False

    def stop(self) -> None:
        self._streams.ends.append("stopped")

    def abort(self) -> None:
        self._streams.ends.append("aborted")

    def close(self) -> None:
        self._streams.open -= 1


class Server:
    """A sound server, as pactl would be asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, *words: str) -> str:
        self.asked += 1
        return "{}"


HEADSET = Device("Headset", "ALSA", 0, 1, 1)


def sound_system(monkeypatch: pytest.MonkeyPatch, streams: Streams, server: Server) -> PortAudio:
    stand_in = SimpleNamespace(
        RawInputStream=streams,
        RawOutputStream=streams,
        PortAudioError=Refused,
        CallbackAbort=Over,
        CallbackFlags=int,
    )
    monkeypatch.setattr(portaudio, "sounddevice", stand_in, raising=False)
    monkeypatch.setattr(portaudio, "Peers", lambda: Peers(server))
    monkeypatch.setattr(alsa, "refusal", lambda device, rate, channels, *, speaks: "")
    return PortAudio()


def test_a_device_that_does_not_start_in_one_format_is_let_go_before_the_next_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    streams = Streams(lambda rate: rate == 16_000)
    stream = sound_system(monkeypatch, streams, Server()).speak(HEADSET, lambda form: bytes)
    assert stream.format.rate == 16_000
    assert streams.open == 1
    stream.close()
    assert streams.open == 0


def test_a_stream_that_runs_ends_by_itself_and_is_not_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    """PortAudio's abort cancels its thread in the middle of Python's or PulseAudio's locks: then all of this process may stand still."""
    streams, heard = Streams(lambda rate: True), list[bytes]()
    sounds = sound_system(monkeypatch, streams, Server())
    stream = sounds.listen(HEADSET, lambda form: lambda samples, flagged: heard.append(samples), urgent=False)
    stream.close()
    assert (streams.ends, streams.open, heard) == (["stopped"], 0, [])
    sounds.speak(HEADSET, lambda form: lambda frames: bytes(2 * frames)).close()
    assert (streams.ends, streams.open) == (["stopped", "stopped"], 0)


def test_what_plays_ends_in_silence_not_in_what_lay_in_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Streams(lambda rate: True)
    stream = sound_system(monkeypatch, streams, Server()).speak(
        HEADSET, lambda form: lambda frames: b"voices"
    )
    assert isinstance(stream, portaudio._Open)
    stream.close()
    stream._stream._active, last = True, bytearray(b"noise!")
    stream._stream.block(last)
    assert last == bytes(6)


def test_a_stream_without_blocks_is_aborted_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot end by itself: nothing calls it. Its thread is not in Python."""
    streams, slept = Streams(lambda rate: True, dead=True), list[float]()
    sounds = sound_system(monkeypatch, streams, Server())
    monkeypatch.setattr(portaudio, "time", SimpleNamespace(sleep=slept.append))
    sounds.speak(HEADSET, lambda form: bytes).close()
    assert (streams.ends, streams.open) == (["aborted"], 0)
    assert 0.3 <= sum(slept) <= 1


def test_a_device_that_refuses_every_format_is_free_afterwards_and_costs_no_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asking the sound server starts a program: once for each format was half a minute on a busy machine, in which nothing is mended."""
    streams, server = Streams(lambda rate: False), Server()
    sounds = sound_system(monkeypatch, streams, server)
    server.asked = 0
    with pytest.raises(SoundError, match="no format fits"):
        sounds.listen(HEADSET, lambda form: lambda samples, flagged: None, urgent=False)
    assert (streams.tried, streams.open, server.asked) == (10, 0, 0)


def test_portaudio_is_never_asked_to_open_what_alsa_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal within PortAudio may end the process while another stream runs (tests/real/test_absent.py shows it)."""
    streams, asked = Streams(lambda rate: True), []
    sounds = sound_system(monkeypatch, streams, Server())

    def refusal(device: str, rate: int, channels: int, *, speaks: bool) -> str:
        asked.append((device, speaks))
        return "" if rate == 16_000 else "No such device"

    monkeypatch.setattr(alsa, "refusal", refusal)
    stream = sounds.listen(HEADSET, lambda form: lambda samples, flagged: None, urgent=False)
    assert (stream.format.rate, streams.tried) == (16_000, 1)
    assert set(asked) == {("Headset", False)}
    monkeypatch.setattr(alsa, "refusal", lambda device, rate, channels, *, speaks: "No such device")
    with pytest.raises(SoundError, match="44100/1: No such device"):
        sounds.speak(HEADSET, lambda form: bytes)
    assert streams.tried == 1


def test_elsewhere_nobody_asks_alsa(monkeypatch: pytest.MonkeyPatch) -> None:
    sounds = sound_system(monkeypatch, Streams(lambda rate: True), Server())
    monkeypatch.setattr(alsa, "refusal", lambda device, rate, channels, *, speaks: "No such device")
    sounds.speak(Device("Headset", "Core Audio", 0, 1, 1), lambda form: bytes).close()


class Listed:
    """A sound server that lists these recordings of ours: number → source. says: what pactl brings, if not that."""

    def __init__(self) -> None:
        self.recordings: dict[int, str] = {}
        self.asked, self.now, self.says = 0, 0.0, None
        self.peers = Peers(self, lambda: self.now)
        self.asked = 0

    def __call__(self, *words: str) -> str:
        self.asked += 1
        if self.says is not None:
            return self.says
        names = [*self.recordings.values(), "theirs"]
        ours, theirs = ({"application.process.id": pid} for pid in (str(os.getpid()), "1"))
        outputs: list[dict[str, Any]] = [
            {"index": number, "source": names.index(name), "properties": ours}
            for number, name in self.recordings.items()
        ]
        outputs.append({"index": 99, "source": names.index("theirs"), "properties": theirs})
        sources = [{"index": index, "name": name} for index, name in enumerate(names)]
        return json.dumps({"sources": sources, "source_outputs": outputs})


def test_one_look_at_the_sound_server_serves_all_streams_and_a_move_shows_within_a_second() -> None:
    server = Listed()
    server.recordings[7] = "line"
    watched = server.peers.watch(speaks=False)
    server.asked = 0
    assert [watched.whose() for _ in range(3)] == ["line"] * 3
    assert server.asked == 0
    server.recordings[7] = "microphone"
    server.now += 1
    assert [watched.whose() for _ in range(3)] == ["microphone"] * 3
    assert server.asked == 1


def test_a_stream_is_watched_although_its_trial_or_its_forerunner_is_still_listed() -> None:
    server = Listed()
    server.recordings = {6: "spare", 7: "line"}
    watched = server.peers.watch(speaks=False)
    assert watched.whose() == "line"
    watched.closed()
    server.recordings = {6: "spare", 7: "line", 12: "microphone"}
    assert server.peers.watch(speaks=False).whose() == "microphone"


@pytest.mark.parametrize("says", ["", "{", "[]"])
def test_a_look_that_fails_when_a_device_is_opened_is_made_up_for(says: str) -> None:
    """pactl fails when what it lists goes at that moment; a stream that nobody watches would record whatever it is moved to."""
    server = Listed()
    server.recordings[3] = "microphone"
    first = server.peers.watch(speaks=False)
    server.says = says
    server.now += 1
    second, third = (server.peers.watch(speaks=False) for _ in range(2))
    assert (second.whose(), third.whose()) == ("", "")
    server.recordings |= {4: "line", 10: "spare"}
    server.says = None
    server.now += 1
    assert [each.whose() for each in (first, second, third)] == ["microphone", "line", "spare"]


def test_after_the_sound_server_began_to_count_anew_a_stream_is_found_when_its_number_is_free() -> None:
    server = Listed()
    server.recordings[0] = "microphone"
    old = server.peers.watch(speaks=False)
    server.recordings = {0: "line"}  # another server by now
    new = server.peers.watch(speaks=False)
    assert new.whose() == ""
    old.closed()
    assert new.whose() == "line"

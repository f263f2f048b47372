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


class Streams:
    """A sound system in which a device opens in every format, but starts in none for which `starts` is false. It lets itself be opened once
    at a time."""

    def __init__(self, starts: Any) -> None:
        self.starts, self.open, self.tried = starts, 0, 0

    def __call__(self, **words: Any) -> "SimpleNamespace":
        self.tried += 1
        if self.open:
            raise Refused("Device unavailable")
        self.open += 1

        def start() -> None:
            if not self.starts(words["samplerate"]):
                raise Refused("cannot start")

        def close() -> None:
            self.open -= 1

        return SimpleNamespace(start=start, close=close, abort=lambda: None)


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
        RawInputStream=streams, RawOutputStream=streams, PortAudioError=Refused, CallbackFlags=int
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


def test_a_device_that_refuses_every_format_is_free_afterwards_and_costs_one_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asking the sound server starts a program: once for each format was half a minute on a busy machine, in which nothing is mended."""
    streams, server = Streams(lambda rate: False), Server()
    sounds = sound_system(monkeypatch, streams, server)
    server.asked = 0
    with pytest.raises(SoundError, match="no format fits"):
        sounds.listen(HEADSET, lambda form: lambda samples, flagged: None, urgent=False)
    assert (streams.tried, streams.open, server.asked) == (10, 0, 1)


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


def test_one_look_at_the_sound_server_serves_all_streams_and_a_move_shows_within_a_second() -> None:
    sources = [{"index": 1, "name": "line"}, {"index": 2, "name": "microphone"}]
    ours, theirs = ({"application.process.id": pid} for pid in (str(os.getpid()), "1"))
    listed: dict[str, list[dict[str, Any]]] = {
        "sources": sources,
        "source_outputs": [{"index": 5, "source": 2, "properties": theirs}],
    }
    asked, now = [], [0.0]

    def pactl(*words: str) -> str:
        asked.append(words)
        return json.dumps(listed)

    peers = Peers(pactl, lambda: now[0])
    before = peers.ours()
    assert before == {}
    listed["source_outputs"].append({"index": 7, "source": 1, "properties": ours})
    whose = peers.of_new(before)
    del asked[:]
    assert [whose() for _ in range(3)] == ["line"] * 3
    assert asked == []
    listed["source_outputs"][1]["source"] = 2
    now[0] += 1
    assert [whose() for _ in range(3)] == ["microphone"] * 3
    assert len(asked) == 1

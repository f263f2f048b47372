"""A recording on a sound output: both sides as recorded, or mixed, at whatever rate the device has."""

import numpy as np
import pytest

from hardware import playback
from hardware.audio.devices import Device, Format
from hardware.playback import DevicePlayback, open_playback

sounddevice = pytest.importorskip("sounddevice")
TENTH = 800


class Stream:
    """An output that takes what comes. gone: it was pulled out."""

    def __init__(self) -> None:
        self.written, self.ends, self.gone = b"", list[str](), False

    def write(self, block: bytes) -> None:
        if self.gone:
            raise sounddevice.PortAudioError("Device unavailable")
        self.written += block

    def stop(self) -> None:
        self.ends.append("stop")

    def abort(self) -> None:
        self.ends.append("abort")
        if self.gone:
            raise sounddevice.PortAudioError("Device unavailable")

    def close(self) -> None:
        self.ends.append("close")


def tone(hertz: float, seconds: float = 1.0, loud: float = 0.25) -> bytes:
    """int16 at 8000 Hz."""
    at = np.arange(round(8000 * seconds)) / 8000
    return (np.sin(2 * np.pi * hertz * at) * loud * 32767).astype("<i2").tobytes()


def heard(form: Format, *, mono: bool = False) -> np.ndarray:
    """What an output of this format plays of 400 Hz left and 1000 Hz right: one row a channel, full scale ±1."""
    stream, left, right = Stream(), tone(400), tone(1000)
    player = DevicePlayback(stream, form, mono=mono)
    for at in range(0, len(left), 2 * TENTH):
        player.play(left[at : at + 2 * TENTH], right[at : at + 2 * TENTH])
    player.finish()
    kind = "<f4" if form.floats else "<i2"
    sound = np.frombuffer(stream.written, kind).reshape(-1, form.channels).T
    assert abs(sound.shape[1] - 1.5 * form.rate) < form.rate // 100, "a second, and the silence after it"
    assert stream.ends == ["stop"]
    sound = sound[:, : form.rate]
    return sound / (1 if form.floats else 32768)


def power(sound: np.ndarray, hertz: float, rate: int) -> float:
    """How much of a tone is in it: 1 = the quarter of full scale with which it was recorded."""
    middle = sound[rate // 10 : -rate // 10]
    at = np.arange(len(middle)) / rate
    return float(abs(2 * np.mean(middle * np.exp(-2j * np.pi * hertz * at))) / 0.25)


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("floats", [False, True])
def test_the_interviewer_is_left_and_the_respondent_right(rate: int, floats: bool) -> None:
    left, right = heard(Format(rate, 2, floats))
    assert power(left, 400, rate) == pytest.approx(1, abs=0.03)
    assert power(right, 1000, rate) == pytest.approx(1, abs=0.03)
    assert power(left, 1000, rate) < 0.01 > power(right, 400, rate)


@pytest.mark.parametrize(("channels", "mono"), [(1, False), (1, True), (2, True)])
def test_mixed_both_sides_are_in_every_ear_at_half_their_loudness(channels: int, mono: bool) -> None:
    for ear in heard(Format(48_000, channels), mono=mono):
        assert power(ear, 400, 48_000) == pytest.approx(0.5, abs=0.02)
        assert power(ear, 1000, 48_000) == pytest.approx(0.5, abs=0.02)


def test_a_device_that_goes_away_is_an_os_error_and_closing_never_fails() -> None:
    stream = Stream()
    player = DevicePlayback(stream, Format(8000, 2), mono=False)
    stream.gone = True
    with pytest.raises(OSError, match="unavailable"):
        player.play(tone(400), tone(400))
    player.close()
    player.close()
    assert stream.ends == ["abort", "close"]


def test_an_output_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback.PortAudio, "devices", lambda _: ())
    with pytest.raises(OSError, match='no sound output "Jabra"'):
        open_playback("Jabra", mono=False)
    with pytest.raises(OSError, match=r"there is no sound output$"):
        open_playback("", mono=False)


def test_stereo_is_asked_for_first_and_the_next_format_when_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Format] = []

    def opened(_: Device, form: Format) -> Stream:
        asked.append(form)
        if form.channels == 2:
            raise sounddevice.PortAudioError("Invalid number of channels")
        return Stream()

    card = Device("Jabra", "ALSA", 0, 0, 2, 48_000, usual_out=True)
    monkeypatch.setattr(playback.PortAudio, "devices", lambda _: (card,))
    monkeypatch.setattr(playback, "_open", opened)
    open_playback("", mono=False)
    assert (asked[0], asked[-1]) == (Format(48_000, 2), Format(48_000, 1))

    def never(*_: object) -> Stream:
        raise sounddevice.PortAudioError("Device unavailable")

    monkeypatch.setattr(playback, "_open", never)
    with pytest.raises(OSError, match=r"Jabra.*Device unavailable"):
        open_playback("", mono=False)

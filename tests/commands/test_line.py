"""fangxin line: the line without the desk."""

import io
import json
import wave
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from app.centre import Centre
from app.clock import SystemClock, seeded, system_entropy
from app.evidence import wav
from app.known_numbers import acquainted, hasher
from app.line import sounds
from app.settings import LineSettings, choose_line, load
from app.workstation import open_workstation
from hardware.base import RATE, ToneHeard
from hardware.tones import Tone
from tests.faults.secrets.furnish import furnished


def run(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[int, str, str]:
    """A command on a data folder: exit code, stdout, stderr."""
    code = main(["--data-dir", str(folder), "line", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_busy_number_is_told_event_by_event_and_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound = tmp_path / "busy.wav"
    code, out, _ = run(
        capsys, tmp_path, "call", "10001", "--driver", "rehearsal", "--record", str(sound), "--json"
    )
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == ["Dialing", "Alerting", "ToneHeard", "Ended"]
    assert (events[2]["tone"], events[-1]["cause"], events[-1]["raw"]) == ("busy", "busy", "486")
    assert code == 0
    with wave.open(str(sound)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        assert file.getnframes() == pytest.approx(events[-1]["sample"], abs=RATE / 5)
    code, out, _ = run(capsys, tmp_path, "listen", str(sound), "--json")
    (heard,) = [json.loads(line) for line in out.splitlines()]
    assert (heard["tone"], heard["at"]) == ("busy", pytest.approx(events[2]["at"], abs=400))
    assert "10001" not in (tmp_path / "logs" / "line.log").read_text("utf-8").replace("dial 10001", "")


def test_a_call_that_is_cut_short_is_hung_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, tmp_path, "call", "10004", "--driver", "rehearsal", "--seconds", "2", "--json")
    last = json.loads(out.splitlines()[-1])
    assert (code, last["event"], last["cause"]) == (0, "Ended", "local_hangup")
    assert last["ms"] < 5000


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("call", "1"), 2, "No telephone line is chosen here"),
        (("call", "1", "--driver", "telegraph"), 2, 'no driver "telegraph"'),
        (("call", "1", "--driver", "softphone", "--port", "nonsense"), 1, "softphone cannot be opened"),
        (("call", "1", "--driver", "rehearsal", "--option", "x"), 2, '"x" is no option'),
        (("use", "telegraph"), 2, 'no driver "telegraph"'),
        (("listen", "nothing.wav"), 2, "cannot be read"),
        (("listen", __file__), 2, "no sound that can be listened to"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, says: str
) -> None:
    got, out, err = run(capsys, tmp_path, *words)
    assert (got, out) == (code, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_a_modem_that_is_not_plugged_in_is_told_as_an_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    got, out, _ = run(capsys, tmp_path, "call", "1", "--driver", "voice_modem", "--port", "/dev/none")
    assert got == 1
    assert "DeviceLost" in out
    assert "/dev/none" in out
    assert "cause=device" in out


def test_the_chosen_line_is_written_into_the_settings_and_nothing_else_is_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        '# ours\nlanguage = "zh"\n\n[line]\ndriver = "manual"\n\n[line.options]\nbaud = 9600\n\n[sound]\near_volume = -3\n',
        "utf-8",
    )
    code, _, _ = run(
        capsys, tmp_path, "use", "voice_modem", 'C:\\"x"', "--option", "chip=usr", "--option", "note=中 = 文"
    )
    assert code == 0
    settings = load(tmp_path)
    assert settings.line == LineSettings(
        driver="voice_modem", port='C:\\"x"', options={"chip": "usr", "note": "中 = 文"}
    )
    assert (settings.language, settings.sound) == ("zh", {"ear_volume": "-3"})
    assert path.read_text("utf-8").startswith("# ours\n")
    assert choose_line(tmp_path, LineSettings(driver="manual")) == path
    assert load(tmp_path).line == LineSettings(driver="manual")
    code, out, _ = run(capsys, tmp_path, "list", "--json")
    assert json.loads(out)["chosen"] == {"driver": "manual", "port": ""}


def test_the_doctor_finds_a_rehearsal_workplace_fit_and_says_so_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(
        capsys, tmp_path, "doctor", "--driver", "rehearsal", "--call", "10000", "--seconds", "8", "--json"
    )
    report = json.loads(out)
    assert (code, report["ok"]) == (0, True)
    found = {each["check"]: each["good"] for each in report["findings"]}
    assert found == {
        "disk": True,
        "clock": True,
        "study": None,
        "device": True,
        "line": True,
        "microphone": True,
        "line-sound": True,
        "echo": True,
    }


def test_the_doctor_without_a_line_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, tmp_path, "doctor")
    assert code == 1
    assert "BAD  device: No telephone line is chosen here. Name one with --driver" in out


def tone(rate: int) -> np.ndarray:
    """Six seconds of busy tone at a rate."""
    moments = np.arange(6 * rate) / rate
    on = (moments % 0.7) < 0.35
    return (8000 * np.sin(2 * np.pi * 450 * moments) * on).astype("<i2")


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_a_tone_is_heard_in_files_of_any_rate_in_the_last_channel(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "tone.wav"
    sound = tone(rate)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.column_stack([np.zeros_like(sound), sound]).tobytes())
    heard = list(sounds.listen(sounds.respondent(path)))
    assert [event.tone for event in heard if isinstance(event, ToneHeard)] == ["busy"]


def test_a_decrypted_recording_of_ours_can_be_listened_to(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    right = Tone.BUSY.samples(0, 6 * RATE).astype("<i2").tobytes()
    path.write_bytes(wav.header() + wav.interleave(bytes(len(right)), right))
    heard = list(sounds.listen(sounds.respondent(path)))
    assert [event.tone for event in heard if isinstance(event, ToneHeard)] == ["busy"]


@pytest.mark.parametrize("typed", ["138-9876 5432", "１３８９８７６５４３２", "+86 138 9876 5432"])
def test_a_number_that_somebody_must_not_get_is_typed_and_stands_on_no_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    centre = Centre.generate("canary/publisher", seeded("knows"))
    furnished(tmp_path / "desk", tmp_path, centre, seeded("knows"))
    monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
    assert main(["--data-dir", str(tmp_path / "desk"), "sample", "knows", "I02"]) == 0
    assert "13898765432" not in capsys.readouterr().out
    station = open_workstation(tmp_path / "desk", SystemClock(), system_entropy)
    with station.store as store:
        assert acquainted(store, "I02") == {hasher(store, system_entropy)("13898765432")}


def test_a_slip_at_that_prompt_is_said_and_nothing_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would exclude nobody, and whoever typed it would believe it did."""
    centre = Centre.generate("canary/publisher", seeded("slip"))
    furnished(tmp_path / "desk", tmp_path, centre, seeded("slip"))
    monkeypatch.setattr("sys.stdin", io.StringIO("1389876543\n"))
    assert main(["--data-dir", str(tmp_path / "desk"), "sample", "knows", "I02", "--lang", "zh"]) == 2
    assert "位数不对" in capsys.readouterr().err
    station = open_workstation(tmp_path / "desk", SystemClock(), system_entropy)
    with station.store as store:
        assert not acquainted(store, "I02")

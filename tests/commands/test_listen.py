"""The listening sample as a team lead works through it: listed, heard with a locked key, and ticked off."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
import typer

from app import line_worker
from app.__main__ import main
from app.canonical import decode
from app.clock import seeded
from app.errors import LineError
from app.evidence.locked import Passphrase, lock
from tests.custody.test_listening import Player
from tests.evidence.archive import Made, hand_in, make
from tests.evidence.pen import LEAD, STRANGER, Pen

WORDS = "correct horse battery staple"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("listen"), story=two_calls)


def two_calls(pen: Pen, archive: Path, calls: dict[str, str]) -> None:
    """A complete interview, and nobody there."""
    pen.sign_in()
    for name, cause, outcome in (("finished", "remote_hangup", "60"), ("silent", "no_answer", "21")):
        talk = pen.dial(pen.id())
        talk.speak(55)
        talk.end(cause, outcome)
        calls[name] = talk.call
    hand_in(pen, archive)


class Seat:
    """A team lead at his own computer. players: each output that was opened, with how."""

    def __init__(self, folder: Path, made: Made) -> None:
        self.made, self.data, self.key = made, folder / "data", folder / "lead.key"
        self.key.write_bytes(lock(f"{LEAD.export()}\n".encode(), Passphrase(WORDS, work=10), seeded("lock")))
        self.players: list[Player] = []
        self.opened: list[tuple[str, bool]] = []
        self.at_each: Any = lambda _: None

    def speaker(self, ear: str, *, mono: bool) -> Player:
        self.opened.append((ear, mono))
        self.players.append(Player(self.at_each))
        return self.players[-1]

    def run(self, *words: object) -> int:
        return main(["--data-dir", str(self.data), *(str(word) for word in words)])

    def listen(self, *more: object, call: str = "finished", key: Path | None = None) -> int:
        what = (self.made.calls.get(call, call), self.made.archive)
        return self.run("centre", "listen", *what, "--identity", key or self.key, *more)

    @property
    def lines(self) -> list[dict[str, Any]]:
        paths = (self.data / "listening").glob("*/journal.jsonl")
        return [decode(line) for path in paths for line in path.read_bytes().splitlines()]


@pytest.fixture
def seat(tmp_path: Path, made: Made, monkeypatch: pytest.MonkeyPatch) -> Seat:
    seat = Seat(tmp_path, made)
    monkeypatch.setattr(line_worker, "open_playback", seat.speaker)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: WORDS)
    return seat


def test_the_lead_lists_hears_and_ticks_off(seat: Seat, capsys: pytest.CaptureFixture[str]) -> None:
    assert seat.run("sample", "listening", seat.made.archive, "--json") == 0
    before = json.loads(capsys.readouterr().out)
    call = seat.made.calls["finished"]
    assert (call, 0, 0) in [(each["call"], each["heard"], each["copied"]) for each in before]
    assert seat.listen("--by", "王组长", "--lang", "zh") == 0
    told = capsys.readouterr().out
    assert "已听完，共 5.5 秒。" in told
    assert f"本次收听已记入 {seat.data / 'listening'}" in told
    assert seat.players[0].finished
    assert seat.run("sample", "listening", seat.made.archive, "--lang", "en") == 0
    told = capsys.readouterr().out
    (row,) = [line for line in told.splitlines() if call in line]
    assert row.endswith("heard 6 s")
    assert "1 of them were" in told
    seat.run("sample", "listening", seat.made.archive, "--json")
    assert {each["call"]: each["heard"] for each in json.loads(capsys.readouterr().out)}[call] == 5


def test_ctrl_c_ends_it_politely_and_the_journal_says_how_much_was_heard(
    seat: Seat, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(samples: int) -> None:
        if samples == 1600:
            signal.raise_signal(signal.SIGINT)

    seat.at_each, before = interrupt, signal.getsignal(signal.SIGINT)
    assert seat.listen("--lang", "en") == 0
    assert "Stopped after 0.3 s." in capsys.readouterr().out
    assert (seat.lines[-1]["type"], seat.lines[-1]["samples"]) == ("listen.stop", 2400)
    assert seat.players[0].closed
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_ends_a_device_that_hangs_and_the_line_is_written_all_the_same(
    seat: Seat, capsys: pytest.CaptureFixture[str]
) -> None:
    def hang(samples: int) -> None:
        if samples == 800:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    seat.at_each = hang
    assert seat.listen("--lang", "en") == 130
    assert (seat.lines[-1]["type"], seat.lines[-1]["samples"]) == ("listen.stop", 1600)
    assert seat.players[0].closed
    assert "Stopped" in capsys.readouterr().err


def test_the_ear_of_the_settings_is_taken_and_both_sides_can_be_mixed(seat: Seat) -> None:
    seat.data.mkdir()
    (seat.data / "settings.toml").write_text('[sound]\near = "Jabra"\n')
    assert seat.listen("--mono") == seat.listen() == 0
    assert seat.opened == [("Jabra", True), ("Jabra", False)]


def test_a_plain_file_is_written_only_when_asked_for_and_says_what_it_is(
    seat: Seat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "call.wav"
    assert seat.listen("--out", out, "--lang", "en") == 0
    assert "Whoever gets at the file hears the call" in capsys.readouterr().out
    assert (seat.players, out.stat().st_mode & 0o777) == ([], 0o600)
    assert seat.listen("--out", out, "--lang", "zh") == 1
    assert "同名文件已经存在" in capsys.readouterr().err
    seat.run("sample", "listening", seat.made.archive, "--lang", "zh")
    assert "已导出" in capsys.readouterr().out


def test_played_from_memory_nothing_of_the_sound_is_on_the_disk(seat: Seat, tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    assert seat.listen() == 0
    piece = seat.players[0].left[:64]
    new = [path for path in set(tmp_path.rglob("*")) - before if path.is_file()]
    assert new
    assert not [path for path in new if path.suffix in {".wav", ".tmp"} or piece in path.read_bytes()]


def test_what_goes_wrong_is_said_in_both_languages(
    seat: Seat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def says(language: str, *words: str, **how: Any) -> None:
        assert seat.listen("--lang", language, **how) != 0
        told = capsys.readouterr().err
        assert all(word in told for word in words), told
        assert "Traceback" not in told

    stranger = tmp_path / "stranger.key"
    stranger.write_text(STRANGER.export() + "\n")
    says("zh", "档案里没有这次通话", call="0" * 16)
    says("zh", "所给的密钥都打不开这段录音", "只密封给本项目的中心和督导", key=stranger)
    says("en", "None of the given keys opens this recording", key=stranger)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "a wrong passphrase")
    says("zh", "口令不对", "lead.key")
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: WORDS)

    def silent(_: str, *, mono: bool) -> Player:
        raise OSError("there is no sound output")

    monkeypatch.undo()
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: WORDS)
    monkeypatch.setattr("hardware.playback.open_playback", silent)
    says("zh", "没有可以放音的设备（找不到声音输出）", "--out")
    says("en", "There is nothing to play it on", "--out")
    assert not list((seat.data / "listening").glob("*/journal.jsonl"))


def test_the_driver_is_named_in_the_composition_root_and_its_faults_are_said_plainly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: str, *, mono: bool) -> Player:
        raise RuntimeError("PortAudio is not initialised")

    monkeypatch.setattr("hardware.playback.open_playback", refuse)
    with pytest.raises(LineError, match="PortAudio is not initialised"):
        line_worker.open_playback("", mono=False)

"""What is asked wrongly is said, and never passed over as if it had not been asked: an auditor would believe that it was looked at."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import main
from tests.evidence.archive import Made

Run = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The one sentence with which a command refuses; nothing goes to stdout."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANGXIN_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "empty").touch()
    (tmp_path / "nothing").mkdir()

    def once(*words: str) -> str:
        assert main(list(words)) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        return said.err

    return once


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (("--key", "empty"), "This file holds no public key (empty)"),
        (("--key", "device.vkey"), "neither a public key nor a file that is there (device.vkey)"),
        (("--identity", "nothing"), "No private key is in this folder (nothing)"),
        (("--cdr-zone", "25"), '"25" is no time zone'),
        (("--tsa", "cert.pem"), "Pass --witness"),
    ],
)
def test_a_check_never_does_less_than_it_was_asked(
    refused: Run, made: Made, more: tuple[str, ...], named: str
) -> None:
    assert named in refused("verify", str(made.archive), *more)


def test_a_code_is_not_spent_where_a_key_is_not_there(refused: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Central is asked nothing: it would take the code, and the workstation would have no study."""
    monkeypatch.setenv("FANGXIN_CENTRAL_URL", "http://127.0.0.1:1")
    told = refused("sync", "enrol", "--code", "X", "--publisher", "no.vkey", "--central", "no.vkey")
    assert "(no.vkey)" in told


def test_a_sheet_of_a_witness_who_is_not_there(refused: Run) -> None:
    assert "nowhere" in refused("witness", "sheet", "--data", "nowhere", "--out", "s.pdf")


def test_taking_in_a_stick_makes_no_second_central(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["central", "import", "stick", "--data", "centrl"]) == 1
    assert "This is not central's folder (centrl)" in capsys.readouterr().err
    assert not Path("centrl").exists()


def test_another_centres_do_not_call_list_is_not_taken_for_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for keys in ("ours", "theirs"):
        main(["centre", "keygen", keys])
    Path("numbers").write_text("13800138000\n", encoding="ascii")
    why = ("--by", "A", "--reason", "B")
    assert main(["sample", "dnc", "import", "dnc", "numbers", "--keys", "ours", *why]) == 0
    capsys.readouterr()
    assert main(["sample", "dnc", "list", "dnc", "--keys", "theirs"]) == 2
    assert "Name the study and the keys that it was begun with" in capsys.readouterr().err

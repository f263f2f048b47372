"""The command line as a person uses it: what each command says and with which exit code it ends."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app import __version__
from app.__main__ import Face, build, main
from app.settings import Settings
from tests.desk_room import STUDY, centre
from tests.desk_talk import answers, ring, seat, talk


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def fangxin(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process."""

    def run(*arguments: object, face: Face | None = None) -> Said:
        code = main([str(argument) for argument in arguments], face)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture(scope="module")
def workstation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a desk after one interview."""
    room = seat(tmp_path_factory.mktemp("cli"), answers())
    ring(room)
    talk(room)
    room.desk.choose_outcome("60")
    room.desk.sign_out()
    room.close()
    return room.folder


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The centre's key folder."""
    folder = tmp_path_factory.mktemp("keys")
    centre().write(folder)
    return folder


def test_the_version_is_one_line(fangxin: Command) -> None:
    assert fangxin("--version") == (0, f"fangxin {__version__}\n", "")


@pytest.mark.parametrize(
    "group", [(), ("study",), ("central",), ("centre",), ("sync",), ("verify",), ("demo",)]
)
def test_every_command_explains_itself(fangxin: Command, group: tuple[str, ...]) -> None:
    said = fangxin(*group, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Usage: fangxin")


def test_every_option_is_described() -> None:
    import typer

    def look(command: object, path: str) -> list[str]:
        mute = [f"{path} {option.opts[0]}" for option in command.params if not getattr(option, "help", "")]  # type: ignore[attr-defined]
        for name, inner in getattr(command, "commands", {}).items():
            assert inner.help, f"{path} {name} has no help"
            mute += look(inner, f"{path} {name}")
        return [each for each in mute if not each.endswith("--help")]

    assert look(typer.main.get_command(build(Face(), ["--help"])), "fangxin") == []


def test_without_a_screen_it_points_to_the_demo(fangxin: Command) -> None:
    said = fangxin()
    assert (said.code, said.out) == (2, "")
    assert "fangxin demo" in said.err


def test_with_a_face_the_desk_opens_and_its_exit_code_is_ours(fangxin: Command, tmp_path: Path) -> None:
    asked: list[tuple[Settings, bool]] = []

    def open_desk(settings: Settings, rehearse: bool) -> int:
        asked.append((settings, rehearse))
        return 7

    folder = tmp_path / "with spaces 放心"
    assert fangxin("--data-dir", folder, "--rehearse", face=Face(open_desk)).code == 7
    ((settings, rehearse),) = asked
    assert (settings.data_dir, rehearse) == (folder, True)
    assert (folder / "logs" / "fangxin.log").exists()


def test_the_selftest_passes_and_writes_its_report(fangxin: Command, tmp_path: Path) -> None:
    said = fangxin("--selftest", "--out", tmp_path / "report.json")
    assert said.code == 0, said.out
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert report["ok"]
    assert {check["check"] for check in report["checks"]} >= {"sealing", "signing", "recording", "resources"}
    assert (report["version"], said.err) == (__version__, "")


def test_a_failing_check_fails_the_selftest(fangxin: Command, tmp_path: Path) -> None:
    from app.commands.selftest import Check

    def broken() -> str:
        raise OSError("no sound card")

    said = fangxin("--selftest", "--out", tmp_path / "r.json", face=Face(checks=(Check("sound", broken),)))
    assert said.code == 1
    assert "FAIL  sound: OSError: no sound card" in said.out
    assert not json.loads((tmp_path / "r.json").read_bytes())["ok"]


def test_a_good_study_is_called_good(fangxin: Command) -> None:
    for path in (STUDY, STUDY / "questionnaire.xlsx"):
        said = fangxin("study", "check", path)
        assert (said.code, said.err) == (0, "")
        assert "good. 26 questions and notes" in said.out


def test_keys_package_and_what_it_holds(fangxin: Command, tmp_path: Path) -> None:
    assert fangxin("centre", "keygen", tmp_path / "keys").code == 0
    central = fangxin("central", "key", "--data", tmp_path / "central").out.strip()
    package = tmp_path / "new" / "a.study"
    built = fangxin(
        "study", "build", STUDY, "--keys", tmp_path / "keys", "--central", central, "--out", package
    )
    assert built.code == 0, built.err
    publisher = tmp_path / "keys" / "publisher.vkey"
    said = fangxin("study", "show", package, "--key", publisher, "--json")
    facts = json.loads(said.out)
    assert (facts["id"], facts["version"], facts["rehearsal_only"]) == ("dazhou-2017", 1, True)
    assert len(facts["recipients"]) == 2
    assert (
        fangxin("central", "install", package, "--data", tmp_path / "central", "--key", publisher).code == 0
    )
    status = json.loads(fangxin("central", "status", "--data", tmp_path / "central").out)
    assert status == {"study": "dazhou-2017", "devices": [], "alarms": []}


def test_verify_says_yes_with_exit_code_0_and_no_with_1(
    fangxin: Command, workstation: Path, keys: Path
) -> None:
    said = fangxin("verify", workstation)
    assert said.code == 0, said.out
    assert "nothing was altered" in said.out
    assert fangxin("verify", workstation, "--identity", keys).code == 0
    as_json = fangxin("verify", workstation, "--identity", keys, "--json")
    assert json.loads(as_json.out)["ok"]
    journal = next(workstation.glob("journals/*/journal.jsonl"))
    whole = journal.read_bytes()
    journal.write_bytes(whole.replace(b'"type":"line"', b'"type":"lime"', 1))
    try:
        said = fangxin("verify", workstation)
        assert said.code == 1
        assert "line" in said.out
        assert not json.loads(fangxin("verify", workstation, "--json").out)["ok"]
    finally:
        journal.write_bytes(whole)
    assert fangxin("verify", workstation).code == 0


def test_nothing_is_written_by_looking(fangxin: Command, workstation: Path, keys: Path) -> None:
    before = {path: path.read_bytes() for path in workstation.rglob("*") if path.is_file()}
    fangxin("verify", workstation, "--identity", keys)
    assert {path: path.read_bytes() for path in workstation.rglob("*") if path.is_file()} == before


def counted_from_its_archive(fangxin: Command, demo: Path, told: dict[str, Any]) -> None:
    """The command for a centre's own archive gives the demo's report, to the letter."""
    archive, keys = demo / "central", demo / "centre" / "keys"
    trusted = ("--key", archive / "central.vkey", "--key", keys / "publisher.vkey")
    said = fangxin(
        "results", "report", archive, "--identity", keys, *trusted, "--out", demo / "again", "--json"
    )
    assert said.code == 0, said.err
    counted = json.loads(said.out)
    assert counted["index"] == told["index"]
    assert counted["rates"] == told["rates"]
    assert counted["city"]["n"] == sum(unit["n"] for unit in counted["units"]) == told["interviews"]
    days = re.compile(r"\d{4}-\d\d-\d\d")  # between the two midnight may have struck
    first, second = (
        days.sub("", (folder / "report.html").read_text(encoding="utf-8"))
        for folder in (demo, demo / "again")
    )
    assert first == second


@pytest.mark.slow
@pytest.mark.long  # start.md's demo is in the ordinary run
def test_the_demo_goes_from_study_to_report_and_can_be_checked_again(
    fangxin: Command, tmp_path: Path
) -> None:
    said = fangxin("demo", "--interviews", 3, "--out", tmp_path / "demo", "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert "8/8" in said.err
    assert (tmp_path / "demo" / "report.html").exists()
    again = fangxin(
        "verify", tmp_path / "demo" / "central", "--identity", tmp_path / "demo" / "centre" / "keys"
    )
    assert again.code == 0, again.out
    counted_from_its_archive(fangxin, tmp_path / "demo", told)
    more = fangxin("demo", "--interviews", 3, "--out", tmp_path / "two", "--json")
    assert more.code == 0, more.err
    assert json.loads(more.out)["index"] == told["index"], "same seed, same index"

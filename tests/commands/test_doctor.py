"""fangxin doctor: what is wrong here, and a bundle that betrays nobody."""

import json
import os
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from app.__main__ import main
from app.commands.line import _keys
from app.settings import LineSettings, Settings
from app.support import bundle, told
from app.surroundings import memory_on_disk
from tests.desk_room import Room

NUMBER, NAME, PASSWORD = "13898765432", "欧阳鹮翀", "hunter2hunter2"


def unpacked(path: Path) -> dict[str, str]:
    """Name → text."""
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_the_bundle_has_what_finds_a_fault_and_nothing_of_anybody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = Room(tmp_path / "desk").open()
    room.desk.sign_in(NAME)
    room.work(3)
    numbers = [case.number for case in room.station.store.cases()]
    room.close()
    logs = tmp_path / "desk" / "logs"
    logs.mkdir(exist_ok=True)
    (logs / "fangxin.log").write_text(
        f'{{"event":"call {numbers[0]}","time":"2026-11-26T17:49:58Z"}}\n', "utf-8"
    )
    out = tmp_path / "support.zip"
    assert main(["--data-dir", str(tmp_path / "desk"), "doctor", "--out", str(out)]) in (0, 1)
    assert "support.zip" in capsys.readouterr().out
    texts = unpacked(out)
    data = json.loads(texts["data.json"])
    assert data["journals"]["1"]["lines"]["dial.start"] == 3
    assert data["places"]["recordings"]["files"] == 3
    assert json.loads(texts["report.json"])["machine"]["fangxin"]
    assert "2026-11-26T17:49:58Z" in texts["logs/fangxin.log"]
    whole = "\n".join(texts.values())
    assert NAME not in whole
    assert not [number for number in numbers if number in whole]
    assert "AGE-SECRET-KEY" not in whole
    assert (tmp_path / "desk" / "device.key").read_text("ascii").split()[1] not in whole
    if os.name == "posix":
        assert out.stat().st_mode & 0o077 == 0


def test_it_says_where_the_key_of_the_workstation_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = Room(tmp_path / "desk").open()
    room.close()
    main(["--data-dir", str(tmp_path / "desk"), "doctor", "--json"])
    findings = {each["check"]: each for each in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["keys"]["good"] is None, "no fault, but IT must know"
    assert (
        f"{tmp_path / 'desk' / 'device.key'}, protected by file permissions only" in findings["keys"]["says"]
    )
    in_the_system = _keys(replace(room.station, hint=""))
    assert in_the_system.good
    assert "system's keystore" in in_the_system.says


def test_settings_are_told_without_what_lets_somebody_in(tmp_path: Path) -> None:
    line = LineSettings(
        driver="softphone",
        port=f"sip:{NUMBER}@10.0.0.5",
        options={"password": PASSWORD, "caller": NUMBER, "codec": "PCMA", "user": NAME},
    )
    settings = Settings(data_dir=tmp_path, central_url="https://user:secret@central.example", line=line)
    text = json.dumps(told(settings), ensure_ascii=False)
    for hidden in (PASSWORD, NUMBER, NAME, "secret", "10.0.0.5"):
        assert hidden not in text
    assert '"codec": "PCMA"' in text
    kept = LineSettings(driver="softphone", options={"password": "keyring:fangxin-sip"})
    assert "keyring:…" in json.dumps(told(Settings(data_dir=tmp_path, line=kept)), ensure_ascii=False)
    assert bundle(settings, ()).startswith(b"PK")


def test_a_bundle_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.zip").write_text("mine")
    assert main(["--data-dir", str(tmp_path / "d"), "doctor", "--out", str(tmp_path / "a.zip")]) == 2
    assert "There is a file already" in capsys.readouterr().err
    assert (tmp_path / "a.zip").read_text() == "mine"


@pytest.mark.parametrize(
    ("device", "uuid", "good"),
    [
        ("/dev/zram0", "", True),
        ("/dev/dm-0", "CRYPT-PLAIN-swap", True),
        ("/dev/dm-1", "LVM-x", None),
        ("/swapfile", "", None),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="as Linux says it")
def test_swap_in_the_clear_is_named(device: str, uuid: str, good: bool | None, tmp_path: Path) -> None:
    swaps, block = tmp_path / "swaps", tmp_path / "block"
    swaps.write_text(f"Filename Type Size Used Priority\n{device} partition 1 0 -2\n")
    if uuid:
        (block / Path(device).name / "dm").mkdir(parents=True)
        (block / Path(device).name / "dm" / "uuid").write_text(uuid)
    (finding,) = memory_on_disk(swaps, block)
    assert finding.good is good
    assert good or device in finding.says


@pytest.mark.skipif(sys.platform != "linux", reason="as Linux says it")
def test_no_swap_is_well(tmp_path: Path) -> None:
    (finding,) = memory_on_disk(tmp_path / "none", tmp_path)
    assert finding.good

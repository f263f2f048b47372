"""On a Chinese system the command line says in Chinese what went wrong; the settings and --lang have the last word."""

from pathlib import Path

import pytest

from app.__main__ import main

NOWHERE = "这个路径什么也没有（/nope）。请给出档案、工作站的数据文件夹，或某一份日志的文件夹。"
DAZHOU = Path(__file__).parents[1] / "resources" / "studies" / "dazhou-2017"


@pytest.fixture(autouse=True)
def chinese_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its own data folder, and LANG as on a Chinese Linux."""
    for name in ("LC_ALL", "LC_MESSAGES", "FANGXIN_LANGUAGE", "FANGXIN_CENTRAL_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("FANGXIN_DATA_DIR", str(tmp_path))


def said(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main([str(word) for word in words]) in (1, 2)
    return capsys.readouterr().err.removeprefix("fangxin: ").rstrip("\n")


def test_an_error_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "verify", "/nope") == NOWHERE


@pytest.mark.parametrize(
    ("words", "ours"),
    [
        (("study", "chek"), "没有命令“chek”"),
        (("verify",), "缺少参数"),
        (("verify", "x", "--bogus"), "没有选项 --bogus"),
        (("sample", "design", DAZHOU, "--target", "many"), "整数"),
    ],
)
def test_a_command_line_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str], words: tuple[object, ...], ours: str
) -> None:
    assert ours in said(capsys, *words)


def test_settings_that_cannot_be_read_are_said_in_the_systems_language(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text("language = \n", encoding="utf-8")
    assert said(capsys, "sync", "now").startswith("设置文件格式有误：值不合写法")


def test_the_settings_say_which_language(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('language = "en"\n', encoding="utf-8")
    assert said(capsys, "verify", "/nope").startswith("There is nothing at this path (/nope). Give")


def test_a_command_that_was_asked_to_speak_english_does_also_when_it_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    design = ("sample", "design", DAZHOU, "--own", "many")
    assert said(capsys, *design, "--lang", "en").startswith(
        '"many" is no target of a unit. Write it as 3=200.'
    )
    assert said(capsys, *design).startswith("“many”不是单位的样本目标。请写成 3=200 的样子。")

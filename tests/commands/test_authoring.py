"""The author's commands: study check, study show, form play, with their exit codes, in the author's language."""

import json
import shutil
from pathlib import Path

import click
import pytest
import typer

from app.commands import form, study
from app.errors import FangxinError
from tests.questionnaire import corpus

STUDY = Path(__file__).parents[2] / "resources" / "studies" / "dazhou-2017"


def run(*arguments: str | Path) -> int:
    """The exit code as the command line gives it."""
    cli = typer.Typer()
    cli.add_typer(study.cli, name="study")
    cli.add_typer(form.cli, name="form")
    try:
        result = typer.main.get_command(cli).main(
            [str(each) for each in arguments], "fangxin", standalone_mode=False
        )
    except FangxinError as error:
        return error.exit_code
    except click.ClickException:
        return 2
    return result if isinstance(result, int) else 0


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    fault = next(fault for fault in corpus.BROKEN if fault.name == "wide_comma")
    return corpus.broken(fault, tmp_path)


def test_a_good_study_and_its_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("study", "check", STUDY, "--scenarios", STUDY / "scenarios", "--lang", "zh") == 0
    said = capsys.readouterr().out
    assert "没有问题。问题和说明共 26 条" in said
    assert "情景脚本 3 个，全部通过" in said


@pytest.mark.parametrize(
    ("language", "says"),
    [("zh", "错误  表达式里有全角符号“，”"), ("en", "error  The expression has the full-width sign")],
)
def test_a_fault_with_its_cell_and_its_mending(
    language: str, says: str, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("study", "check", broken, "--lang", language) == 1
    said = capsys.readouterr().out
    assert f"wide_comma.xlsx survey!H6  {says}" in said
    assert "selected(${consent}, '1')" in said


def test_the_language_is_the_systems(
    broken: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    run("study", "check", broken)
    assert "全角符号" in capsys.readouterr().out
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    run("study", "check", broken)
    assert "full-width" in capsys.readouterr().out


def test_json(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("study", "check", broken, "--json", "--lang", "en") == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["good"], answer["errors"], answer["warnings"]) == (False, 1, 0)
    finding = answer["findings"][0]
    assert (finding["rule"], finding["severity"], finding["where"]) == (
        "wide-sign",
        "error",
        "wide_comma.xlsx survey!H6",
    )
    assert finding["values"]["fix"] == "selected(${consent}, '1')"


def test_a_fault_in_the_rest_of_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(shutil.copytree(STUDY, tmp_path / "study"))
    units = (folder / "units.csv").read_text(encoding="utf-8")
    (folder / "units.csv").write_text(units.replace("1,", "1x,", 1), encoding="utf-8")
    assert run("study", "check", folder, "--lang", "zh") == 1
    assert "调查方案有问题" in capsys.readouterr().out
    (folder / "study.toml").unlink()
    assert run("study", "check", folder, "--lang", "en") == 1
    assert "study.toml" in capsys.readouterr().out


def test_a_scenario_that_does_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wrong.txt").write_text("EXPECT AT age\n", encoding="utf-8")
    assert run("study", "check", STUDY, "--scenarios", tmp_path, "--lang", "zh") == 1
    assert "wrong.txt:1  错误  情景脚本第 1 行不符" in capsys.readouterr().out
    (tmp_path / "wrong.txt").write_text("FLY\n", encoding="utf-8")
    assert run("study", "check", STUDY, "--scenarios", tmp_path, "--lang", "en") == 1
    assert 'no step "FLY"' in capsys.readouterr().out


def test_asked_wrongly(tmp_path: Path) -> None:
    assert run("study", "check", tmp_path / "none.xlsx") == 1
    assert run("study", "check", STUDY, "--lang", "fr") == 2
    assert run("study", "check", STUDY, "--scenarios", tmp_path) == 2
    assert run("form", "play", STUDY, "--script", tmp_path / "none.txt") == 2


def test_form_play_prints_a_line_a_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.txt"
    script.write_text("SET intro\nNEXT\nEXPECT AT consent\n", encoding="utf-8")
    assert run("form", "play", STUDY / "questionnaire.xlsx", "--script", script, "--lang", "en") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["question"] for line in lines] == ["intro", "intro", "consent", "consent"]
    assert lines[0]["text"].startswith("Hello!")
    script.write_text("EXPECT AT consent\n", encoding="utf-8")
    assert run("form", "play", STUDY, "--script", script) == 1
    assert "script.txt:1" in capsys.readouterr().err


def test_form_play_takes_an_xform_and_refuses_an_entity(tmp_path: Path, dazhou_xml: str) -> None:
    script = tmp_path / "script.txt"
    script.write_text("EXPECT AT intro\n", encoding="utf-8")
    (tmp_path / "form.xml").write_text(dazhou_xml, encoding="utf-8")
    assert run("form", "play", tmp_path / "form.xml", "--script", script) == 0
    (tmp_path / "form.xml").write_text(
        '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]><x>&secret;</x>', encoding="utf-8"
    )
    assert run("form", "play", tmp_path / "form.xml", "--script", script) == 1


def test_study_show_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "page.html"
    for path in (STUDY, STUDY / "questionnaire.xlsx"):
        assert run("study", "show", path, "--out", out) == 0
        assert "年龄不符" in out.read_text(encoding="utf-8")
        out.unlink()
    assert run("study", "show", STUDY) == 2
    assert run("study", "show", STUDY, "--out", tmp_path / "none" / "page.html") == 2
    assert run("study", "show", tmp_path / "x.study", "--out", out) == 2

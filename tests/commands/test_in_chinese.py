"""Commands speak the language of the settings, else the system's: what they answer and what they ask. Documents for programs never do."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from app.__main__ import main
from app.commands.speech import announce, language
from app.resources import resource

STUDY = str(resource("studies", "dazhou-2017"))
DICE = "1234561234561234561234561234561234561234"
DRAW = ("--draws", "draws", "--name", "wave1", "--keys", "keys")
Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What a command prints that must succeed, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANGXIN_DATA_DIR", "data")

    def once(*words: str, spoken: str = "zh") -> str:
        monkeypatch.setenv("FANGXIN_LANGUAGE", spoken)
        assert main(list(words)) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return once


def test_the_settings_decide_and_a_command_that_has_ended_leaves_nothing_behind(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert run("centre", "keygen", "keys").startswith(
        "密钥已写入 keys。以下是签发方公钥，供工作站和中心服务器使用：\ncentre/publisher+"
    )
    assert language() == "en"
    announce("{n} is not offered again.")
    assert capsys.readouterr().out == "{n} is not offered again.\n"
    assert run("centre", "keygen", "others", spoken="en").startswith(
        "Keys are in others. The publisher's public key,"
    )
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert run("centre", "keygen", "third", spoken="").startswith("密钥已写入 third")


def test_a_draw_is_made_and_audited_in_chinese_and_its_documents_stay_as_they_are(run: Run) -> None:
    run("centre", "keygen", "keys")
    committed = run("sample", "commit", STUDY, "--n", "250", *DRAW)
    assert "抽样封存文件 " in committed
    assert "请打印并签字：draws/wave1/paper.txt 和 draws/wave1/audit_draw.html" in committed
    assert "按抽样顺序排好的 250 个号码：draws/wave1/sample.csv" in run(
        "sample", "draw", STUDY, "--public", DICE, *DRAW
    )
    audit = ("sample", "audit", STUDY, "--secret", "draws/wave1/secret.hex", *DRAW)
    assert run(*audit).splitlines()[0] == "相符  密数就是事先封存的那一个"
    assert run(*audit, spoken="en").splitlines()[0] == "holds  the secret is the one that was committed to"
    assert run(*audit, "--json") == run(*audit, "--json", spoken="en")


def test_a_package_is_shown_as_people_read_it(run: Run) -> None:
    run("centre", "keygen", "keys")
    run("central", "key", "--data", "central")
    run("study", "build", STUDY, "--keys", "keys", "--central", "central/central.vkey", "--out", "d.study")
    show = ("study", "show", "d.study", "--key", "keys/publisher.vkey")
    chinese, english = run(*show), run(*show, spoken="en")
    assert "评价单位      1 通川区\n              2 达川区\n" in chinese
    assert "units           1 Tongchuan District\n                2 Dachuan District\n" in english
    assert not set("{}[]'") & set(chinese), "no values of Python"


def test_a_secret_is_asked_for_in_chinese(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def prompt(question: str, **how: object) -> str:
        asked.extend((question, how["confirmation_prompt"], how["prompt_suffix"]))
        return "correct horse battery"

    monkeypatch.setattr(typer, "prompt", prompt)
    run("centre", "keygen", "keys")
    assert run("centre", "lock", "keys/lead.key") == "keys/lead.key 已加上口令。忘了口令，谁也打不开。\n"
    assert asked == ["新口令", "请再输入一遍", "："]

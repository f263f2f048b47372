"""Whoever asks how a command is used, or uses it wrongly, is told in his language: every text and word of every command has its Chinese."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from app.__main__ import Face, build, main
from app.columns import columns, wrapped
from app.commands.cli import Commands, Misuse
from app.commands.help import chinese, misused, page, tidy

LITERAL = re.compile(r"[A-Z]+|(\w+[|=])+\w+")
"""A word in brackets that is typed, or a name of a format: it has no Chinese."""
ENGLISH = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
FRAME = {
    *("Usage: ", "Arguments:", "Options:", "Commands:", "[OPTIONS]", "; ", "command", "path", "text", "n"),
    *("required", "may be left out", "may be repeated", "or in the environment as {name}"),
    *("default {value}", "{least} to {most}", "at least {least}", "at most {most}"),
}
"""Words of the page itself."""
Shown = Callable[..., str]


def contexts(root: Any) -> Iterator[typer.Context]:
    """One for each command and group, outermost first."""

    def below(command: Any, name: str, parent: Any) -> Iterator[typer.Context]:
        context = type(command).context_class(command, info_name=name, parent=parent)
        yield context
        for inner, each in getattr(command, "commands", {}).items():
            yield from below(each, inner, context)

    yield from below(root, "fangxin", None)


@cache
def everything() -> tuple[typer.Context, ...]:
    return tuple(contexts(typer.main.get_command(build(Face(), ["--help"]))))


def texts(found: tuple[typer.Context, ...]) -> set[str]:
    """Sentences and words that a reader meets."""
    said = set()
    for context in found:
        command: Any = context.command
        said.add(tidy(command.help))
        for each in command.get_params(context):
            said.add(tidy(each.help))
            if each.param_type_name == "argument" or each.metavar:
                said.add(each.metavar or each.name)
    return {text for text in said if not LITERAL.fullmatch(text)}


def bare(text: str) -> str:
    """Without what is typed: commands, options, quotations."""
    return re.sub(r"`[^`]*`|\"[^\"]*\"|^用法：fangxin[a-z -]*|--[a-z-]+", "", text, flags=re.MULTILINE)


def test_every_text_and_word_of_every_command_has_its_chinese() -> None:
    assert len(everything()) > 60
    missing = (texts(everything()) | FRAME) - set(chinese())
    assert not missing, "put them into resources/i18n/help/:\n" + "\n".join(sorted(missing))


def test_no_chinese_is_kept_of_what_no_command_says() -> None:
    assert set(chinese()) - texts(everything()) - FRAME == set()


def test_a_command_that_is_new_and_says_nothing_in_chinese_is_found() -> None:
    cli = Commands("Boil water.", add_completion=False)

    @cli.command()
    def kettle(
        water: str = typer.Argument(help="How much."), hot: bool = typer.Option(help="Until it boils.")
    ) -> None:
        """Put it on."""

    @cli.command()
    def pot(port: str = typer.Argument(metavar="spout", help="Port; 0 = any free one.")) -> None:
        """Print one JSON document."""

    found = tuple(contexts(typer.main.get_command(cli)))
    assert texts(found) - set(chinese()) == {
        *("Boil water.", "Put it on.", "How much.", "Until it boils.", "water", "spout")
    }


def test_every_command_of_the_sample_can_be_asked_in_either_language() -> None:
    """Supervisor and auditor work on one another's computers."""
    ends = [each for each in everything() if not hasattr(each.command, "commands")]
    of_sample = [each for each in ends if each.command_path.startswith("fangxin sample ")]
    assert len(of_sample) > 20
    takes = {each.command_path for each in of_sample if "lang" in {p.name for p in each.command.params}}
    assert {each.command_path for each in of_sample} - takes == set()


def test_no_page_holds_an_english_sentence() -> None:
    pages = {each.command_path: page(each, "zh") for each in everything()}
    assert {path: found for path, text in pages.items() if (found := ENGLISH.findall(bare(text)))} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("wide", [50, 80, 200])
def test_a_page_fits_its_terminal_and_no_line_begins_with_a_closing_mark(
    monkeypatch: pytest.MonkeyPatch, wide: int, language: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(wide))
    lines = [line for each in everything() for line in page(each, language).splitlines()]
    unbroken = re.compile(r".*\brestored\|reinstalled|.*\w{30}|.*--witness-key")
    assert [line for line in lines if columns(line) > min(wide, 100) and not unbroken.match(line)] == []
    assert [line for line in lines if re.match(r" *[、。，；：？！）》”]", line)] == []
    assert [line for line in lines if re.search(r"[（《“]$", line)] == []


def test_chinese_is_broken_between_characters_and_words_stay_whole() -> None:
    assert wrapped("请执行 fangxin sync now，再看（见手册）。", 12) == [
        "请执行",
        "fangxin sync",
        "now，再看",
        "（见手册）。",
    ]
    assert wrapped("a much-too-long word", 5) == ["a", "much-too-long", "word"]
    assert wrapped("", 5) == []


# Which language


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shown:
    """The first line of what a command prints, on a Chinese system whose data folder is tmp_path."""
    for name in ("LC_ALL", "LC_MESSAGES", "FANGXIN_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("FANGXIN_DATA_DIR", str(tmp_path))

    def once(*words: object, code: int = 0) -> str:
        assert main([str(word) for word in words]) == code
        said = capsys.readouterr()
        assert "" in (said.out, said.err)
        return (said.out or said.err).partition("\n")[0]

    return once


def test_help_speaks_as_the_system_does_until_the_settings_or_the_command_line_say_otherwise(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown("--help") == "用法：fangxin [选项] [<命令>]"
    assert shown("sample", "why", "--help") == "用法：fangxin sample why [选项] <样本编号>"
    assert shown("sample", "frame", "--lang", "en", "--help").startswith(
        "Usage: fangxin sample frame [OPTIONS] <tables>..."
    )
    other = tmp_path / "other"
    other.mkdir()
    (other / "settings.toml").write_text('language = "en"\n', encoding="utf-8")
    assert shown("--data-dir", other, "--help") == "Usage: fangxin [OPTIONS] [<command>]"
    assert shown("--data-dir", other, "verify", "--help") == "Usage: fangxin verify [OPTIONS] <path>"
    monkeypatch.setenv("FANGXIN_LANGUAGE", "zh")
    assert shown("--data-dir", other, "--help").startswith("用法：")
    (other / "settings.toml").write_text("language = \n", encoding="utf-8")
    assert shown("--data-dir", other, "--help").startswith("用法：")


def test_a_group_alone_shows_what_is_in_it_and_counts_as_asked_wrongly(shown: Shown) -> None:
    assert shown("sample", "dnc", code=2) == "用法：fangxin sample dnc [选项] <命令>"


# What is asked wrongly


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("verify",), "缺少参数 <路径>。用法见 `fangxin verify --help`。"),
        (("verify", "a", "b", "c"), "多出了参数：b c。用法见 `fangxin verify --help`。"),
        (("sample", "commit", "x"), "缺少选项 --n。用法见 `fangxin sample commit --help`。"),
        (("sample", "desgn"), "没有命令“desgn”，是不是“design”？用法见 `fangxin sample --help`。"),
        (("sampl",), "没有命令“sampl”，是不是“sample”？用法见 `fangxin --help`。"),
        (("centre", "sing"), "没有命令“sing”，是不是“sign”？用法见 `fangxin centre --help`。"),
        (("sample", "gives"), "没有命令“gives”，是不是“give”、“given”？用法见 `fangxin sample --help`。"),
        (("sample", "o'clock"), "没有命令“o'clock”。用法见 `fangxin sample --help`。"),
        (("--bogus",), "没有选项 --bogus，相近的有：--out。用法见 `fangxin --help`。"),
        (
            ("sync", "renew", "--reason", "x"),
            "--reason 的值不能用：“x”不在可选之列：“restored”、“reinstalled”、",
        ),
        (("sample", "commit", "x", "--dr", "y"), "没有选项 --dr，相近的有：--dnc、--draws。用法见"),
        (("sample", "commit", "x", "--n", "many"), "--n 的值不能用：应为整数。用法见"),
        (("line", "call", "1", "--seconds", "0"), "--seconds 的值不能用：不能小于 1。用法见"),
        (("doctor", "--json=1"), "选项 --json 后面不能写值。用法见 `fangxin doctor --help`。"),
        (("doctor", "--out"), "选项 --out 后面要写值。用法见 `fangxin doctor --help`。"),
        (
            ("sample", "design", "--lang", "en"),
            "Missing argument '<study>'. See `fangxin sample design --help`.",
        ),
    ],
)
def test_what_is_asked_wrongly_is_said_with_where_to_look(
    shown: Shown, words: tuple[str, ...], says: str
) -> None:
    assert shown(*words, code=2).startswith(f"fangxin: {says}")


def wrong(context: typer.Context, known: set[str]) -> Iterator[list[str]]:
    """Ways to ask a command wrongly, one for each of its parts that can be wrong. known: options that another command has too."""
    command: Any = context.command
    path = context.command_path.split()[1:]
    params = command.get_params(context)
    enough = ["x" for each in params if each.param_type_name == "argument" and each.required]
    for each in params:
        if each.required and each.param_type_name == "option":
            enough += [each.opts[0], "1"]
    yield [*path, "--no-such-option"]
    if not hasattr(command, "commands"):
        yield [*path, *enough, "x", "y", "z"] if not any(each.nargs == -1 for each in params) else path
    for each in params:
        if each.param_type_name == "option" and each.opts[0] not in known:
            name = each.opts[0]
            known.add(name)
            yield [*path, f"{name}=1"] if each.is_flag else [*path, name]
            kind = each.get_help_record(context)[0]
            if re.search("int|float|[|]", kind) and not each.metavar:
                yield [*path, *enough, name, "ab"]
            if "range" in kind:
                yield [*path, *enough, name, "-5"]


def test_whatever_is_wrong_with_a_command_line_is_said_in_chinese(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FANGXIN_DATA_DIR", str(tmp_path))
    root: Any = everything()[0].command
    english, count, known = {}, 0, set[str]()
    for context in everything():
        for words in wrong(context, known):
            try:
                root.main(words, "fangxin", standalone_mode=False)
            except Misuse as error:
                count += 1
                said = bare(misused(error, getattr(error, "ctx", None), "zh"))
                if re.search(r"[a-z]{3,}|['\",]", re.sub(r"“[^”]*”|x y z|no-such-option", "", said)):
                    english[" ".join(words)] = said
    assert count > 200
    assert english == {}

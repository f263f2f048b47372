"""What the pages name is there: every `fangxin …` of every page is a command of the program, with options that it has, and every page that
is named lies beside it."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from app.__main__ import Face, build

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "resources" / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
HANDBOOKS = ("start.md", "interviewer.md", "team-lead.md", "it.md", "analyst.md")
"""In Chinese and English on one page, paragraph for paragraph; witness, sample and threat model have a page for each language."""


def named(text: str) -> list[str]:
    """The command lines in a page: in code between backquotes, on one line, and in blocks."""
    blocks = re.findall(r"```(?:sh|text)\n(.*?)```", text, re.DOTALL)
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)]
    lines = [line for block in blocks for line in block.splitlines()]
    # "fangxin quota decision v1" is the title of a signed note
    return [
        line
        for line in (*spans, *lines)
        if re.match(r"(fangxin|python3 resources/bootstrap\.py run) (?!.* v1$)", line)
    ]


def the_program() -> Any:
    """The root of all commands, as Typer makes them of click's; none is carried out."""
    return typer.main.get_command(build(Face(), ["--help"]))


def fault(line: str, root: Any) -> str:
    """What is wrong with a command line: a command or an option that is not there; "" if nothing."""
    words = line.removeprefix("fangxin ").removeprefix("python3 resources/bootstrap.py run ").split()
    command = root
    while (below := getattr(command, "commands", {})) and words and not words[0].startswith("-"):
        if words[0] in ("COMMAND", "…"):
            return ""
        if words[0] not in below:
            return f"no command {words[0]}"
        command = below[words.pop(0)]
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    unknown = [word for word in words if re.match(r"--[a-z]", word) and word.partition("=")[0] not in options]
    return f"no option {unknown[0]}" if unknown else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_only_commands_and_options_that_are_there(page: Path) -> None:
    root = the_program()
    lines = named(page.read_text(encoding="utf-8"))
    assert {line: wrong for line in lines if (wrong := fault(line, root))} == {}


def test_a_command_or_option_that_is_not_there_is_noticed() -> None:
    root = the_program()
    page = "`fangxin keys list`, `fangxin verify X --quick`, `fangxin sync\nnow --who I01`\n```text\nfangxin centre sell\n```\n"
    assert [fault(line, root) for line in named(page)] == [
        "no command keys",
        "no option --quick",
        "",
        "no command sell",
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_points_to_pages_that_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [(page.parent / target).resolve() for target in re.findall(r"\]\(([^)#:]+)\)", text)]
    links += [DOCS / target for target in re.findall(r"`([a-z-]+(?:\.zh)?\.md)`", text)]
    assert [str(link) for link in links if not link.exists()] == []


@pytest.mark.parametrize("name", HANDBOOKS)
def test_a_handbook_says_everything_in_both_languages(name: str) -> None:
    text = re.sub(r"```.*?```", "", (DOCS / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        heading, _, said = section.partition("\n")
        said = re.sub(r"`[^`]*`", "", said)
        chinese, english = len(re.findall(r"[\u4e00-\u9fff]", said)), len(re.findall(r"[A-Za-z]+", said))
        assert english < 25 or chinese > english / 2, heading
        assert chinese < 25 or english > chinese / 5, heading


def shapes(name: str) -> list[tuple[int, int, list[str]]]:
    """Of each section of a page: how many rows of tables, how many steps, and the options in it."""
    text = (DOCS / name).read_text(encoding="utf-8")
    return [
        (
            each.count("\n|"),
            len(re.findall(r"^(?:\d\.|-) ", each, re.MULTILINE)),
            sorted(re.findall(r"--[a-z-]+", each)),
        )
        for each in re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    ]


@pytest.mark.parametrize("name", ["witness", "sample"])
def test_a_handbook_with_a_page_for_each_language_says_the_same_on_both(name: str) -> None:
    assert shapes(f"{name}.md") == shapes(f"{name}.zh.md")


def quoted(name: str) -> list[list[str]]:
    """What stands between backquotes in each section, in alphabetical order: Chinese may say it in another."""
    text = (DOCS / name).read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return [sorted(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", each)) for each in sections]


def test_the_page_on_sampling_names_the_same_commands_and_files_in_both_languages() -> None:
    assert quoted("sample.md") == quoted("sample.zh.md")


def test_the_page_on_sampling_names_only_commands_that_are_there() -> None:
    """There they are written without the program's name."""
    root = the_program()
    lines = {
        span
        for each in quoted("sample.zh.md")
        for span in each
        if re.match(r"(sample|centre|sync) [a-z]", span)
    }
    assert len(lines) > 20
    assert {line: wrong for line in lines if (wrong := fault(line, root))} == {}

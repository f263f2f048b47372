"""What commands say when all is well, what they ask and how far they are: in Chinese where the language is Chinese."""

import re
from functools import cache
from pathlib import Path
from string import ascii_lowercase

import pytest

from app.commands.line import CHECKED
from app.sample.queue import Rank
from app.sentences import known
from tests.said_in_source import HOLE, Sink, Source, Told

ROOT = Path(__file__).parents[1]
SPOKEN = tuple(
    Sink(place, called, parameter, at, "spoken")
    for place, called, parameter, at in (
        ("app/commands/", "announce", "sentence", 0),
        ("app/commands/", "told", "sentence", 0),
        ("app/commands/", "prompt", "question", 0),
        ("app/commands/", "bar", "what", 0),
        ("app/commands/sample.py", "_say", "words", 1),
        ("app/demo.py", "say", "", 0),
        ("app/demo.py", "_say", "", 0),
        ("app/drawing.py", "Checked", "what", 0),
    )
)
PLACES = ("app/commands/", "app/demo", "app/drawing.py", "app/sample/")
"""A parameter is followed to all callers of that name: one of another module may only be called alike."""
ECHOED = Sink("app/", "echo", "message", 0, "spoken")
OUTCOME = "17 无人接听 (no answer) at"
NO_WORDS = re.compile(r"([^A-Za-z]|\b(s|B|C|SHA|fangxin)\b)*")
"""Signs, seconds, the names of the draw's values, and who speaks."""


@cache
def said(*sinks: Sink, folder: Path = ROOT / "app") -> tuple[Told, ...]:
    """Sentences with words, apart line by line."""
    found = [
        each
        for each in Source(folder).told(sinks)
        if each.part.endswith("spoken") and each.at.startswith(PLACES)
    ]
    lines = {Told(each.at, each.part, line.strip()) for each in found for line in each.text.split("\n")}
    return tuple(sorted((each for each in lines if not wordless(each.text)), key=str))


def wordless(text: str) -> bool:
    return NO_WORDS.fullmatch(text.replace(HOLE, "")) is not None


def unknown(told: tuple[Told, ...]) -> list[str]:
    return [f"{each.at}  {each.text}" for each in told if not known(each.text)]


def test_whatever_a_command_says_has_its_chinese() -> None:
    told = said(*SPOKEN)
    assert len({each.text for each in told}) > 90
    missing = unknown(told)
    assert not missing, "put them into resources/i18n/sentences/:\n" + "\n".join(missing)


def test_what_is_echoed_as_it_is_has_no_words() -> None:
    assert [f"{each.at}  {each.text}" for each in said(ECHOED)] == [], "print it with announce()"


@pytest.mark.parametrize(
    ("sink", "frame"),
    [
        (Sink("app/sample/queue.py", "Finished", "why", 0, "spoken"), "Finished: {}."),
        (Sink("app/sample/queue.py", "Due", "why", 2, "spoken"), "Not before 2026-03-02 18:40: {}."),
        (
            Sink("app/sample/queue.py", "Due", "why", 2, "spoken"),
            "May be dialled now, level 7 (last slice): {}.",
        ),
    ],
)
def test_why_a_case_is_or_is_not_called_is_said_in_chinese_to_the_end(sink: Sink, frame: str) -> None:
    reasons = {each.text.replace(f"{HOLE} at", OUTCOME) for each in said(sink) if " " in each.text}
    assert len(reasons) > 4
    told = {why: known(frame.format(why)).replace(HOLE, "") for why in reasons}
    assert {why: said for why, said in told.items() if not said or set(said) & set(ascii_lowercase)} == {}


def test_how_urgent_a_case_is_is_said_in_chinese() -> None:
    assert [rank for rank in Rank if not known(rank.name.lower().replace("_", " "))] == []


def test_every_check_of_the_doctor_has_a_chinese_name() -> None:
    places = (ROOT / "app" / name for name in ("line/doctor.py", "commands/line.py", "surroundings.py"))
    named = {
        n for path in places for n in re.findall(r'(?:Finding|fault)\(\s*"(\w+)"', path.read_text("utf-8"))
    }
    assert named == set(CHECKED)


def test_saboteur_a_new_answer_without_chinese_is_found(tmp_path: Path) -> None:
    (tmp_path / "app" / "commands").mkdir(parents=True)
    (tmp_path / "app" / "commands" / "kettle.py").write_text(
        "def boil(hot, name):\n"
        "    done = f'Kettle {name} boils' if hot else 'Kettle is cold'\n"
        "    announce(f'Water first\\n{name}')\n    announce(done)\n    typer.echo(f'{name} s, ready')\n",
        encoding="utf-8",
    )
    missing = unknown(said(*SPOKEN, folder=tmp_path / "app"))
    assert {each.partition("  ")[2] for each in missing} == {
        "Kettle x1 boils",
        "Kettle is cold",
        "Water first",
    }
    assert [each.text for each in said(ECHOED, folder=tmp_path / "app")] == ["x1 s, ready"]

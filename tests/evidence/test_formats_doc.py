"""formats.md is true: its commands check an archive and find what was changed, and it knows every event, field and rule of the code."""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.evidence.audit.events import EVENTS
from tests.evidence.archive import NAME, Made, make
from tests.evidence.pen import CENTRE
from tests.evidence.tampering import append_call, edited, flip, line_number, write_lines

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "resources" / "docs" / "formats.md").read_text(encoding="utf-8")
STEPS = re.findall(r"\*\*Step \d: .*?```sh\n(.*?)```", TEXT, re.DOTALL)
TOOLS = ("age", "sha256sum", "sox", "python3", "bash")


def step(number: int, made: Made) -> subprocess.CompletedProcess[str]:
    """A step of section 11, run as somebody would who has pasted it into a shell."""
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"the program {tool} is not installed")
    identity = made.archive.parent / "centre.txt"
    identity.write_text(CENTRE.export() + "\n")
    names = {"ARCHIVE": str(made.archive), "NAME": NAME, "IDENTITY": str(identity)}
    command = ["bash", "-e", "-u", "-o", "pipefail", "-c", STEPS[number - 1]]
    return subprocess.run(
        command, env={**os.environ, **names}, capture_output=True, text=True, check=False, timeout=60
    )


def lied(tmp_path: Path) -> Made:
    def lie(content: dict[str, list[dict[str, str]]]) -> None:
        content["trail"][0]["value"] = "10"

    return make(tmp_path / "lied", lie=lie)


@pytest.mark.real
def test_every_step_holds_on_an_untouched_archive(untouched: Made) -> None:
    assert len(STEPS) == 6
    for number in range(1, 7):
        done = step(number, untouched)
        assert done.returncode == 0, f"step {number}: {done.stdout}{done.stderr}"


@pytest.mark.real
@pytest.mark.parametrize(
    ("number", "spoil"),
    [
        (1, lambda made: flip(made.object("rec.close", "sha256"))),
        (2, lambda made: write_lines(made, made.lines[:9] + made.lines[10:])),
        (2, lambda made: write_lines(made, [line.replace(b'"60"', b'"21"') for line in made.lines])),
        (3, lambda made: edited(made, line_number(made, "outcome.commit"), outcome="21")),
        (3, lambda made: write_lines(made, made.lines[:-1])),
        (3, append_call),
        (3, lambda made: flip(made.archive / "journals" / NAME / "receipts" / "000000000048.note", -9)),
        (3, lambda made: flip(made.archive / "devices" / f"{NAME}.vkey", -9)),
        (4, lambda made: made.object("interview.close", "object").unlink()),
        (4, lambda made: (made.archive / "objects" / ("0" * 64)).touch()),
        (4, lambda made: write_lines(made, [line for line in made.lines if b'"dial.end"' not in line])),
        (5, lambda made: edited(made, line_number(made, "rec.close"), samples=7)),
    ],
)
def test_a_step_finds_what_it_is_for(made: Made, number: int, spoil: Callable[[Made], object]) -> None:
    spoil(made)
    assert step(number, made).returncode != 0


@pytest.mark.real
def test_the_last_step_finds_an_insiders_answer(tmp_path: Path) -> None:
    made = lied(tmp_path)
    assert step(1, made).returncode == step(3, made).returncode == 0
    done = step(6, made)
    assert "differ" in done.stderr
    assert done.returncode != 0


# The document knows what the code does


def documented() -> dict[str, str]:
    """Event type → its row."""
    section = TEXT.partition("### Event types")[2].partition("## 6.")[0]
    rows = re.findall(r"^\| ([a-z][a-z. ,]*) \| (.*) \|$", section, re.MULTILINE)
    return {kind: fields for kinds, fields in rows if kinds != "type" for kind in kinds.split(", ")}


def appended() -> Iterator[tuple[str, set[str], str]]:
    """Every .append("type", field=…) in app: type, fields, place."""
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="append"),
                    args=[ast.Constant(value=str(kind)), *_],
                    keywords=fields,
                ) if fields or "." in kind:
                    yield kind, {field.arg for field in fields if field.arg}, f"{path.name}:{node.lineno}"


def test_every_event_that_the_program_writes_is_documented_with_its_fields() -> None:
    rows = documented()
    found = list(appended())
    assert len(found) > 15
    for kind, fields, place in found:
        assert kind in rows, f"{place}: {kind} is not in formats.md"
        if kind != "answer.amend":
            missing = {name for name in fields if not re.search(rf"\b{name}\b", rows[kind])}
            assert not missing, f"{place}: {kind} has fields that formats.md does not name: {missing}"


def test_every_event_that_is_checked_is_documented_and_the_other_way_round() -> None:
    rows = documented()
    known = {kind: tuple(fields) for kind, fields in EVENTS.items()}
    assert rows.keys() == known.keys()
    for kind, fields in known.items():
        if kind != "answer.amend":
            assert all(re.search(rf"\b{name}\b", rows[kind]) for name in fields), kind


def test_every_event_that_the_program_writes_is_checked() -> None:
    assert {kind for kind, _, _ in appended()} <= EVENTS.keys()


SAYS = {"broken", "unproven", "missing", "note", "say", "_broken"}


def rules_used() -> Iterator[str]:
    """The rule of every finding that app/evidence/audit can write down."""
    for path in (ROOT / "app" / "evidence" / "audit").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr=name) | ast.Name(id=name),
                    args=[ast.Constant(value=str(rule)), *_],
                ):
                    if name in SAYS:
                        yield rule


def test_every_rule_of_the_check_is_documented_and_none_is_invented() -> None:
    rows = re.findall(r"^\| ([a-z]+\.[a-z., ]+) \|", TEXT.partition("## 12.")[2], re.MULTILINE)
    assert {rule for row in rows for rule in row.split(", ")} == set(rules_used())

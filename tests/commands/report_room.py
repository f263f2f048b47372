"""A centre's own archive in small, and the command typed beside it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.study.bundle import build
from app.study.model import Recipients
from tests.commands.conftest import Run
from tests.desk_room import source
from tests.evidence.archive import Made, hand_in, make, put
from tests.evidence.pen import CENTRAL, CENTRE, LEAD, NOON, PUBLISHER, Pen

TALKS = (("4", "7"), ("4", "8"), ("1", "9"))
"""County and the score of every item: Xuanhan 70 and 80, Tongchuan 90."""


def talk(
    pen: Pen, county: str, score: str, outcome: str = "60", *, covered: int = 1, cut: bool = False
) -> None:
    """An interview with one score for everything. covered: 0 = its recording has lost a side. cut: a crash cut off a call of it, and it
    was brought to its end in a second one."""
    case, begun = pen.id(), ""
    if cut:
        first = pen.dial(case)
        first.speak(3, at_once=True)
        first.answered()
        first.speak(52, at_once=True)
        first.crash()
        begun = first.interview
    line = pen.dial(case)
    line.speak(3, at_once=True)
    line.answered(begun)
    line.speak(15, at_once=True)
    first = {"intro": "1", "consent": "1", "age": "45", "residence": "1", "county": county, "sex": "2"}
    for question, value in {**first, **{f"q{n:02}": score for n in range(1, 13)}}.items():
        line.answer(question, value)
        pen.clock.advance(-100)  # keys are pressed while both speak
    line.speak(3, at_once=True)
    line.end("remote_hangup", outcome, covered=covered)


def field_work(
    *, handed_out: int = 10, outcome: str = "60", spoilt: bool = False
) -> Callable[[Pen, Path, dict[str, str]], None]:
    """The three interviews and one number where nobody was, of so many handed out to the workstation (0 = its pool's affair). spoilt: and
    two complete interviews, one whose recording has lost a side, one whose recording broke off on the way."""

    def story(pen: Pen, archive: Path, calls: dict[str, str]) -> None:
        if handed_out:
            pen.write("assignment.accept", sha256="aa" * 32, cases=handed_out)
        pen.sign_in()
        for county, score in TALKS:
            talk(pen, county, score, outcome)
        if spoilt:
            talk(pen, "4", "1", covered=0)
            talk(pen, "4", "1", cut=True)
        silent = pen.dial(pen.id())
        silent.speak(4, at_once=True)
        silent.end("no_answer", "16")
        hand_in(pen, archive)

    return story


def package(out: Path, **changes: object) -> Path:
    """The practice study, signed by this archive's publisher."""
    study = replace(source(), **changes)  # type: ignore[arg-type]
    recipients = Recipients(centre=(str(CENTRE.recipient),), lead=(str(LEAD.recipient),))
    return build(
        study,
        version=study.version,
        expires=NOON * 2,
        recipients=recipients,
        central_vkey=CENTRAL.vkey,
        witness_vkeys=(),
        signer=PUBLISHER,
        out=out,
    )


def archive_of(folder: Path, **story: object) -> Made:
    """Central's folder after this field work."""
    made = make(folder, story=field_work(**story), study=("dazhou-2017", 1))  # type: ignore[arg-type]
    for place in (made.archive, made.workstation):
        shutil.rmtree(place / "study")
        package(place / "study")
    return made


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return archive_of(tmp_path_factory.mktemp("index"))


@pytest.fixture
def made(whole: Made, tmp_path: Path) -> Made:
    """A copy that may be spoilt, as `archive` in the folder where commands are typed, with `centre.key` and `lead.key`."""
    shutil.copytree(whole.archive, tmp_path / "archive")
    for name, key in (("centre", CENTRE), ("lead", LEAD)):
        put(tmp_path / f"{name}.key", f"{key.export()}\n".encode())
        put(tmp_path / f"{name}.pub", f"{key.recipient}\n".encode())
    return replace(whole, archive=tmp_path / "archive")


@pytest.fixture
def report(fangxin: Run) -> Run:
    """`fangxin results report archive --identity centre.key --out out`, and more."""

    def once(
        *more: str, key: str = "centre.key", archive: str = "archive", out: str = "out"
    ) -> tuple[int, str, str]:
        named = ("--identity", key) if key else ()
        return fangxin("results", "report", archive, *named, "--out", out, *more)

    return once

"""Every form that pyxform has shipped as test material either plays or is refused with a place and a plain sentence. No crash."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import AnswerError, StudyError
from app.questionnaire import xlsform
from app.questionnaire.session import Session
from tests.javarosa import shipped
from tests.questionnaire import corpus, good_forms
from tests.questionnaire.conftest import DAZHOU, write_workbook

__all__ = ["write_workbook"]

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

ANSWERS = ["1", "5", "0", "30", "2.5", "some text", "2020-02-29", "12:30", "2020-02-29T12:30", "99", ""]
LONGEST = 120
"""Steps of one play: forms with repeats need not end."""


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pyxform")
    if why := shipped.fetch(folder):
        if os.environ.get("FANGXIN_REQUIRE_PEERS"):
            pytest.fail(f"pyxform {shipped.VERSION} cannot be downloaded: {why}")
        pytest.skip("pyxform's older package cannot be downloaded here")
    return folder


def play(xml: str, seed: int) -> int:
    """An interview at random answers; how many questions were on screen."""
    session, dice = Session(xlsform.parse(xml)), random.Random(seed)
    shown = 0
    while session.current is not None and shown < LONGEST:
        question = session.current
        shown += 1
        for language in session.form.languages:
            assert isinstance(session.text(question, language), str)
            session.instruction(question)
        if not _answered(session, dice):
            break
        try:
            session.next()
        except AnswerError:
            break
        if dice.random() < 0.1:
            session.back()
    return shown


def _answered(session: Session, dice: random.Random) -> bool:
    assert session.current is not None
    codes = [choice.name for choice in session.current.choices]
    for value in [*dice.sample(codes, min(3, len(codes))), *dice.sample(ANSWERS, len(ANSWERS))]:
        try:
            session.answer(value)
        except AnswerError:
            continue
        return True
    return False


def ways(material: Path) -> Iterator[tuple[str, str]]:
    """Name and XForm of everything that pyxform itself can convert today."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    for file in shipped.xforms(material):
        yield file.name, file.read_text("utf-8")
    sources: list[tuple[str, str | Path]] = [(file.name, file) for file in shipped.books(material)]
    sources += [(each.name, each.text) for each in shipped.tables(material)]
    for name, source in sources:
        try:
            yield name, str(convert(xlsform=source, validate=False, pretty_print=False).xform)
        except (PyXFormError, LookupError, TypeError, ValueError, AttributeError):
            continue  # meant to fail, or written for a pyxform of long ago


def test_every_form_plays_or_is_refused_in_words(material: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcome: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for name, xml in ways(material):
        try:
            shown = sum(play(xml, seed) for seed in range(3))
        except StudyError as refusal:
            outcome["refused"] += 1
            reasons[refusal.what[:60]] += 1
        except Exception as crash:
            raise AssertionError(f"{name} crashes: {crash!r}\n{xml[:4000]}") from crash
        else:
            outcome["played"] += 1
            outcome["screens"] += shown
    with capsys.disabled():
        print(f"\npyxform {shipped.VERSION}'s forms: {dict(outcome)}; refused: {reasons.most_common(12)}")
    assert outcome["played"] >= 150
    assert all(len(reason) > 10 for reason in reasons)


@pytest.mark.parametrize("name", [*good_forms.GOOD, "dazhou-2017", "corpus"])
def test_every_form_of_our_own_plays(name: str, tmp_path: Path, write_workbook: Callable[..., Path]) -> None:
    if name in good_forms.GOOD:
        path = write_workbook(*good_forms.GOOD[name])
    else:
        path = DAZHOU if name == "dazhou-2017" else corpus.write(corpus.base(), tmp_path / "base.xlsx")
    xml = xlsform.compile_workbook(path)
    shown = sum(play(xml, seed) for seed in range(20))
    assert shown > 20 or name == "two_languages_with_sample_columns", "which asks nothing without a district"


def test_every_workbook_compiles_or_is_refused_with_its_place(material: Path) -> None:
    nowhere = []
    for file in shipped.books(material):
        try:
            xlsform.parse(xlsform.compile_workbook(file))
        except StudyError as refusal:
            nowhere += [] if refusal.where else [f"{file.name}: {refusal.what}"]
    assert not nowhere


def test_opening_the_compiled_form_takes_at_most_half_of_compiling_it(material: Path) -> None:
    """What opening a case waits for; all workbooks together, best of three."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    compiling = opening = 0.0
    for file in shipped.books(material):
        try:
            xml = str(convert(xlsform=str(file), validate=False, pretty_print=False).xform)
            xlsform.parse(xml)
        except (PyXFormError, StudyError, LookupError, TypeError, ValueError, AttributeError):
            continue
        compiling += min(
            _timed(lambda file=file: convert(xlsform=str(file), validate=False)) for _ in range(3)
        )
        opening += min(_timed(lambda xml=xml: xlsform.parse(xml)) for _ in range(3))
    print(f"compiling {compiling:.2f} s, opening {opening:.2f} s: {opening / compiling:.2f}")
    assert opening <= compiling / 2


def _timed(act: object) -> float:
    assert callable(act)
    start = time.perf_counter()
    act()
    return time.perf_counter() - start

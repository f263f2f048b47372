"""Random forms and random interviews on JavaRosa and on our engine: every value, relevance, requirement and list of choices agrees.

JAVAROSA_SEED picks other forms, JAVAROSA_WALKS another number of interviews. A failure prints the smallest form and answers found.
Differences that are meant stand with their reasons in explained.toml and in resources/docs/javarosa-differences.md.
"""

import os
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from app.questionnaire.scope import Scope
from tests.javarosa import authored
from tests.javarosa.bridge import JavaRosa, OracleError
from tests.javarosa.compare import (
    Difference,
    Explained,
    Shrinker,
    differences,
    explained,
    script,
    unexplained,
)
from tests.javarosa.generator import Features, Generator
from tests.javarosa.ours import Ours
from tests.javarosa.sketch import Paper, Sketch
from tests.javarosa.walking import Said, walk

pytestmark = [pytest.mark.real, pytest.mark.slow]

SEED = int(os.environ.get("JAVAROSA_SEED", "12340"))
WALKS = int(os.environ.get("JAVAROSA_WALKS", "2160"))
PARTS, EACH, STEPS = 6, 6, 20
"""Tests that the interviews are spread over; interviews of one form; questions of one interview."""
AUTHORED = 5
"""Every so many-th form goes through pyxform, as a workbook does."""
DOCS = Path(__file__).parents[2] / "resources" / "docs" / "javarosa-differences.md"


def interview(oracle: JavaRosa, paper: Paper, seed: int, *, fresh: bool, xml: str) -> list[Said] | str:
    """What JavaRosa does; its error when it does not take the form or breaks at once."""
    try:
        return list(walk(oracle, paper, random.Random(seed), STEPS, fresh=fresh, xml=xml))
    except OracleError as error:
        return f"exception: JavaRosa {str(error)!r}"


def fail(oracle: JavaRosa, paper: Paper, record: list[Said], strange: list[Difference], xml: str) -> None:
    """Say the smallest case that still differs; the whole one where the smaller forms, which are not written by pyxform, agree."""
    smaller, steps = Shrinker(oracle, Ours, strange[0]).shrink(paper, [said.step for said in record[1:]])
    shown = Shrinker(oracle, Ours, strange[0]).fails(smaller, steps)
    case = script(smaller.xml() if shown else xml, steps)
    pytest.fail("\n".join([f"JAVAROSA_SEED={SEED}", *map(str, (shown or strange)[:5]), case]), pytrace=False)


@pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, PARTS))]
)
def test_random_interviews_agree_with_javarosa(
    part: int, javarosa: JavaRosa, capsys: pytest.CaptureFixture[str]
) -> None:
    known, tally = explained(), Counter[str]()
    forms = -(-WALKS // (PARTS * EACH))
    for number in range(forms):
        seed = SEED * 10_000 + part * forms + number
        by_pyxform = number % AUTHORED == 0
        # pyxform writes a first instance of a counted repeat too, which JavaRosa then never takes away ("count-goes-down")
        paper = Generator(seed, Features(counts=not by_pyxform, pulls=not by_pyxform)).paper()
        xml = authored.xform(paper) if by_pyxform else paper.xml()
        for turn in range(EACH):
            record = interview(javarosa, paper, seed * EACH + turn, fresh=turn == 0, xml=xml)
            if isinstance(record, str):
                why = [one.key for one in known if one.matches and re.search(one.matches, record)]
                assert why, f"JAVAROSA_SEED={SEED}, form {seed}: not explained: {record}"
                Ours(xml)
                tally[f"form that JavaRosa does not take: {why[0]}"] += 1
                break
            tally["interviews"] += 1
            tally["steps"] += len(record)
            found = list(differences(Ours, paper, record, xml=xml))
            strange = [each for each in found if not any(one.holds(each) for one in known)]
            if strange and not any(one.carries and one.holds(each) for one in known for each in found):
                fail(javarosa, paper, record, strange, xml)
            tally.update(
                next((one.key for one in known for each in found if one.holds(each)), "") for _ in found[:1]
            )
    with capsys.disabled():
        print(f"\nagain: JAVAROSA_SEED={SEED}, part {part}: {dict(tally)}")
    assert tally["interviews"] >= 0.93 * forms * EACH, "at least 2,000 in all"


def test_a_faulty_engine_is_found_and_the_case_made_small(javarosa: JavaRosa) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scope, "read", lambda scope, path: scope._state.flat[path].value)
        for seed in range(200):
            paper = Generator(seed, Features(repeats=False, counts=False)).paper()
            record = interview(javarosa, paper, seed, fresh=True, xml=paper.xml())
            found = unexplained(Ours, paper, record) if isinstance(record, list) else []
            if isinstance(record, list) and found and found[0].what == "relevant":
                break
        else:
            pytest.fail("200 forms did not show it")
        smaller, steps = Shrinker(javarosa, Ours, found[0]).shrink(paper, [said.step for said in record[1:]])
        assert len(list(smaller.walk())) <= 6
        assert len(steps) <= 4


def test_every_difference_that_is_meant_is_written_down() -> None:
    text = DOCS.read_text("utf-8")
    for each in explained():
        assert f"`{each.key}`" in text, each.key
        assert len(each.reason) > 20


PLACE = "/data/q"


@pytest.mark.parametrize("each", [one for one in explained() if one.expression], ids=lambda one: one.key)
def test_a_difference_that_is_meant_is_as_it_says(each: Explained, javarosa: JavaRosa) -> None:
    paper = Paper(
        (Sketch("q", "string", PLACE), Sketch("c", "calculate", "/data/c", {"calculate": each.expression}))
    )
    javarosa.ask("LOAD", paper.xml())
    assert javarosa.ask("EVAL", each.expression, PLACE)["value"] == each.javarosa
    assert Ours(paper.xml()).dump()["/data/c"].value == each.ours

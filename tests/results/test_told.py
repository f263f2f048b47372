"""Calls read quickly from journals: the same rows as the long way gives, read on from look to look, and never past a broken chain."""

from pathlib import Path

import pytest

from app.errors import EvidenceError
from app.evidence.audit.journals import read_facts
from app.evidence.audit.place import Place
from app.results.open import calls_told, rows_of
from app.results.told import NotTold, Told
from app.sample.outcome import load_outcomes
from tests.evidence.archive import Made, make

OUTCOMES = {**load_outcomes(), "22": load_outcomes()["15"]}
"""The afternoon has an outcome of its own."""


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A desk's afternoon, with a crash in it."""
    return make(tmp_path)


def test_the_quick_way_gives_the_rows_of_the_long_way(made: Made) -> None:
    place = Place.at(made.archive)
    quick = rows_of(place, Told().facts(place), OUTCOMES)
    assert quick == rows_of(place, read_facts(place), OUTCOMES)
    assert len(quick) == 5
    cut = next(row for row in quick if row.call == made.calls["cut"])
    assert cut.seconds > 0, "of a call that a crash cut off, the last line tells how far it got"


def test_a_second_look_reads_on_and_leaves_a_line_that_is_being_written(made: Made) -> None:
    whole, told = made.journal.read_bytes(), Told()
    middle = whole.index(b'"type":"dial.end"')
    made.journal.write_bytes(whole[:middle])
    before = calls_told(made.archive, told, OUTCOMES)
    made.journal.write_bytes(whole)
    assert len(before) < 5
    assert calls_told(made.archive, told, OUTCOMES) == calls_told(made.archive, outcomes=OUTCOMES)


def test_a_line_that_was_altered_is_named_also_when_it_says_nothing_about_a_row(made: Made) -> None:
    """The saboteur: an answer's commitment is none of this report's business, and still the chain breaks there."""
    lines = made.journal.read_bytes().split(b"\n")
    place = next(n for n, line in enumerate(lines) if b'"answer.commit"' in line)
    lines[place] = lines[place].replace(b'"at":', b'"at":1', 1)
    made.journal.write_bytes(b"\n".join(lines))
    with pytest.raises(NotTold):
        Told().facts(Place.at(made.archive))
    with pytest.raises(EvidenceError, match="was altered") as caught:
        calls_told(made.archive)
    assert "journal.jsonl" in caught.value.where


def test_a_journal_that_has_become_shorter_is_read_anew(made: Made) -> None:
    whole, told = made.journal.read_bytes(), Told()
    assert len(calls_told(made.archive, told, OUTCOMES)) == 5
    made.journal.write_bytes(whole[: whole.index(b'"type":"dial.end"')])
    fewer = calls_told(made.archive, told, OUTCOMES)
    assert fewer == calls_told(made.archive, outcomes=OUTCOMES)
    assert len(fewer) < 5

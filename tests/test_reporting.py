"""What a report rests on when the study changed on the way, and that two studies are never added up."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.errors import EvidenceError
from app.evidence.verify import Verdict
from app.reporting import _study
from app.results.basis import Basis, basis_of
from app.results.open import Opened
from app.results.summary import build, subject_of
from app.results.words import notes
from app.study.model import Aspect, StudySource
from tests.desk_room import source

WELL = Verdict((), (), {}, fingerprint="ab" * 32)


def reweighted(version: int) -> StudySource:
    """The practice study with five per cent moved from the first aspect to the second."""
    first, second, *others = source().aspects

    def moved(aspect: Aspect, by: int) -> Aspect:
        return replace(aspect, weight=aspect.weight + by)

    return replace(source(), version=version, aspects=(moved(first, -5), moved(second, 5), *others))


def said(study: StudySource, basis: Basis) -> tuple[str, str]:
    """The notes of an empty report that rests on this, in both languages."""
    bare = build(subject_of(study), (), (), created=date(2026, 11, 27))
    told = notes(replace(bare, basis=basis))
    return "\n".join(note.zh for note in told), "\n".join(note.en for note in told)


def test_a_study_whose_weights_changed_on_the_way_is_counted_by_the_newest_and_says_so() -> None:
    old, new = source(), reweighted(2)
    assert _study(Path("archive"), Opened((), (), (old, new))) == new
    basis = basis_of(WELL, (old, new), new, released=80)
    assert basis.changed == (1,)
    zh, en = said(new, basis)
    assert "第1版的区县、权重或计分题与第2版不同" in zh
    assert "事后不能改动" not in zh, "that is what happened"
    assert "All interviews are counted by version 2" in en
    assert "signed before the first call" not in en


def test_a_study_that_only_got_a_new_roster_has_not_changed() -> None:
    old, new = source(), replace(source(), version=2, roster=())
    basis = basis_of(WELL, (old, new), new, released=80)
    assert basis.changed == ()
    zh, en = said(new, basis)
    assert "开始拨打之前已经签名，事后不能改动" in zh
    assert "signed before the first call" in en
    assert "没有发现改动，也没有缺失。日志指纹 abab" in zh


def test_interviews_of_two_studies_make_no_index() -> None:
    other = replace(source(), id="luzhou-2018")
    with pytest.raises(EvidenceError, match="several studies lie in this archive: dazhou-2017, luzhou-2018"):
        _study(Path("archive"), Opened((), (), (source(), other)))

"""What a study says about calling: its own outcomes, holidays, field period and quotas, and what is refused before the field."""

from dataclasses import replace

import pytest

from app.errors import StudyError
from app.sample.calling import caller_of, calling_plan, design_faults, quotas_of, rules_of
from app.sample.quota import Kind
from app.study.load import CALENDAR, assemble
from app.study.model import Quota, StudySource
from tests.desk_room import source
from tests.sample.room import when

FIELD = "\n[field]\nstarts = 2026-03-02\nends = 2026-03-22\n"


def changed(more: str = "", **files: bytes) -> StudySource:
    """The shipped study with more in its study.toml."""
    known = dict(source().files)
    known["study.toml"] = known["study.toml"] + more.encode()
    return assemble({**known, **{name.replace("_", "."): data for name, data in files.items()}})


def test_the_field_period_is_whole_days_in_china() -> None:
    plan = calling_plan(changed(FIELD), rehearsal=False)
    assert (plan.starts, plan.ends) == (when("2026-03-02 00:00"), when("2026-03-23 00:00"))


def test_a_study_refines_an_outcome_and_nothing_else() -> None:
    rules = rules_of(changed('\n[outcomes.refine.16]\nretry_minutes = 90\nzh = "没人接"\n'))
    assert (rules.outcomes["16"].retry_minutes, rules.outcomes["16"].zh) == (90, "没人接")
    assert rules.outcomes["16"].aapor == "3.13"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("\n[outcomes.refine.99]\nmax = 1\n", "no outcome 99"),
        ("\n[outcomes.refine.38]\nretry_minutes = 5\n", "is final"),
        ('\n[outcomes.refine.11]\nhotkey = "2"\n', "same hot key"),
        (FIELD.replace("2026-03-22", "2026-03-01"), "ends before it begins"),
        (FIELD.replace("2026-03-02", "2026-02-16").replace("2026-03-22", "2026-02-17"), "no hours"),
        (FIELD.replace("2026-03-22", "2031-03-22"), "does not know the year"),
        (
            '\n[[quotas]]\nkind = "marginal"\nvariables = ["county", "sex"]\n[quotas.targets]\n"county=1" = 4\n"sex=1" = 3\n',
            "do not add up",
        ),
        (
            '\n[[quotas]]\nkind = "interlocking"\nvariables = ["county", "sex"]\n[quotas.targets]\n"1" = 4\n',
            "is no cell",
        ),
        ('\n[[quotas]]\nkind = "marginal"\nvariables = ["shoe"]\n', "is no question"),
        (
            '\n[[quotas]]\nkind = "shares"\nvariables = ["sex"]\ntotal = 10\nshares = { "1" = 0 }\n',
            "not all 0 (study.toml, quotas)",
        ),
    ],
)
def test_what_cannot_work_in_the_field_is_refused_before_it(more: str, words: str) -> None:
    assert any(words in str(fault) for fault in design_faults(changed(more)))


def test_the_shipped_study_is_fine() -> None:
    assert design_faults(source()) == []


def test_a_refinement_that_changes_the_code_is_refused() -> None:
    with pytest.raises(StudyError, match="aapor"):
        changed('\n[outcomes.refine.16]\naapor = "4.31"\n')


def test_a_centre_has_days_of_its_own() -> None:
    plan = calling_plan(
        changed(**{CALENDAR.replace(".", "_"): b'[2026]\nsilent = ["03-05"]\n'}), rehearsal=False
    )
    assert plan.calendar.opens(when("2026-03-05 10:00")) == when("2026-03-06 09:00")


def test_quotas_of_all_kinds() -> None:
    study = replace(
        source(),
        quotas=(
            Quota("interlocking", ("county", "sex"), "stop", {"1/1": 5}),
            Quota("marginal", ("county",), "allow", {"county=2": 7}),
            Quota("shares", ("group",), "stop", {}, {"a": 55, "b": 35, "c": 10}, 97),
        ),
    )
    one, two, three = quotas_of(study)
    assert one.targets == {(("county", "1"), ("sex", "1")): 5}
    assert two.kind is Kind.MARGINAL
    assert [*three.targets.values()] == [53, 34, 10]


def test_who_signs_in_has_the_skills_of_the_roster() -> None:
    assert caller_of(source(), "访问员02").skills == {"达州话", "宣汉话"}
    assert caller_of(source(), "I02").id == "I02"
    assert caller_of(source(), "somebody").skills == frozenset()

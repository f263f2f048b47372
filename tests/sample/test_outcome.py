"""The outcome table: complete, in order, and with errors that a person can repair."""

from collections import Counter
from pathlib import Path

import pytest

from app.errors import StudyError
from app.sample.outcome import Category, Group, When, category_of, load_outcomes, load_rules, propose
from hardware.base import Cause

METHOD = {  # notes/method.md §1.4: key → AAPOR code and class
    "11": "4.31 NE", "12": "4.33 NE", "13": "3.13 UH", "14": "3.16 UH", "15": "3.12 UH", "16": "3.13 UH", "17": "3.15 UH",
    "18": "3.14 UH", "19": "3.16 UH", "20": "4.20 NE", "21": "4.41 NE", "31": "3.20 UO", "32": "2.20 NC", "33": "2.20 NC",
    "34": "2.21 NC", "35": "2.25 NC", "36": "2.111 R", "37": "2.112 R", "38": "2.11 R", "39": "2.12 R", "40": "2.332 O",
    "41": "2.32 O", "42": "2.20 NC", "51": "4.70 NE", "52": "4.70 NE", "53": "4.10 NE", "54": "4.51 NE", "55": "4.52 NE",
    "56": "4.80 NE", "57": "4.81 NE", "60": "1.1 I", "61": "2.36 O", "70": "3.11 UH",
}  # fmt: skip

GOOD = """[calling]
attempts_mobile = 6
attempts_landline = 8
attempts_a_day = 2
resumable_minutes = 10
appointment_early_minutes = 5
appointment_late_minutes = 15
missed_retry_minutes = [30, 1440]

[outcome.16]
zh = "无人接听"
en = "No answer"
aapor = "3.13"
edition = "2016"
category = "UH"
group = "nobody"
hotkey = "1"
final = false
retry_minutes = 240
causes = ["no_answer"]

[outcome.60]
zh = "完成"
en = "Complete"
aapor = "1.1"
edition = "2016"
category = "I"
group = "interview"
hotkey = "1"
final = true
"""


def table(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in GOOD
    path = folder / "outcomes.toml"
    path.write_text(GOOD.replace(old, new, 1) if old else GOOD, encoding="utf-8")
    return path


def test_every_code_of_the_method_is_there() -> None:
    ours = {"58": "4.70 NE"}  # screening of a dual frame (§3.1), for which the table has no code
    assert {key: f"{o.aapor} {o.category}" for key, o in load_outcomes().items()} == METHOD | ours


def test_every_ineligible_code_leaves_the_denominators() -> None:
    """The trap of the public tables: 4.x mapped to UO."""
    assert {o.category for o in load_outcomes().values() if o.aapor.startswith("4")} == {Category.NE}


def test_an_appointment_is_no_refusal() -> None:
    made = [o for o in load_outcomes().values() if o.appointment]
    assert {o.key for o in made} == {"32", "33", "42"}
    assert all(not o.final and o.category is Category.NC for o in made)


def test_what_the_line_announces_is_never_final_at_once() -> None:
    outcomes = load_outcomes()
    assert not any(outcomes[propose(cause.value)].final for cause in Cause if propose(cause.value))


def test_every_menu_group_can_be_keyed_with_one_digit() -> None:
    menu = [o for o in load_outcomes().values() if o.in_menu]
    assert {o.group for o in menu} == set(Group)
    assert max(Counter((o.group, o.hotkey) for o in menu).values()) == 1
    assert {o.key for o in load_outcomes().values() if not o.in_menu} == {"61", "70"}


@pytest.mark.parametrize(
    ("cause", "key"),
    [
        (Cause.VACANT, "11"),
        (Cause.SUSPENDED, "12"),
        (Cause.POWERED_OFF, "13"),
        (Cause.UNREACHABLE, "14"),
        (Cause.BUSY, "15"),
        (Cause.NO_ANSWER, "16"),
        (Cause.REJECTED, "17"),
        (Cause.CONGESTION, "19"),
        (Cause.DEVICE, "19"),
        (Cause.LOCAL_HANGUP, ""),
        (Cause.REMOTE_HANGUP, ""),
        (Cause.UNKNOWN, ""),
    ],
)
def test_the_line_proposes(cause: Cause, key: str) -> None:
    assert propose(cause.value) == key


def test_a_break_off_past_the_half_is_a_partial_interview() -> None:
    broken = load_outcomes()["39"]
    assert broken.coded() == ("2.12", Category.R)
    assert broken.coded({When.HALF_ANSWERED}) == ("1.2", Category.P)
    assert load_outcomes()["40"].coded({When.UNSCREENED}) == ("3.21", Category.UO)
    assert load_outcomes()["36"].coded({When.BY_STUDY}) == ("3.21", Category.UO)


def test_only_a_hard_refusal_goes_on_the_do_not_call_list() -> None:
    assert [o.key for o in load_outcomes().values() if o.do_not_call] == ["38"]


def test_the_shipped_table_is_read_once() -> None:
    assert load_rules() is load_rules()
    with pytest.raises(TypeError):
        load_outcomes()["16"] = load_outcomes()["60"]  # type: ignore[index]


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    assert list(load_outcomes(table(tmp_path))) == ["16", "60"]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('aapor = "3.13"', 'aapor = "3.1x"', 13, 'aapor "3.1x" is no AAPOR telephone code'),
        ('category = "UH"', 'category = "UO"', 13, 'aapor "3.13" is of category UH, not UO'),
        ('category = "UH"', 'category = "XX"', 15, "category must be one of I, P, R, NC, O, UH, UO, NE"),
        ('group = "nobody"', 'group = "somebody"', 16, "group must be one of line"),
        ("retry_minutes = 240", "retry_minutes = -1", 19, "retry_minutes must be a whole number"),
        ("retry_minutes = 240", "retry_minutes = true", 19, "retry_minutes must be a whole number"),
        ("retry_minutes = 240\n", "", 18, "retry_minutes must say when"),
        ("final = true", "final = 1", 30, "final must be true or false"),
        (
            "final = true",
            "final = true\nretry_minutes = 5",
            30,
            "final and a retry rule cannot stand together",
        ),
        ("final = true", "finnal = true", 30, "finnal is not a field"),
        ('zh = "完成"\n', "", 22, "zh is missing"),
        ('causes = ["no_answer"]', "causes = 5", 20, "causes must be a list"),
        ('causes = ["no_answer"]', "causes = [5]", 20, "causes must be text"),
        ('causes = ["no_answer"]', "alternative = 5", 20, "alternative must be a table"),
        (
            'causes = ["no_answer"]',
            'alternative = { when = "unscreened" }',
            20,
            "alternative.aapor is missing",
        ),
        (
            'causes = ["no_answer"]',
            'alternative = { when = "unscreened", aapor = "4.1", category = "UO" }',
            20,
            "is of category NE, not UO",
        ),
        ('hotkey = "1"', 'hotkey = "F1"', 17, "hotkey must be one digit"),
        ('group = "nobody"', 'group = "interview"', 29, 'hotkey "1" is taken by outcome 16'),
        (
            "final = true",
            'final = true\ncauses = ["no_answer"]',
            31,
            'causes "no_answer" already proposes outcome 16',
        ),
        ("attempts_a_day = 2\n", "", 1, "attempts_a_day is missing"),
        ("[30, 1440]", '["a"]', 8, "missed_retry_minutes must be a whole number"),
        ("[outcome.60]", "[outcome.done]", 22, "no number of one to three digits"),
    ],
)
def test_an_error_names_line_and_field(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    path = table(tmp_path, old, new)
    with pytest.raises(StudyError) as error:
        load_outcomes(path)
    assert says in error.value.what
    assert error.value.where == f"{path}, line {line}"


def test_what_is_no_outcome_table_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"not valid TOML.*line 10"):
        load_outcomes(table(tmp_path, "[outcome.16]", "[outcome.16"))
    with pytest.raises(StudyError, match="not valid TOML"):
        load_outcomes(table(tmp_path, "[outcome.60]", "[outcome.16]"))
    with pytest.raises(StudyError, match="cannot be read"):
        load_outcomes(tmp_path / "missing.toml")
    with pytest.raises(StudyError, match="needs"):
        load_outcomes(table(tmp_path, "[calling]", "[called]"))
    with pytest.raises(StudyError, match="must be a table"):
        load_outcomes(table(tmp_path, "[outcome.60]", "[outcome]\n5 = 1\n[outcome.60]"))


def test_codes_outside_the_standard_have_no_class() -> None:
    for code in ("", "5.1", "1", "1.3", "2.4", "4", "31.1", "3.13A"):
        with pytest.raises(ValueError, match="no AAPOR"):
            category_of(code)

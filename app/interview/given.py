"""What the desk knows before the first question and gives to the questionnaire: the sample's columns, the unit, the interviewer.

A form takes what it has a question of that name for (a hidden one, or a calculation's default); the names stand in questionnaire.md.
"""

from collections.abc import Mapping

from app.clock import in_china
from app.sample.case import Case
from app.sample.draw import case_draw
from app.study.model import Study

_GREETINGS = (
    (5, "您好", "Hello"),
    (11, "上午好", "Good morning"),
    (13, "中午好", "Good afternoon"),
    (18, "下午好", "Good afternoon"),
    (24, "晚上好", "Good evening"),
)
"""Up to this hour (local, not included): Chinese, English."""


def given(
    study: Study, case: Case, columns: Mapping[str, str], interviewer: str, wall: int
) -> dict[str, str]:
    """Question name → value, without blank ones. columns: of the case in the sample (panel data); they
    never stand in for what the desk itself knows. interviewer: as signed in. wall: ms since 1970 UTC."""
    unit = next((each for each in study.units if each.code == case.unit), None)
    person = next((each for each in study.roster if interviewer in {each.id, each.name}), None)
    zh, en = greeting(wall)
    found = {
        **columns,
        "case_unit": case.unit,
        "case_unit_zh": unit.zh if unit else "",
        "case_unit_en": unit.en if unit else "",
        "case_kind": "mobile" if case.mobile else "landline",
        "case_draw": str(case_draw(case.ticket)),
        "interviewer": person.name if person else interviewer,
        "greeting_zh": zh,
        "greeting_en": en,
    }
    return {name: value for name, value in found.items() if value}


def greeting(wall: int) -> tuple[str, str]:
    """Chinese and English, for the time of day in China."""
    hour = in_china(wall).hour
    return next((zh, en) for before, zh, en in _GREETINGS if hour < before)

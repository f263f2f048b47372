"""The plan of calling of one study: its outcomes, hours and holidays."""

from app.sample.calendar import always, calendar_of, read_days, shipped_days
from app.sample.plan import Plan
from app.study.model import StudySource

CALENDAR = "calendar.toml"
"""A centre's own days, beside study.toml."""


def calling_plan(study: StudySource, *, rehearsal: bool) -> Plan:
    """When and how the cases of a study are called. rehearsal: at any hour, because nobody real is. Raises StudyError."""
    if rehearsal:
        return Plan(calendar=always())
    days = shipped_days()
    if CALENDAR in study.files:
        days = days.with_local(read_days(study.files[CALENDAR].decode("utf-8-sig"), CALENDAR, local=True))
    return Plan(calendar=calendar_of(study.hours.workday, study.hours.restday, days))

"""What the calendar says of one moment, unit by unit."""

from app.sample.calendar import Slice
from app.sample.plan import Plan


class Hours:
    """now: ms wall. Each unit is looked up once."""

    def __init__(self, plan: Plan, now: int) -> None:
        self._plan, self._now = plan, now
        self._here: dict[str, Slice | None] = {}
        self._again: dict[str, bool] = {}

    def called(self, unit: str) -> bool:
        """People of this unit may be called now."""
        return self._plan.calendar.days is None or self.slice_of(unit) is not None

    def slice_of(self, unit: str) -> Slice | None:
        """The slice of the unit that is on; None outside hours and outside the field period."""
        if unit not in self._here:
            plan, now = self._plan, self._now
            on = plan.starts <= now and not (plan.ends and now >= plan.ends)
            self._here[unit] = plan.calendar.slice_at(now, unit) if on else None
        return self._here[unit]

    def comes_again(self, unit: str) -> bool:
        """The sort of the slice that is on comes again before the field closes."""
        here, plan = self.slice_of(unit), self._plan
        if here is None or not plan.ends:
            return True
        if unit not in self._again:
            later = plan.calendar.ahead(here.end, unit, plan.ends)
            self._again[unit] = any(slice_.sort is here.sort for slice_ in later)
        return self._again[unit]

"""What decides about calling besides the cases themselves: rules, calendar and field period; and who is calling."""

from collections.abc import Collection
from dataclasses import dataclass, field

from app.sample.calendar import Calendar, always
from app.sample.case import Attempt, Case
from app.sample.outcome import Category, Outcome, Rules, load_rules


@dataclass(frozen=True)
class Plan:
    """rules: outcomes and delays. calendar: slices. starts, ends: of the field period, ms wall; 0 = open. variables: what quotas are by."""

    rules: Rules = field(default_factory=load_rules)
    calendar: Calendar = field(default_factory=always)
    starts: int = 0
    ends: int = 0
    variables: tuple[str, ...] = ()

    def cap(self, case: Case) -> int:
        """Most attempts at this kind of number."""
        calling = self.rules.calling
        return calling.attempts_mobile if case.mobile else calling.attempts_landline

    def outcome(self, attempt: Attempt) -> Outcome | None:
        """What the attempt came to; None when it was cut off before it had an outcome."""
        return self.rules.outcomes.get(attempt.outcome)


REFUSAL = "refusal"
"""Skill of a senior interviewer who calls back after a soft refusal."""
DIALECT = "dialect"
"""Any dialect: when the outcome does not name one."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for a case. skills: dialects understood, and REFUSAL. shuns: units never called (own county). knows: keyed hashes of numbers
    never called (own number, relatives)."""

    id: str = ""
    skills: frozenset[str] = frozenset()
    shuns: frozenset[str] = frozenset()
    knows: frozenset[str] = frozenset()

    def has(self, skill: str) -> bool:
        """May serve a case that asks for a skill."""
        return not skill or skill in self.skills or (skill == DIALECT and bool(self.skills - {REFUSAL}))


@dataclass(frozen=True, slots=True)
class Wants:
    """Whom a case asks for. skill: "" = anybody. another_than: an interviewer who may not make this call. owner: who made the appointment;
    he alone until owner_until, ms wall."""

    skill: str = ""
    another_than: str = ""
    owner: str = ""
    owner_until: int = 0

    def takes(self, caller: Caller, now: int) -> bool:
        """The caller may make the call at `now`."""
        if self.owner and now < self.owner_until:
            return caller.id == self.owner
        return caller.has(self.skill) and (not self.another_than or caller.id != self.another_than)


def wants(case: Case, plan: Plan) -> Wants:
    """Whom the case's next call asks for, by the last call at which somebody spoke: a busy line in between does not give who refused
    back to whom he refused. A resident's dialect holds on for good."""
    last = next((a for a in reversed(case.attempts) if _spoken(plan.outcome(a))), None)
    outcome = plan.outcome(last) if last else None
    if last is None or outcome is None:
        return Wants()
    dialect = next((a.need for a in reversed(case.attempts) if a.need), "")
    skill = dialect or outcome.skill
    if outcome.appointment and last.due:
        until = last.due + plan.rules.calling.owner_minutes * 60_000
        return Wants(skill, "", last.by, until)
    return Wants(skill, last.by if outcome.another else "")


def _spoken(outcome: Outcome | None) -> bool:
    """A person was reached, who may be called again."""
    return outcome is not None and outcome.category not in (Category.UH, Category.NE)


def eligible(case: Case, caller: Caller, now: int, plan: Plan, number_key: str = "") -> bool:
    """The caller may be given the case at `now`. number_key: keyed hash of its number."""
    if case.unit in caller.shuns or (number_key and number_key in caller.knows):
        return False
    return wants(case, plan).takes(caller, now)


def skills_missing(needed: Collection[str], callers: Collection[Caller]) -> tuple[str, ...]:
    """The skills that nobody on shift has: their cases are kept, and shown as starved."""
    return tuple(sorted(s for s in set(needed) if s and not any(c.has(s) for c in callers)))

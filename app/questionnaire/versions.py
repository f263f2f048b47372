"""Whether an open interview can go on with another version of its form: every answer must still have its place and its meaning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.errors import AnswerError
from app.questionnaire.form import Form, Kind, Question
from app.questionnaire.session import Session

_CODED = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK})
_ALIKE = (
    frozenset({Kind.INTEGER, Kind.RANGE, Kind.DECIMAL}),
    frozenset({Kind.CALCULATE, Kind.HIDDEN}),
    frozenset({Kind.NOTE, Kind.ACKNOWLEDGE}),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer does not fit. name: as it is stored; what: one sentence."""

    name: str
    what: str


def fits(old: Form, new: Form, answers: Mapping[str, str]) -> list[Problem]:
    """What stands against going on with `new` in an interview that holds these answers to `old`; [] = it may be upgraded.

    Every answered question must be in the new form under its name and in the same repeats, be of a kind that takes the same answers,
    offer the codes that were chosen, with their meaning (labels) unchanged, and accept the value. Questions added, removed without an
    answer, reworded or routed otherwise are no problem.
    """
    session = Session(new, answers)
    return [
        problem
        for name, value in answers.items()
        if value
        for problem in _problems(old, new, session, name, value)
    ]


def _problems(old: Form, new: Form, session: Session, name: str, value: str) -> Iterator[Problem]:
    base = name.partition("[")[0]
    before = old.by_name.get(base)
    if before is None:
        repeats = {group.name for group in new.groups if group.repeats}
        if base not in repeats:
            yield Problem(name, "There is no such repeat in the new form")
        return
    after = new.by_name.get(base)
    if after is None:
        yield Problem(name, "The question is not in the new form")
    elif _depth(old, before) != _depth(new, after):
        yield Problem(name, "The question is in another repeat now")
    elif not _same_kind(before, after):
        yield Problem(name, f"The question was of the kind {before.kind.value} and is {after.kind.value} now")
    elif before.kind in _CODED:
        yield from _codes(before, after, name, value)
    elif after.kind not in {Kind.NOTE, Kind.ACKNOWLEDGE} and after.asked and not _taken(session, name, value):
        yield Problem(name, f'The new form does not take the answer "{value[:40]}"')


def _depth(form: Form, question: Question) -> list[str]:
    return [
        group.name for group in form.groups if group.repeats and question.path.startswith(f"{group.path}/")
    ]


def _same_kind(before: Question, after: Question) -> bool:
    return before.kind is after.kind or any(before.kind in alike and after.kind in alike for alike in _ALIKE)


def _codes(before: Question, after: Question, name: str, value: str) -> Iterator[Problem]:
    were = {choice.name: choice.labels for choice in before.choices}
    are = {choice.name: choice.labels for choice in after.choices}
    for code in value.split():
        if code in were and code not in are:
            yield Problem(name, f"The option {code} is not in the new form")
        elif code in were and not _same_meaning(were[code], are[code]):
            yield Problem(name, f"The option {code} says something else in the new form")


def _same_meaning(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """In every language that both have."""
    return all(one[language] == other[language] for language in one.keys() & other.keys())


def _taken(session: Session, name: str, value: str) -> bool:
    try:
        session.check(name, value)
    except AnswerError:
        return False
    return True

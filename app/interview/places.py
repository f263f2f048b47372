"""Questions by their names: where they stand, what they say and what was answered, in words. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from app.interview.screen import InstanceView, PlaceView
from app.questionnaire.form import Choice, Form, Group, Kind, Question
from app.questionnaire.session import Session

LONGEST = 400
"""Characters of a question or an answer in a list; the whole stands where it is asked."""
_CLOCKS = {Kind.TIME: len("14:30"), Kind.DATETIME: len("2026-05-03 14:30")}
"""How much of a stored time people read."""
_CHOOSES = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK})


def label_of(session: Session, question: Question, choice: Choice) -> str:
    """Label of an option in the interview's language; the code itself if it has none."""
    text = choice.labels.get(session.language) or choice.labels.get(session.form.languages[0], "")
    if (question.path, text) in session.form.templates:
        return session.choice_text(replace(question, choices=(choice,)), choice.name)
    return text or choice.name


def question_named(session: Session, name: str) -> Question | None:
    """The question that stores its answer under a name, in a repeat with its number ("age[3]")."""
    question = session.form.by_name.get(name.partition("[")[0])
    return replace(question, name=name) if question else None


def place_view(session: Session, question: Question) -> PlaceView:
    """A line of a list."""
    text = session.text(question)
    if (where := instance_of(session, question)) is not None and where.total > 1:
        text = f"{where.place} · {text}"
    return PlaceView(question.name, text[:LONGEST], _said(session, question)[:LONGEST])


def places_of(session: Session, names: Iterable[str]) -> tuple[PlaceView, ...]:
    """Lines for these names; those that are no question are left out."""
    questions = (question_named(session, name) for name in names)
    return tuple(place_view(session, question) for question in questions if question)


def answered(session: Session) -> tuple[PlaceView, ...]:
    """Everything that was answered and counts, in the order of the form."""
    given = session.stored  # a default that nobody was asked about is no answer yet
    questions = (question_named(session, name) for name in session.answers if name in given)
    names = (question.name for question in questions if question and question.kind is not Kind.NOTE)
    return places_of(session, names)


def instance_of(session: Session, question: Question) -> InstanceView | None:
    """The innermost instance of a repeat around a question; at "is there another one?" the last one. None outside repeats."""
    around = repeats_around(session.form, question.path)
    if not around:
        return None
    _base, bracket, numbers = question.name.partition("[")
    repeat, asks = around[-1], question.kind is Kind.REPEAT
    if asks:
        names = session.instances(question.name)
        key = names[-1] if names else ""
    else:
        outer = numbers.rstrip("]").rpartition(",")[0]
        names = session.instances(f"{repeat.name}[{outer}]" if outer else repeat.name)
        key = f"{repeat.name}{bracket}{numbers}"
    if key not in names:
        return None
    label = repeat.labels.get(session.language) or repeat.labels.get(session.form.languages[0], "")
    removable = "" if repeat.count else key
    return InstanceView("" if "${" in label else label, names.index(key) + 1, len(names), removable)


def repeats_around(form: Form, path: str) -> list[Group]:
    """The repeats that a path lies in, or is, the outer ones first."""
    return [group for group in form.groups if group.repeats and f"{path}/".startswith(f"{group.path}/")]


def _said(session: Session, question: Question) -> str:
    value = session.stored.get(question.name, "")
    if question.kind in _CLOCKS:
        return value.replace("T", " ")[: _CLOCKS[question.kind]]
    if question.kind not in _CHOOSES or not value:
        return value
    names = [value] if question.kind is Kind.SELECT_ONE else value.split()
    found = {choice.name: choice for choice in question.choices if choice.name in names}
    return "、".join(label_of(session, question, found[n]) if n in found else n for n in names)

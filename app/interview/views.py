"""Turns questionnaire and sample values into what the screen shows. Pure."""

from collections.abc import Iterable

from app.interview.screen import CaseView, OptionView, OutcomeView, QuestionView
from app.questionnaire.form import Question
from app.questionnaire.session import Session
from app.sample.case import Case
from app.sample.outcome import Outcome
from app.study.model import Unit


def masked(number: str) -> str:
    """138****0000: what an interviewer may see of a number."""
    return number[:3] + "*" * max(0, len(number) - 7) + number[-4:]


def unit_name(units: Iterable[Unit], code: str, language: str) -> str:
    """A unit's name in the window's language; "" for a number that may be anywhere in the city."""
    unit = next((each for each in units if each.code == code), None)
    return "" if unit is None else unit.zh if language == "zh" else unit.en


def case_view(case: Case, unit: str, *, resumes: bool, by_hand: bool = False) -> CaseView:
    """The case at hand. by_hand: the interviewer dials the number himself."""
    return CaseView(
        case.id, case.number if by_hand else masked(case.number), unit, len(case.attempts), resumes
    )


def outcome_views(outcomes: Iterable[Outcome]) -> tuple[OutcomeView, ...]:
    """The outcome menu."""
    return tuple(OutcomeView(str(o.key), o.zh, o.en, o.group, o.note_required) for o in outcomes)


def question_view(session: Session, error: str = "") -> QuestionView | None:
    """The current question in the interview's language, or None at the end of the script."""
    question = session.current
    if question is None:
        return None
    number, total = session.progress
    return QuestionView(
        name=question.name,
        kind=question.kind.value,
        read_aloud=session.text(question) if question.reads_text else "",
        instruction=_instruction(session, question),
        options=_options(session, question),
        value=session.stored.get(question.name, ""),
        required=bool(question.required),
        scale=question.scale,
        dk=question.dk,
        refused=question.refused,
        ends=question.ends,
        part=question.cati.get("part", ""),
        error=error,
        number=number,
        total=total,
    )


def _instruction(session: Session, question: Question) -> str:
    """What is never read aloud: the hint, after the wording itself where the interviewer codes what he hears."""
    hint = session.instruction(question)
    return hint if question.reads_text else "\n".join(text for text in (session.text(question), hint) if text)


def _options(session: Session, question: Question) -> tuple[OptionView, ...]:
    read = question.reads_options
    return tuple(OptionView(c.name, session.choice_text(question, c.name), read) for c in question.choices)


def reading_seconds(view: QuestionView, characters_per_second: float) -> float:
    """How long reading the question aloud takes: at least one second."""
    return max(1.0, len(view.read_aloud) / characters_per_second)

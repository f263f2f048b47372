"""Turns questionnaire and sample values into what the screen shows. Pure, but for the last long list of options, which is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.interview.places import instance_of, label_of, place_view
from app.interview.screen import CaseView, OptionView, OutcomeView, PlaceView, QuestionView
from app.questionnaire.form import Choice, Group, Kind, Question
from app.questionnaire.session import Session
from app.questionnaire.stored import untyped
from app.questionnaire.telephone import Telephone
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


def case_view(
    case: Case, unit: str, *, resumes: bool, by_hand: bool = False, begun_elsewhere: bool = False
) -> CaseView:
    """The case at hand. by_hand: the interviewer dials the number himself."""
    return CaseView(
        case.id,
        case.number if by_hand else masked(case.number),
        unit,
        len(case.attempts),
        resumes,
        begun_elsewhere,
    )


def outcome_views(outcomes: Iterable[Outcome]) -> tuple[OutcomeView, ...]:
    """The outcome menu."""
    return tuple(OutcomeView(str(o.key), o.zh, o.en, o.group, o.note_required) for o in outcomes)


@dataclass
class Sight:
    """How the questions of one interview look. A list of options is worked out once, not at every tick: it may have 100,000."""

    _key: tuple[str, str] = ("", "")
    _choices: Sequence[Choice] = ()
    _options: tuple[OptionView, ...] = field(default=())

    def question(self, session: Session, error: str = "") -> QuestionView | None:
        """The current question in the interview's language, or None at the end of the script."""
        question = session.current
        if question is None:
            return None
        number, total = session.progress
        columns = Telephone(question.cati)
        return QuestionView(
            name=question.name,
            kind=question.kind.value,
            read_aloud=_text(session, question) if question.reads_text else "",
            instruction=_instruction(session, question),
            options=self._offered(session, question),
            value=_value(session, question),
            required=bool(question.required),
            scale=question.scale,
            dk=question.dk,
            refused=question.refused,
            ends=question.ends,
            part=question.cati.get("part", ""),
            error=error,
            number=number,
            total=total,
            bounds=question.bounds if question.kind is Kind.RANGE else None,
            readonly=_is_readonly(session, question),
            guidance=session.guidance(question),
            seconds=question.seconds,
            vague=columns.vague.words if columns.vague else (),
            instance=instance_of(session, question),
            together=_together(session) if _shared(session, question) else (),
            title=_title(session, question),
        )

    def _offered(self, session: Session, question: Question) -> tuple[OptionView, ...]:
        key = (question.name, session.language)
        if not question.choices:
            return ()
        if key != self._key or question.choices != self._choices or _has_values(session, question):
            read = question.reads_options
            self._key, self._choices = key, question.choices
            self._options = tuple(
                OptionView(choice.name, label_of(session, question, choice), read)
                for choice in question.choices
            )
        return self._options


def _has_values(session: Session, question: Question) -> bool:
    """Some label of the form has an answer put in; then a label may change while the list does not."""
    return any(path == question.path for path, _text in session.form.templates)


def _text(session: Session, question: Question) -> str:
    """The wording; nothing when there is none, for a name is not to be read to anybody."""
    return session.text(question) if any(question.labels.values()) else ""


def _instruction(session: Session, question: Question) -> str:
    """What is never read aloud: the hint, after the wording itself where the interviewer codes what he hears."""
    hint = session.instruction(question)
    return (
        hint if question.reads_text else "\n".join(text for text in (_text(session, question), hint) if text)
    )


def _value(session: Session, question: Question) -> str:
    """The stored answer; without one what stands there by default or by calculation."""
    if question.kind is Kind.REPEAT or (question.kind is Kind.NOTE and not _shows_value(question)):
        return "" if question.kind is Kind.REPEAT else session.stored.get(question.name, "")
    if question.name in session.stored and not question.calculate and question.kind is not Kind.NOTE:
        return session.stored[question.name]
    if not (question.calculate or question.default or question.fresh or session.form.actions):
        return ""
    return untyped(session.evaluate(".", question.name), question.type)


def _shows_value(question: Question) -> bool:
    """A question that is always read-only is a note to the engine; with a value of its own it is shown as a value."""
    return question.kind is Kind.NOTE and bool(question.calculate or question.default)


def _is_readonly(session: Session, question: Question) -> bool:
    if not question.readonly and not question.calculate:
        return False
    if question.kind in {Kind.NOTE, Kind.REPEAT}:
        return _shows_value(question)
    return bool(question.calculate) or bool(session.evaluate(f"boolean({question.readonly})", question.name))


def _shared(session: Session, question: Question) -> Group | None:
    """The innermost group around a question whose questions stand on one screen."""
    around = (group for group in reversed(session.form.groups) if question.path.startswith(f"{group.path}/"))
    return next((group for group in around if group.one_screen), None)


def _together(session: Session) -> tuple[PlaceView, ...]:
    """The lines of a screen with several questions."""
    questions = session.screen
    return tuple(place_view(session, question) for question in questions) if len(questions) > 1 else ()


def _title(session: Session, question: Question) -> str:
    """The label of the screen that the question shares with others."""
    shared = _shared(session, question)
    if shared is None:
        return ""
    as_question = replace(question, labels=shared.labels, path=shared.path)
    return session.text(as_question) if any(shared.labels.values()) else ""


def reading_seconds(view: QuestionView, characters_per_second: float) -> float:
    """How long reading the question aloud takes: at least one second."""
    return max(1.0, len(view.read_aloud) / characters_per_second)

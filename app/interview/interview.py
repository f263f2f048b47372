"""An interview is its events added up. Pure: no clock, no store, no line."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace

from app.canonical import Value
from app.interview.events import (
    Answered,
    Event,
    Finished,
    Handled,
    Made,
    Moved,
    Noted,
    Opened,
    Resumed,
    Switched,
    Upgraded,
)


@dataclass(frozen=True, slots=True)
class Interview:
    """State after some events. answers: question → last answer; trail: every answer ever given, oldest first;
    position: where the script stands ("" = at the start); made: values that the form made by itself; deeds: probes, kept answers and
    the like."""

    interview: str = ""
    case: str = ""
    calls: tuple[str, ...] = ()
    form_sha: str = ""
    language: str = "zh"
    started: int = 0
    ended: int = 0
    answers: Mapping[str, Answered] = field(default_factory=dict)
    trail: tuple[Answered, ...] = ()
    notes: tuple[Noted, ...] = ()
    position: str = ""
    outcome: str = ""
    made: Mapping[str, str] = field(default_factory=dict)
    deeds: tuple[Handled, ...] = ()

    @property
    def values(self) -> dict[str, str]:
        """question → last value."""
        return {name: answer.value for name, answer in self.answers.items()}


def apply(state: Interview, event: Event) -> Interview:
    """The state after one more event."""
    match event:
        case Opened():
            return replace(
                state,
                interview=event.interview,
                case=event.case,
                calls=(event.call,),
                form_sha=event.form_sha,
                language=event.language,
                started=event.wall,
            )
        case Resumed():
            return replace(state, calls=(*state.calls, event.call), outcome="")
        case Upgraded():
            return replace(state, form_sha=event.form_sha)
        case Answered():
            answers = {**state.answers, event.question: event}
            return replace(state, answers=answers, trail=(*state.trail, event), position=event.question)
        case Finished():
            return replace(state, outcome=event.outcome, ended=event.wall)
        case Moved() | Noted() | Switched() | Handled() | Made():
            return _beside(state, event)


def _beside(state: Interview, event: Moved | Noted | Switched | Handled | Made) -> Interview:
    """What is neither an answer nor a beginning or end."""
    match event:
        case Moved():
            return replace(state, position=event.to)
        case Noted():
            return replace(state, notes=(*state.notes, event))
        case Switched():
            return replace(state, language=event.language)
        case Handled():
            return replace(state, deeds=(*state.deeds, event))
        case Made():
            return replace(state, made={**state.made, **event.values})


def fold(events: Iterable[Event]) -> Interview:
    """The state after all events."""
    state = Interview()
    for event in events:
        state = apply(state, event)
    return state


_NAMELESS = "interviewer"
"""Told to the form so that it can be read aloud. What is sealed for the centre names no interviewer."""


def document(state: Interview, *, study: str, version: int, unit: str, rehearsal: bool) -> dict[str, Value]:
    """What is sealed for the centre (design.md §5, formats.md "Interview"). answers: the last ones; trail: all of them."""

    def answer(event: Answered) -> dict[str, Value]:
        return {
            "question": event.question,
            "value": event.value,
            "salt": event.salt,
            "call": event.call,
            "at": event.at,
            "wall": event.wall,
            "reason": event.reason,
        }

    return {
        "v": 1,
        "kind": "interview",
        "interview": state.interview,
        "case": state.case,
        "calls": list(state.calls),
        "study": study,
        "version": version,
        "unit": unit,
        "language": state.language,
        "started": state.started,
        "ended": state.ended,
        "outcome": state.outcome,
        "rehearsal": 1 if rehearsal else 0,
        "answers": [answer(event) for event in state.answers.values()],
        "trail": [answer(event) for event in state.trail],
        "notes": [{"question": n.question, "text": n.text, "wall": n.wall} for n in state.notes],
        "deeds": [asdict(deed) for deed in state.deeds],
        "made": [[name, value] for name, value in sorted(state.made.items()) if name != _NAMELESS],
    }

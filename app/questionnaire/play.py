"""An interview played from a scenario, without window, line or sound: one value a step that says what an interviewer would see.

Scenario files are a project's regression tests: the first step that does not hold ends the play and says why.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.errors import AnswerError
from app.questionnaire.form import Form, Question
from app.questionnaire.scenario import Step
from app.questionnaire.session import Session
from app.questionnaire.telephone import SoftCheck, is_on, item_response, take, unmet
from app.questionnaire.world import World

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a step. refused: the message for a value or move that was not taken; soft: it may be kept with a reason."""

    refused: str = ""
    soft: bool = False
    failed: str = ""


class Play:
    """One scenario on one form. failed: "" or what did not hold, once it is over; line: where."""

    def __init__(self, form: Form, language: str = "", world: World | None = None) -> None:
        self._form, self._world = form, world or World()
        self._given: dict[str, str] = {}
        self._session = self._opened(language)
        self._last = Outcome()
        self.failed, self.line = "", 0

    def _opened(self, language: str) -> Session:
        return Session(self._form, language=language, given=self._given, world=self._world)

    def run(self, steps: tuple[Step, ...]) -> Iterator[Json]:
        """Play the steps, LOAD first; stops after the first that does not hold."""
        yield self._shown(Step(0, "LOAD", "LOAD", ()), Outcome())
        for place, step in enumerate(steps):
            following = steps[place + 1] if place + 1 < len(steps) else None
            outcome = self._step(step)
            if outcome.refused and not outcome.failed and not _expects_refusal(following):
                outcome = Outcome(outcome.refused, outcome.soft, failed=outcome.refused)
            yield self._shown(step, outcome)
            if outcome.failed:
                self.failed, self.line = outcome.failed, step.line
                return

    def _step(self, step: Step) -> Outcome:
        if step.word == "EXPECT":
            return Outcome(failed=self._expect(step.rest))
        self._last = Outcome()
        try:
            self._do(step)
        except SoftCheck as question:
            self._last = Outcome(question.what, soft=True)
        except AnswerError as refusal:
            self._last = Outcome(refusal.what)
        return self._last

    def _do(self, step: Step) -> None:
        rest = step.rest
        match step.word:
            case "SET" | "KEEP":
                self._answer(rest[0], rest[1] if len(rest) > 1 else "", keep=step.word == "KEEP")
            case "NEXT":
                self._session.next()
            case "BACK":
                self._session.back()
            case "JUMP":
                self._session.jump(_name(rest[0]))
            case "REMOVE":
                self._session.remove(_name(rest[0]))
            case "LANG":
                self._session.language = rest[0]
            case "GIVEN":
                self._given[_name(rest[0])] = rest[1] if len(rest) > 1 else ""
                self._session = self._opened(self._session.language)
            case _:
                return

    def _answer(self, place: str, value: str, *, keep: bool) -> None:
        """SET . 5 answers the question on screen; SET age 45 goes there first and stays there."""
        current = self._session.current
        if place != "." and (current is None or current.name != _name(place)):
            self._session.jump(_name(place))
        take(self._session, "" if value == '""' else value, "scenario" if keep else "")

    # expectations: "" when it holds, else what is so instead

    def _expect(self, words: tuple[str, ...]) -> str:
        kind, rest = words[0], words[1:]
        tests: Mapping[str, Callable[..., str]] = {
            "AT": lambda name: _same(
                self._session.current.name if self._session.current else "", _name(name)
            ),
            "TEXT": lambda text: _within(self._text(), text),
            "INSTRUCTION": lambda text: _within(self._instruction(), text),
            "OPTIONS": lambda codes="": _same(
                " ".join(code for code, _ in self._options()), " ".join(codes.split())
            ),
            "VALUE": lambda name, value="": _same(self._session.values.get(_name(name), ""), value),
            "BLANK": lambda name: _same(self._session.values.get(_name(name), ""), ""),
            "RELEVANT": lambda names: self._relevance(names, wanted=True),
            "IRRELEVANT": lambda names: self._relevance(names, wanted=False),
            "REFUSED": lambda text="": self._refusal(text, soft=False),
            "SOFT": lambda text="": self._refusal(text, soft=True),
            "ENDS": lambda key: _same(self._session.ends, key),
            "OVER": lambda: "" if self._session.current is None else f"at {self._session.current.name}",
            "VOIDS": self._voids,
            "RESPONSE": lambda given, of: _same(
                "{} of {}".format(*item_response(self._session)), f"{given} of {of}"
            ),
            "UNMET": lambda names="": _same(" ".join(name for name, _ in unmet(self._session)), names),
        }
        return tests[kind](*rest)

    def _refusal(self, text: str, *, soft: bool) -> str:
        last = self._last
        if not last.refused or last.soft != soft:
            return "nothing was refused" if not last.refused else last.refused
        return _within(last.refused, text)

    def _relevance(self, names: str, *, wanted: bool) -> str:
        wrong = [name for name in names.split() if self._is_relevant(_name(name)) is not wanted]
        return f"{' '.join(wrong)}: {'not relevant' if wanted else 'relevant'}" if wrong else ""

    def _voids(self, name: str, rest: str) -> str:
        value, _, names = rest.partition(" ")
        return _same(" ".join(self._session.voids(_name(name), value)), " ".join(names.split()))

    # what an interviewer would see

    def _is_relevant(self, name: str) -> bool:
        """Of a question or a group; of a repeat, whether there is an instance."""
        base = name.partition("[")[0]
        group = next((each for each in self._form.groups if each.name == base), None)
        found = self._form.by_name.get(base) or group
        return found is not None and is_on(self._session, found)

    def _text(self) -> str:
        question = self._session.current
        return self._session.text(question) if question else ""

    def _instruction(self) -> str:
        question = self._session.current
        return self._session.instruction(question) if question else ""

    def _options(self) -> tuple[tuple[str, str], ...]:
        question = self._session.current
        if question is None:
            return ()
        return tuple((each.name, self._session.choice_text(question, each.name)) for each in question.choices)

    def _shown(self, step: Step, outcome: Outcome) -> Json:
        question = self._session.current
        line: Json = {
            "line": step.line,
            "step": step.text,
            "ok": not outcome.failed,
            "message": outcome.refused,
            "soft": outcome.soft,
            "language": self._session.language,
            "question": question.name if question else None,
        }
        if step.word == "LOAD" and self._form.notices:
            line["notices"] = list(self._form.notices)
        if outcome.failed and outcome.failed != outcome.refused:
            line["failed"] = outcome.failed
        if question:
            line |= self._question(question)
        if step.word == "DUMP":
            line["nodes"] = self._nodes()
        return line

    def _question(self, question: Question) -> Json:
        return {
            "kind": question.kind.value,
            "text": self._text(),
            "instruction": self._instruction(),
            "options": [{"code": code, "text": text} for code, text in self._options()],
            "value": self._session.stored.get(question.name, ""),
            "constraint_message": self._session.constraint_text(question) if question.constraint else "",
            "ends": self._session.ends,
        }

    def _nodes(self) -> list[Json]:
        values, stored = self._session.values, self._session.stored
        names = [*(group.name for group in self._form.groups), *(q.name for q in self._form.questions)]
        names += sorted((values.keys() | stored.keys()) - set(names))
        return [
            {
                "name": name,
                "relevant": name in values or self._is_relevant(name),
                "value": values.get(name, ""),
                "stored": stored.get(name, ""),
            }
            for name in names
        ]


def _expects_refusal(step: Step | None) -> bool:
    return step is not None and step.word == "EXPECT" and step.rest[0] in {"REFUSED", "SOFT"}


def _name(place: str) -> str:
    """A question by name, by path or as ${name}."""
    return place.removeprefix("${").removesuffix("}").rpartition("/")[2]


def _same(found: str, wanted: str) -> str:
    return "" if found == wanted else f'"{found}", not "{wanted}"'


def _within(text: str, part: str) -> str:
    return "" if part in text else f'"{text}" has no "{part}"'

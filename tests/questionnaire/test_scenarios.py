"""Interviews as they happen, in the interviewer's words: scenarios/*.txt.

asks TEXT (on screen now) · told TEXT (instruction) · answer VALUE (and on) · ends KEY · over · back · jump NAME
refuses answer VALUE WHY · refuses next WHY · refuses jump NAME WHY · kept NAME VALUE · kept_underneath NAME VALUE
blank NAME · not_asked NAMES · voids NAME VALUE NAMES · language ISO · resume · resume_here
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import AnswerError
from app.questionnaire.form import Form
from app.questionnaire.session import Session

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.txt"))


class Play:
    """One scenario on one session; a method for each word."""

    def __init__(self, form: Form) -> None:
        self.form, self.session = form, Session(form)

    def line(self, text: str) -> None:
        word, _, rest = text.partition(" ")
        getattr(self, word)(rest)

    def _text(self) -> str:
        assert self.session.current is not None, "the script is over"
        return self.session.text(self.session.current)

    def asks(self, text: str) -> None:
        assert text in self._text()

    def told(self, text: str) -> None:
        assert self.session.current is not None
        assert text in self.session.instruction(self.session.current)

    def answer(self, value: str) -> None:
        self.session.answer(value)
        self.session.next()

    def ends(self, key: str) -> None:
        assert self.session.ends == key

    def over(self, _: str) -> None:
        assert self.session.current is None

    def back(self, _: str) -> None:
        self.session.back()

    def jump(self, name: str) -> None:
        self.session.jump(name)

    def refuses(self, rest: str) -> None:
        word, _, rest = rest.partition(" ")
        value, _, why = ("", "", rest) if word == "next" else rest.partition(" ")
        acts: dict[str, Callable[[], None]] = {
            "answer": lambda: self.session.answer(value),
            "jump": lambda: self.session.jump(value),
            "next": self.session.next,
        }
        before = (self.session.current, self.session.stored)
        with pytest.raises(AnswerError) as refusal:
            acts[word]()
        assert why in refusal.value.what
        assert (self.session.current, self.session.stored) == before

    def kept(self, rest: str) -> None:
        name, _, value = rest.partition(" ")
        assert self.session.answers[name] == value

    def kept_underneath(self, rest: str) -> None:
        name, _, value = rest.partition(" ")
        assert name not in self.session.answers
        assert self.session.stored[name] == value

    def blank(self, name: str) -> None:
        assert name not in self.session.answers

    def not_asked(self, names: str) -> None:
        for name in names.split():
            with pytest.raises(AnswerError):
                self.session.jump(name)

    def voids(self, rest: str) -> None:
        name, value, *names = rest.split()
        assert list(self.session.voids(name, value)) == names

    def language(self, iso: str) -> None:
        self.session.language = iso

    def resume(self, _: str) -> None:
        self.session = Session(self.form, self.session.stored, language=self.session.language)

    def resume_here(self, _: str) -> None:
        assert self.session.current is not None
        self.session = Session(self.form, self.session.stored, self.session.current.name)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_an_interview(path: Path, dazhou: Form) -> None:
    play = Play(dazhou)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            try:
                play.line(line)
            except (AssertionError, AnswerError, KeyError, pytest.fail.Exception) as error:
                pytest.fail(f"{path.name}:{number} {line}: {error!r}")


def test_a_wrong_scenario_is_noticed(dazhou: Form) -> None:
    """Saboteur: a script that expects the wrong thing must turn red."""
    for wrong in ("asks 您吃了吗？", "ends 60", "kept q01 8", "voids consent 1 q01", "refuses answer 1 x"):
        with pytest.raises((AssertionError, KeyError, pytest.fail.Exception)):
            Play(dazhou).line(wrong)

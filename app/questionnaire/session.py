"""One interview's walk through a form: which question is on, what may be answered, what follows from it.

Semantics are JavaRosa's: a question that is not relevant keeps its stored answer, but every expression reads it as blank. The
whole form is worked out anew after each answer, in the order of dependence.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from app.errors import AnswerError
from app.questionnaire.form import Form, Kind, Question, Texts
from app.questionnaire.values import to_text, to_truth
from app.questionnaire.view import View
from app.questionnaire.wording import LONGEST, say

NOTED = "OK"
"""What is stored for a note that was read."""

_INTEGER = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


class Session:
    """The state of one interview in one form.

    answers: name → stored value, in any order (a resumed interview). at: name of the question to stand at; "" = the first relevant
    question without a stored answer, or, where the script had ended early, the question that ended it. language: full name or
    ISO code; "" = the form's default.
    """

    def __init__(
        self, form: Form, answers: Mapping[str, str] | None = None, at: str = "", language: str = ""
    ) -> None:
        self.form = form
        self._language = form.language_for(language)
        self._stored = {name: value for name, value in (answers or {}).items() if name in form.by_name}
        self._view = View(form, self._stored, self._language)
        self._place = self._start(at)

    @property
    def language(self) -> str:
        """The language of the interview, as in the form."""
        return self._language

    @language.setter
    def language(self, language: str) -> None:
        """Full name or ISO code."""
        self._language = self.form.language_for(language)
        self._view = View(self.form, self._stored, self._language)

    @property
    def current(self) -> Question | None:
        """The question on screen; None after the last."""
        return self.form.asked[self._place] if self._place < len(self.form.asked) else None

    @property
    def ends(self) -> str:
        """Outcome key when the current note ends the interview, else ""."""
        return self.current.ends if self.current else ""

    @property
    def stored(self) -> Mapping[str, str]:
        """Every answer ever given and not replaced, also of questions that are not relevant any more. "" = left empty."""
        return dict(self._stored)

    @property
    def answers(self) -> Mapping[str, str]:
        """The non-empty answers of relevant questions, in the order of the form."""
        return {
            question.name: self._value(question)
            for question in self.form.asked
            if self._view.relevant[question.path] and self._value(question)
        }

    @property
    def progress(self) -> tuple[int, int]:
        """Number of the current question among those that want an answer, and how many the form has in all."""
        numbered = [place for place, q in enumerate(self.form.asked) if q.kind is not Kind.NOTE]
        return sum(place <= self._place for place in numbered), len(numbered)

    def answer(self, value: str) -> None:
        """Store an answer to the current question and stay there. Raises AnswerError, in the interview's language, and stores
        nothing when the value does not fit."""
        question = self._on()
        accepted = self._accept(question, value)
        self._store(question.name, accepted)

    def next(self) -> None:
        """Go to the next relevant question. Raises AnswerError when the current one needs an answer first."""
        question = self._on()
        if self._is_open(question):
            raise AnswerError(self._required_text(question))
        self._place = len(self.form.asked) if question.ends else self._following(self._place + 1)

    def back(self) -> None:
        """Go to the question before, if there is one."""
        before = [place for place in self._relevant_places() if place < self._place]
        self._place = before[-1] if before else self._place

    def jump(self, name: str) -> None:
        """Go to a question that the interview has reached or could reach now. Raises AnswerError if not."""
        for place in self._relevant_places():
            question = self.form.asked[place]
            if question.name == name:
                self._place = place
                return
            if self._is_open(question) and self._is_later(name, place):
                raise AnswerError(self._word("too_far", name=question.name))
        raise AnswerError(self._word("not_on"))

    def voids(self, name: str, value: str) -> tuple[str, ...]:
        """Names of answered questions that would not be relevant any more if `name` were answered with `value`; () also when
        the value would not be taken."""
        try:
            accepted = self._accept(self.form.by_name[name], value)
        except AnswerError:
            return ()
        trial = View(self.form, {**self._stored, name: accepted}, self._language)
        return tuple(
            answered
            for answered in self.answers
            if self.form.by_name[answered].kind is not Kind.NOTE
            and not trial.relevant[self.form.by_name[answered].path]
        )

    def text(self, question: Question, language: str = "") -> str:
        """What is read aloud, with values put in. language: full name or ISO code; "" = that of the interview."""
        return self._fill(question.labels, language) or question.name

    def instruction(self, question: Question, language: str = "") -> str:
        """What the interviewer is told and never reads out."""
        return self._fill(question.hints, language)

    def choice_text(self, question: Question, code: str, language: str = "") -> str:
        """Label of an option, with values put in; the code itself if it has none."""
        labels = next((choice.labels for choice in question.choices if choice.name == code), {})
        return self._fill(labels, language) or code

    def constraint_text(self, question: Question, language: str = "") -> str:
        """Why a value outside the constraint is not taken."""
        return self._fill(question.constraint_messages, language) or self._word("constraint")

    # walking

    def _start(self, at: str) -> int:
        places = list(self._relevant_places())
        if at:
            wanted = next((p for p, question in enumerate(self.form.asked) if question.name == at), 0)
            return self._following(wanted)
        open_places = [p for p in places if self.form.asked[p].name not in self._stored]
        if open_places:
            return open_places[0]
        if self._ended_early(places):
            return places[-2]
        return len(self.form.asked)

    def _ended_early(self, places: list[int]) -> bool:
        """Everything was asked, and a note before the last one ended it ("not now"): whoever is called again is asked again."""
        return (
            len(places) > 1
            and places[-1] != len(self.form.asked) - 1
            and bool(self.form.asked[places[-1]].ends)
        )

    def _relevant_places(self) -> Iterator[int]:
        """Up to and with the first note that ends the interview."""
        for place, question in enumerate(self.form.asked):
            if self._view.relevant[question.path]:
                yield place
                if question.ends:
                    return

    def _following(self, place: int) -> int:
        return next((p for p in self._relevant_places() if p >= place), len(self.form.asked))

    def _is_later(self, name: str, place: int) -> bool:
        return any(q.name == name and self._view.relevant[q.path] for q in self.form.asked[place + 1 :])

    def _on(self) -> Question:
        if self.current is None:
            raise AnswerError(self._word("not_on"))
        return self.current

    def _value(self, question: Question) -> str:
        return self._stored.get(question.name, question.default)

    def _is_open(self, question: Question) -> bool:
        """A note not read yet, or a required question without an answer: nobody gets past it."""
        if question.kind is Kind.NOTE:
            return question.name not in self._stored
        return not self._value(question) and self._is_required(question)

    # answering

    def _store(self, name: str, value: str) -> None:
        self._stored[name] = value
        self._view = View(self.form, self._stored, self._language)

    def _is_required(self, question: Question) -> bool:
        rule = self.form.rules[question.path].required
        return rule is not None and to_truth(rule(self._view))

    def _accept(self, question: Question, value: str) -> str:
        """The value as it is stored."""
        if question.kind is Kind.NOTE:
            return NOTED
        if len(value) > LONGEST:
            raise AnswerError(self._word("long"))
        text = _clean(value) if question.kind is Kind.TEXT else unicodedata.normalize("NFKC", value).strip()
        if not text:
            if self._is_required(question):
                raise AnswerError(self._required_text(question))
            return ""
        text = self._typed(question, text)
        rule = self.form.rules[question.path].constraint
        trial = View(self.form, {**self._stored, question.name: text}, self._language)
        if rule and not to_truth(rule(trial)):
            raise AnswerError(self.constraint_text(question))
        return text

    def _typed(self, question: Question, text: str) -> str:
        match question.kind:
            case Kind.INTEGER:
                return self._score(question, text)
            case Kind.DECIMAL if not _DECIMAL.fullmatch(text):
                raise AnswerError(self._word("decimal"))
            case Kind.SELECT_ONE | Kind.SELECT_MULTIPLE:
                return self._chosen(question, text)
        return text

    def _score(self, question: Question, text: str) -> str:
        if not _INTEGER.fullmatch(text):
            raise AnswerError(self._word("score" if question.scale else "integer"))
        value = str(int(text))
        if question.scale and value not in {question.dk, question.refused}:
            low, high = question.scale
            if not low <= int(value) <= high:
                raise AnswerError(
                    self._fill(question.constraint_messages) or self._word("range", low=low, high=high)
                )
        return value

    def _chosen(self, question: Question, text: str) -> str:
        names = [choice.name for choice in question.choices]
        wanted = text.split() if question.kind is Kind.SELECT_MULTIPLE else [text]
        for value in wanted:
            if value not in names:
                raise AnswerError(self._word("choice", value=value[:20]))
        return " ".join(name for name in names if name in wanted)

    # texts

    def _required_text(self, question: Question) -> str:
        if question.kind is Kind.NOTE:
            return self._word("unread")
        return self._fill(question.required_messages) or self._word("required")

    def _fill(self, texts: Texts, language: str = "") -> str:
        wanted = self.form.language_for(language) if language else self._language
        text = texts.get(wanted) or texts.get(self.form.languages[0], "")
        if text not in self.form.templates:
            return text
        view = self._view if wanted == self._language else View(self.form, self._stored, wanted)
        pieces = self.form.templates[text]
        return "".join(piece if isinstance(piece, str) else to_text(piece(view)) for piece in pieces)

    def _word(self, key: str, **values: object) -> str:
        return say(self._language, key, **values)


def _clean(text: str) -> str:
    """An open answer as typed, without what no keyboard types: control characters but line breaks, and half surrogate pairs."""
    return "".join(
        letter
        for letter in text.strip()
        if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cs"}
    )

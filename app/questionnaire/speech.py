"""What is said in an interview: texts with values put in, in its language or another, and the program's own sentences."""

from app.questionnaire import choices
from app.questionnaire.form import Form, Kind, Question, Texts
from app.questionnaire.state import State
from app.questionnaire.wording import say


class Speech:
    """The speaking half of a Session."""

    form: Form
    _state: State

    @property
    def language(self) -> str:
        """The language of the interview, as in the form."""
        return self._state.language

    @language.setter
    def language(self, language: str) -> None:
        """Full name or ISO code."""
        self._state.speak(self.form.language_for(language))

    def text(self, question: Question, language: str = "") -> str:
        """What is read aloud, with values put in. language: full name or ISO code; "" = that of the interview."""
        return self._fill(question, question.labels, language) or question.name

    def instruction(self, question: Question, language: str = "") -> str:
        """What the interviewer is told and never reads out."""
        return self._fill(question, question.hints, language)

    def guidance(self, question: Question, language: str = "") -> str:
        """Longer advice for the interviewer."""
        return self._fill(question, question.guidance, language)

    def choice_text(self, question: Question, code: str, language: str = "") -> str:
        """Label of an option, with values put in; the code itself if it has none."""
        found = next((choice for choice in question.choices if choice.name == code), None)
        return self._fill(question, found.labels, language) or code if found else code

    def constraint_text(self, question: Question, language: str = "") -> str:
        """Why a value outside the constraint is not taken."""
        return self._fill(question, question.constraint_messages, language) or self._word("constraint")

    def _required_text(self, question: Question) -> str:
        if question.kind is Kind.NOTE:
            return self._word("unread")
        return self._fill(question, question.required_messages, "") or self._word("required")

    def _fill(self, question: Question, texts: Texts, language: str) -> str:
        wanted = self.form.language_for(language) if language else self.language
        text = texts.get(wanted) or texts.get(self.form.languages[0], "")
        series = self._state.tree.series.get(question.name)
        node = self._state.tree.named.get(question.name) or (
            series.parent if series else self._state.tree.root
        )
        with self._state.speaking(wanted):
            return choices.fill(self._state, node, question.path, text)

    def _word(self, key: str, **values: object) -> str:
        return say(self.language, key, **values)

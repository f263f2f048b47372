"""What expressions see of an interview: every node's relevance and value under one set of answers."""

from collections.abc import Mapping

from app.questionnaire.form import Form
from app.questionnaire.values import Value, to_number, to_text, to_truth

_NUMERIC = {"int", "decimal"}


class View:
    """What expressions see: every node's relevance and value, worked out once. A Context of xpath.py."""

    def __init__(self, form: Form, stored: Mapping[str, str], language: str) -> None:
        self._form, self._language = form, language
        self.relevant: dict[str, bool] = {}
        self._values: dict[str, Value] = {}
        for path in form.order:
            self._work_out(path, stored)

    def _work_out(self, path: str, stored: Mapping[str, str]) -> None:
        rules = self._form.rules[path]
        above = self.relevant.get(path.rpartition("/")[0], True)
        relevant = above and (rules.relevant is None or to_truth(rules.relevant(self)))
        self.relevant[path] = relevant
        question = self._form.by_path.get(path)
        if not relevant or question is None:
            return
        text = (
            to_text(rules.calculate(self)) if rules.calculate else stored.get(question.name, question.default)
        )
        self._values[path] = to_number(text) if text and question.type in _NUMERIC else text

    def read(self, path: str) -> Value:
        """The value of a node; blank when it is not relevant."""
        return self._values.get(path, "")

    def choice_name(self, path: str, code: str) -> str:
        """The label of a choice in the interview's language."""
        question = self._form.by_path.get(path)
        for choice in question.choices if question else ():
            if choice.name == code:
                return choice.labels.get(self._language) or choice.labels.get(self._form.languages[0], "")
        return ""

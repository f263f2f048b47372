"""What can be looked up in an interview without changing it: values, choices, instances, any expression."""

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import islice

from app.questionnaire import choices, xpath
from app.questionnaire.form import Choice, Form, Question
from app.questionnaire.nodes import below
from app.questionnaire.route import Route
from app.questionnaire.state import State
from app.questionnaire.stored import untyped
from app.questionnaire.values import Value


def folded(text: str) -> str:
    """For comparing what people type: full width as narrow, capitals as small letters, no blanks around."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


class Facts:
    """The looking half of a Session."""

    form: Form
    _state: State
    _route: Route

    @property
    def made(self) -> Mapping[str, str]:
        """Values that the form made from the clock or chance, or filled in itself. To open the interview again, pass them in `given`."""
        return dict(self._state.made)

    @property
    def values(self) -> Mapping[str, str]:
        """The non-empty values of all relevant questions, hidden and calculated ones too."""
        return {
            node.key: untyped(node.value, self.form.by_path[node.path].type)
            for node in below(self._state.tree.root)
            if node.on and node.value != "" and node.path in self.form.by_path
        }

    @property
    def faults(self) -> Mapping[str, str]:
        """Expressions that cannot be worked out with these answers: question → sentence."""
        return dict(self._state.faults)

    @property
    def wanted(self) -> tuple[Question, ...]:
        """The relevant questions and notes, in the order of asking, each instance of a repeat by its own name."""
        return tuple(self._route.stops[place].question for place in self._route.relevant())

    def requires(self, name: str) -> bool:
        """The question of this name must be answered now."""
        node = self._state.tree.named.get(name)
        return node is not None and self._state.true(
            self.form.rules[node.path].required, node, otherwise=False
        )

    def instances(self, name: str) -> tuple[str, ...]:
        """The instances of a repeat, by the name it is stored under: ("member[1]", "member[3]")."""
        series = self._state.tree.series.get(name)
        return tuple(node.key for node in series.instances) if series else ()

    def choices(self, question: Question) -> Sequence[Choice]:
        """What a question offers now: filtered, and in the order drawn for the case."""
        node = self._state.tree.named.get(question.name)
        return choices.offered(self._state, node) if node else question.choices

    def search(self, question: Question, text: str, most: int = 50) -> tuple[Choice, ...]:
        """The first choices that fit what was typed: the code begins with it, or the label in the interview's language has it in it.
        A list of a hundred thousand villages is walked through only as far as needed. Width and case do not matter."""
        wanted, language = folded(text), self._state.language

        def fits(choice: Choice) -> bool:
            label = choice.labels.get(language) or choice.labels.get(self.form.languages[0], "")
            return folded(choice.name).startswith(wanted) or wanted in folded(label)

        return tuple(islice(filter(fits, self.choices(question)), most))

    def evaluate(self, expression: str, name: str = "") -> Value:
        """The value of an expression as the question of this name sees it now. Raises StudyError when it cannot be read."""
        node = self._state.tree.named.get(name, self._state.tree.root)
        return xpath.compile(expression, node.path).run(self._state.scope(node))

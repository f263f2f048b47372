"""One interview's walk through a form: which question is on, what may be answered, what follows from it.

Semantics are JavaRosa's: a question that is not relevant keeps its stored answer, but every expression reads it as blank. Only what
an answer touches is worked out anew (state.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from app.errors import AnswerError
from app.questionnaire import answering, choices, voiding, walk, xpath
from app.questionnaire.answering import NOTED, Misfit
from app.questionnaire.form import Choice, Form, Kind, Question, Texts
from app.questionnaire.nodes import Node
from app.questionnaire.state import State
from app.questionnaire.stored import typed, untyped
from app.questionnaire.values import Value
from app.questionnaire.walk import Stop
from app.questionnaire.wording import LONGEST, say
from app.questionnaire.world import World

_UNCOUNTED = frozenset({Kind.NOTE, Kind.REPEAT})


class Session:
    """The state of one interview in one form.

    answers: name → stored value, in any order (a resumed interview); in a repeat the name carries the instance ("age[3]"), and the
    repeat's own name holds its instances ("1 3", with "." when no more are to come). at: name of the question to stand at; "" = the
    first relevant question without a stored answer, or, where the script had ended early, the question that ended it. language: full
    name or ISO code; "" = the form's default. given: values known beforehand, by question name: a hidden question (or any other one)
    of that name has this value until it is answered, so expressions read it by name and labels pipe it. world: clock, chance, zone
    and the case's seed; `given` is put into it.
    """

    def __init__(
        self,
        form: Form,
        answers: Mapping[str, str] | None = None,
        at: str = "",
        language: str = "",
        *,
        given: Mapping[str, str] | None = None,
        world: World | None = None,
    ) -> None:
        self.form = form
        world = world or World()
        self.world = replace(world, given={**world.given, **given}) if given else world
        stored = dict(answers or {})
        self._state = State(form, stored, form.language_for(language), self.world)
        tree = self._state.tree
        names = tree.named.keys() | tree.series.keys() | (stored.keys() & form.by_name.keys())
        self._stored = {name: value for name, value in stored.items() if name in names or _instance(name, form)}
        self._shape = -1
        self._entering = False
        self._lay_out()
        self._place = self._start(at)

    @property
    def language(self) -> str:
        """The language of the interview, as in the form."""
        return self._state.language

    @language.setter
    def language(self, language: str) -> None:
        """Full name or ISO code."""
        self._state.speak(self.form.language_for(language))

    @property
    def current(self) -> Question | None:
        """The question on screen, with the choices that it offers now; None after the last."""
        if self._place >= len(self._stops):
            return None
        return self._shown(self._stops[self._place])

    @property
    def screen(self) -> tuple[Question, ...]:
        """The questions on screen together: the current one, or all relevant ones of its field-list group."""
        if self._place >= len(self._stops):
            return ()
        group = walk.screen_of(self._state, self._stops[self._place].node)
        if group is None:
            return (self._shown(self._stops[self._place]),)
        together = (s for s in self._stops if s.on and walk.screen_of(self._state, s.node) is group)
        return tuple(self._shown(stop) for stop in together)

    @property
    def ends(self) -> str:
        """Outcome key when the current note ends the interview, else ""."""
        return self.current.ends if self.current else ""

    @property
    def stored(self) -> Mapping[str, str]:
        """Every answer ever given and not replaced, also of questions that are not relevant any more. "" = left empty."""
        return dict(self._stored)

    @property
    def made(self) -> Mapping[str, str]:
        """Values that the form made from the clock or chance, or filled in itself. To open the interview again, pass them in `given`."""
        return dict(self._state.made)

    @property
    def answers(self) -> Mapping[str, str]:
        """The non-empty answers of relevant questions, in the order of the form."""
        return {
            stop.question.name: self._value(stop)
            for stop in self._stops
            if stop.on and stop.series is None and self._value(stop)
        }

    @property
    def values(self) -> Mapping[str, str]:
        """The non-empty values of all relevant questions, hidden and calculated ones too."""
        return {
            name: untyped(node.value, self.form.by_path[node.path].type)
            for name, node in self._state.tree.named.items()
            if node.on and node.value != ""
        }

    @property
    def faults(self) -> Mapping[str, str]:
        """Expressions that cannot be worked out with these answers: question → sentence."""
        return dict(self._state.faults)

    @property
    def progress(self) -> tuple[int, int]:
        """Number of the current question among those that want an answer, and how many the form has in all."""
        return self._numbers[min(self._place + 1, len(self._stops))], self._numbers[-1]

    def answer(self, value: str, name: str = "") -> None:
        """Store an answer to the current question (or, with a name, to another one on the screen) and stay there. Raises AnswerError,
        in the interview's language, and stores nothing when the value does not fit."""
        stop = self._on() if not name else self._on_screen(name)
        accepted = self._accept(stop, value)
        if stop.series is not None:
            self._decide(stop, accepted)
            return
        self._stored[stop.question.name] = accepted
        if stop.question.kind is not Kind.NOTE:
            self._state.answer(stop.node, typed(accepted, stop.question.type, self.world.zone))
        self._lay_out()

    def next(self) -> None:
        """Go to the next relevant question. Raises AnswerError when the current one needs an answer first."""
        stop = self._on()
        if self._entering:
            self._entering = False
            series = stop.series
            inner = series.instances[-1] if series else None
            first = next((p for p, s in enumerate(self._stops) if s.on and inner in _around(s.node)), None)
            self._place = self._place if first is None else first
            return
        if self._is_open(stop):
            raise AnswerError(self._required_text(stop.question))
        self._place = len(self._stops) if stop.question.ends else self._following(self._place + 1)

    def back(self) -> None:
        """Go to the question before, if there is one."""
        self._entering = False
        before = [place for place in self._relevant_places() if place < self._place]
        self._place = before[-1] if before else self._place

    def jump(self, name: str) -> None:
        """Go to a question that the interview has reached or could reach now. Raises AnswerError if not."""
        for place in self._relevant_places():
            stop = self._stops[place]
            if stop.question.name == name:
                self._place, self._entering = place, False
                return
            if self._is_open(stop) and self._is_later(name, place):
                raise AnswerError(self._word("too_far", name=stop.question.name))
        raise AnswerError(self._word("not_on"))

    def remove(self, name: str) -> None:
        """Take away one instance of a repeat ("member[3]"); what was answered in it stays stored. The walk goes on where it is, or at
        the question after the instance. Raises AnswerError when there is none."""
        here = self._stops[self._place].node if self._place < len(self._stops) else None
        for series in self._state.tree.series.values():
            for node in series.instances:
                if node.key == name and not self.form.group_at[series.path].count:
                    first = next((p for p, s in enumerate(self._stops) if node in _around(s.node)), self._place)
                    self._state.remove(node)
                    self._stored[series.key] = series.stored
                    self._lay_out()
                    left = here is None or node in _around(here)
                    kept = next((p for p, s in enumerate(self._stops) if s.node is here), first)
                    self._place = self._following(first if left else kept)
                    return
        raise AnswerError(self._word("not_on"))

    def instances(self, name: str) -> tuple[str, ...]:
        """The instances of a repeat, by the name it is stored under: ("member[1]", "member[3]")."""
        series = self._state.tree.series.get(name)
        return tuple(node.key for node in series.instances) if series else ()

    def voids(self, name: str, value: str) -> tuple[str, ...]:
        """Names of answered questions that would not count any more if `name` were answered with `value`: not relevant, or their choice
        not offered; () also when the value would not be taken."""
        stop = next((stop for stop in self._stops if stop.question.name == name), None)
        if stop is None or stop.series is not None:
            return ()
        try:
            accepted = self._accept(stop, value)
        except AnswerError:
            return ()
        return voiding.lost(self._state, stop, accepted, self._stops, self._stored)

    def choices(self, question: Question) -> Sequence[Choice]:
        """What a question offers now: filtered, and in the order drawn for the case."""
        node = self._state.tree.named.get(question.name)
        return choices.offered(self._state, node) if node else question.choices

    def evaluate(self, expression: str, name: str = "") -> Value:
        """The value of an expression as the question of this name sees it now. Raises StudyError when it cannot be read."""
        node = self._state.tree.named.get(name, self._state.tree.root)
        return xpath.compile(expression, node.path).run(self._state.scope(node))

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

    # walking

    def _lay_out(self) -> None:
        """The stops, anew when instances of repeats came or went; the current one keeps its place."""
        if self._shape == self._state.shape:
            return
        here = self._stops[self._place].question.name if self._shape >= 0 and self._place < len(self._stops) else ""
        self._shape = self._state.shape
        self._stops = walk.stops(self._state)
        self._endings = [place for place, stop in enumerate(self._stops) if stop.question.ends]
        self._numbers = [0]
        for stop in self._stops:
            self._numbers.append(self._numbers[-1] + (stop.question.kind not in _UNCOUNTED))
        if here:
            self._place = next((p for p, s in enumerate(self._stops) if s.question.name == here), len(self._stops))

    def _start(self, at: str) -> int:
        if at:
            wanted = next((p for p, stop in enumerate(self._stops) if stop.question.name == at), 0)
            return self._following(wanted)
        places = list(self._relevant_places())
        for place in places:
            if self._is_untouched(self._stops[place]):
                return place
        if len(places) > 1 and places[-1] != len(self._stops) - 1 and self._stops[places[-1]].question.ends:
            return places[-2]  # a note ended it early ("not now"): whoever is called again is asked again
        return len(self._stops)

    def _is_untouched(self, stop: Stop) -> bool:
        return not stop.series.closed if stop.series else stop.question.name not in self._stored

    def _relevant_places(self) -> Iterator[int]:
        """Up to and with the first note that ends the interview."""
        for place, stop in enumerate(self._stops):
            if stop.on:
                yield place
                if stop.question.ends:
                    return

    def _following(self, place: int) -> int:
        if any(ending < place and self._stops[ending].on for ending in self._endings):
            return len(self._stops)
        return next((p for p in range(place, len(self._stops)) if self._stops[p].on), len(self._stops))

    def _is_later(self, name: str, place: int) -> bool:
        return any(stop.question.name == name and stop.on for stop in self._stops[place + 1 :])

    def _on(self) -> Stop:
        if self._place >= len(self._stops):
            raise AnswerError(self._word("not_on"))
        return self._stops[self._place]

    def _on_screen(self, name: str) -> Stop:
        if name in {question.name for question in self.screen}:
            return next(stop for stop in self._stops if stop.question.name == name)
        raise AnswerError(self._word("not_on"))

    def _shown(self, stop: Stop) -> Question:
        if stop.series is not None or stop.question.items is None:
            return stop.question
        return replace(stop.question, choices=tuple(choices.offered(self._state, stop.node)))

    def _value(self, stop: Stop) -> str:
        question = stop.question
        if question.kind is Kind.NOTE:
            return self._stored.get(question.name, "")
        if question.name in self._stored and not question.calculate:
            return self._stored[question.name]
        return untyped(stop.node.value, question.type)

    def _is_open(self, stop: Stop) -> bool:
        """A note not read yet, or a required question without an answer: nobody gets past it."""
        if stop.series is not None:
            return not stop.series.closed
        if stop.question.kind is Kind.NOTE:
            return stop.question.name not in self._stored
        return not self._value(stop) and self._is_required(stop)

    # answering

    def _decide(self, stop: Stop, value: str) -> None:
        series = stop.series
        if series is None:
            return
        if value == walk.ANOTHER:
            self._state.add(series)
            self._entering = True
        else:
            series.closed, self._entering = True, False
        self._stored[series.key] = series.stored
        self._lay_out()

    def _is_required(self, stop: Stop) -> bool:
        rule = self.form.rules[stop.question.path].required
        return self._state.true(rule, stop.node, otherwise=False)

    def _accept(self, stop: Stop, value: str) -> str:
        """The value as it is stored."""
        question = stop.question
        if question.kind is Kind.NOTE:
            return NOTED
        if len(value) > LONGEST:
            raise AnswerError(self._word("long"))
        text = answering.cleaned(question, value)
        if stop.series is None and self._state.true(
            self.form.rules[question.path].readonly, stop.node, otherwise=False
        ):
            if text not in {"", self._value(stop)}:
                raise AnswerError(self._word("fixed"))
            return self._value(stop)
        if question.kind is Kind.ACKNOWLEDGE:
            return NOTED
        if not text:
            if stop.series is not None or self._is_required(stop):
                raise AnswerError(self._required_text(question))
            return ""
        return self._fitting(stop, text)

    def _fitting(self, stop: Stop, text: str) -> str:
        question = stop.question
        offered = question.choices if stop.series else choices.offered(self._state, stop.node)
        try:
            text = answering.accepted(question, text, [choice.name for choice in offered])
        except Misfit as misfit:
            own = self._fill(question, question.constraint_messages, "") if misfit.key == "range" else ""
            raise AnswerError(own or self._word(misfit.key, **misfit.values)) from misfit
        rule = None if stop.series else self.form.rules[question.path].constraint
        if rule and not self._state.takes(stop.node, rule, typed(text, question.type, self.world.zone)):
            raise AnswerError(self.constraint_text(question))
        return text

    # texts

    def _required_text(self, question: Question) -> str:
        if question.kind is Kind.NOTE:
            return self._word("unread")
        return self._fill(question, question.required_messages, "") or self._word("required")

    def _fill(self, question: Question, texts: Texts, language: str) -> str:
        wanted = self.form.language_for(language) if language else self.language
        text = texts.get(wanted) or texts.get(self.form.languages[0], "")
        series = self._state.tree.series.get(question.name)
        node = self._state.tree.named.get(question.name) or (series.parent if series else self._state.tree.root)
        with self._state.speaking(wanted):
            return choices.fill(self._state, node, question.path, text)

    def _word(self, key: str, **values: object) -> str:
        return say(self.language, key, **values)


def _around(node: Node | None) -> Iterator[Node]:
    """The node and all it is in."""
    while node is not None:
        yield node
        node = node.parent


def _instance(name: str, form: Form) -> bool:
    """An answer in a repeat ("age[3]") whose instance was taken away: it stays stored."""
    base, bracket, _ = name.partition("[")
    return bool(bracket) and (base in form.by_name or any(g.repeats and g.name == base for g in form.groups))

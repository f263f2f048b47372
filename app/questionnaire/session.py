"""One interview's walk through a form: which question is on, what may be answered, what follows from it.

Semantics are JavaRosa's: a question that is not relevant keeps its stored answer, but every expression reads it as blank. Only what
an answer touches is worked out anew (state.py).
"""

from collections.abc import Mapping
from dataclasses import replace

from app.errors import AnswerError
from app.questionnaire import answering, choices, voiding, walk
from app.questionnaire.answering import NOTED, Misfit
from app.questionnaire.facts import Facts
from app.questionnaire.form import Form, Kind, Question
from app.questionnaire.moments import Moment
from app.questionnaire.nodes import Series, around
from app.questionnaire.route import Route
from app.questionnaire.speech import Speech
from app.questionnaire.state import State
from app.questionnaire.stored import typed, untyped
from app.questionnaire.walk import Stop
from app.questionnaire.wording import LONGEST
from app.questionnaire.world import World

_UNCOUNTED = frozenset({Kind.NOTE, Kind.REPEAT})


class Session(Facts, Speech):
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
        self._stored = {name: value for name, value in stored.items() if name in names or form.repeats(name)}
        self._entering = False
        self._route = Route(self._state)
        self._place = self._start(at)
        self._arrive()

    @property
    def current(self) -> Question | None:
        """The question on screen, with the choices that it offers now; None after the last."""
        if self._place >= len(self._stops):
            return None
        return self._shown(self._stops[self._place])

    @property
    def screen(self) -> tuple[Question, ...]:
        """The questions on screen together: the current one, or all relevant ones of its field-list group."""
        return tuple(map(self._shown, self._together()))

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
            stop.question.name: self._value(stop)
            for stop in self._stops
            if stop.on and stop.series is None and self._value(stop)
        }

    @property
    def progress(self) -> tuple[int, int]:
        """Number of the current question among those that want an answer, and how many the form has in all."""
        return self._route.numbers[min(self._place + 1, len(self._stops))], self._route.numbers[-1]

    def answer(self, value: str, name: str = "") -> None:
        """Store an answer to the current question (or, with a name, to another one on the screen) and stay there. Raises AnswerError,
        in the interview's language, and stores nothing when the value does not fit."""
        stop = self._on() if not name else self._on_screen(name)
        accepted = self._accept(stop, value)
        if stop.series is not None:
            self._decide(stop.series, accepted)
            return
        self._stored[stop.question.name] = accepted
        if stop.question.kind is not Kind.NOTE:
            self._state.answer(stop.node, typed(accepted, stop.question.type, self.world.zone))
        self._lay_out()
        self._arrive()

    def check(self, name: str, value: str) -> None:
        """Raise AnswerError if the question of this name would not take the value now; nothing is stored."""
        stop = next((stop for stop in self._stops if stop.question.name == name), None)
        if stop is not None:
            self._accept(stop, value)

    def next(self) -> None:
        """Go to the next relevant question. Raises AnswerError when the current one needs an answer first."""
        stop = self._on()
        if self._entering:
            self._entering = False
            inner = stop.series.instances[-1] if stop.series else stop.node
            self._place = self._route.find(lambda stop: stop.on and inner in around(stop.node), self._place)
            self._arrive()
            return
        if self._is_open(stop):
            raise AnswerError(self._required_text(stop.question))
        self._place = len(self._stops) if stop.question.ends else self._route.following(self._place + 1)
        self._arrive()

    def back(self) -> None:
        """Go to the question before, if there is one."""
        self._entering = False
        before = [place for place in self._route.relevant() if place < self._place]
        self._place = before[-1] if before else self._place
        self._arrive()

    def jump(self, name: str) -> None:
        """Go to a question that the interview has reached or could reach now. Raises AnswerError if not."""
        for place in self._route.relevant():
            stop = self._stops[place]
            if stop.question.name == name:
                self._place, self._entering = place, False
                self._arrive()
                return
            if self._is_open(stop) and self._route.is_later(name, place):
                raise AnswerError(self._word("too_far", name=stop.question.name))
        raise AnswerError(self._word("not_on"))

    def remove(self, name: str) -> None:
        """Take away one instance of a repeat ("member[3]"); what was answered in it stays stored. The walk goes on where it is, or at
        the question after the instance. Raises AnswerError when there is none."""
        node = self._state.tree.instance_named(name)
        if node is None or node.series is None or self.form.group_at[node.path].count:
            raise AnswerError(self._word("not_on"))
        here = self._stops[self._place].node if self._place < len(self._stops) else None
        first = self._route.find(lambda stop: node in around(stop.node), self._place)
        self._state.remove(node)
        self._stored[node.series.key] = node.series.stored
        self._lay_out()
        left = here is None or node in around(here)
        kept = self._route.find(lambda stop: stop.node is here, first)
        self._place = self._route.following(first if left else kept)

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

    # walking

    @property
    def _stops(self) -> list[Stop]:
        return self._route.stops

    def _together(self) -> tuple[Stop, ...]:
        here = self._stops[self._place : self._place + 1]
        group = walk.screen_of(self._state, here[0].node) if here else None
        if group is None:
            return tuple(here)
        return tuple(s for s in self._stops if s.on and walk.screen_of(self._state, s.node) is group)

    def _arrive(self) -> None:
        """What comes on screen loses the codes that it does not offer any more."""
        for stop in self._together():
            left = voiding.withdraw(self._state, stop)
            if left is not None:
                self._stored[stop.question.name] = left

    def _lay_out(self) -> None:
        """When instances of repeats came or went, the current question keeps its place."""
        here = self._stops[self._place].question.name if self._place < len(self._stops) else ""
        if self._route.lay_out() and here:
            self._place = self._route.find(lambda stop: stop.question.name == here, len(self._stops))

    def _start(self, at: str) -> int:
        wanted = self._route.find(lambda stop: stop.question.name == at, -1) if at else -1
        if wanted >= 0:  # a later version may not have the question any more
            return self._route.following(wanted)
        places = list(self._route.relevant())
        for place in places:
            if self._is_untouched(self._stops[place]):
                return place
        if len(places) > 1 and places[-1] != len(self._stops) - 1 and self._stops[places[-1]].question.ends:
            return places[-2]  # a note ended it early ("not now"): whoever is called again is asked again
        return len(self._stops)

    def _is_untouched(self, stop: Stop) -> bool:
        return not stop.series.closed if stop.series else stop.question.name not in self._stored

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

    def _decide(self, series: Series, value: str) -> None:
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
        if stop.series is not None:
            return text
        value, rule = typed(text, question.type, self.world.zone), self.form.rules[question.path].constraint
        if rule and not self._state.takes(stop.node, rule, value):
            raise AnswerError(self.constraint_text(question))
        return untyped(value, question.type) if isinstance(value, Moment) else text

"""Between a question and its answer: what is probed, what is asked back before an answer is taken, and what of it is written down."""

from contextlib import suppress

from app.errors import AnswerError
from app.interview.events import Handled, Noted
from app.interview.interview import Interview
from app.interview.places import answered, instance_of, place_view, places_of, question_named
from app.interview.screen import Asking, PlaceView, ProbeView, Query
from app.interview.views import Sight
from app.ledger import Ledger
from app.questionnaire.form import Kind, Question
from app.questionnaire.session import Session
from app.questionnaire.telephone import SoftCheck, Telephone, iso_of, meant, take, unmet

COMPLETE = "60"
"""Outcome key of an interview whose script was walked to its end."""
NAMED = 60
"""Places that a query names; it counts all."""


class Questioning:
    """The half of a conversation that deals with one answer. query: what the interviewer must settle first, None = nothing."""

    state: Interview
    _ledger: Ledger
    _call: str
    _session: Session

    def __init__(self) -> None:
        self.query: Query | None = None
        self.probed: ProbeView | None = None
        self._sight = Sight()
        self._read = 0
        self._clarified = ""

    # Probes and vague words

    def probe(self, at: int, *, vague: bool = False) -> None:
        """Show the next neutral probe of the question at hand; that it is read goes into the trail. vague: because of a vague word.

        at: sample offset in the recording.
        """
        question = self._session.current
        if question is None:
            return
        columns, iso = Telephone(question.cati), iso_of(self._session.language)
        texts = columns.probes(iso)
        number = self._read % len(texts) if texts else 0
        text = texts[number] if texts else ""
        code = columns.vague.code if vague and columns.vague else ""
        self._did("probe", at, text=text, value="vague" if vague else "")
        self._read += 1
        self.probed = ProbeView(text, number + 1, len(texts), code)

    def vague(self, at: int) -> str:
        """The answer was one of the vague words: "" when a probe is to be read first, else the fixed code, now due as the answer."""
        question = self._session.current
        rule = Telephone(question.cati).vague if question else None
        if question is None or rule is None:
            return ""
        if self._clarified != question.name:
            self._clarified = question.name
            self.probe(at, vague=True)
            return ""
        self._did("vague", at, value=rule.code)
        return rule.code

    def _arrived(self) -> None:
        """At another question: nothing is probed yet."""
        self.probed, self._read, self._clarified = None, 0, ""

    # What is asked back

    def places(self) -> tuple[PlaceView, ...]:
        """Every question that was answered and counts: where one may go back to."""
        return answered(self._session)

    def ask_removal(self) -> None:
        """Ask whether the instance of the repeat at hand is to be taken away. Raises AnswerError when there is none to take."""
        question = self._session.current
        where = instance_of(self._session, question) if question else None
        if where is None or not where.name:
            raise AnswerError(self._word("no_instance"))
        places = places_of(self._session, self._within(where.name))
        text = f"{where.label} {where.place}/{where.total}".strip()
        self.query = Query(Asking.REMOVE, where.name, text, places[:NAMED], len(places))

    def dismiss(self) -> None:
        """Leave everything as it is."""
        self.query = None

    def _word(self, key: str) -> str:
        return _WORDS["zh" if iso_of(self._session.language) == "zh" else "en"][key]

    def _ask_about_voids(self, question: Question, value: str) -> bool:
        """True when answers would not count any more and the interviewer must say so first."""
        if self.state.values.get(question.name) == value:
            return False
        names = self._lost(question, value)
        if names:
            places = places_of(self._session, names[:NAMED])
            self.query = Query(Asking.VOIDS, value, "", places, len(names))
        return bool(names)

    @property
    def missing(self) -> str:
        """What the critical rules still ask for, in the interview's language; "" when nothing."""
        return "\n".join(message for _name, message in unmet(self._session))

    def _lost(self, question: Question, value: str) -> list[str]:
        """Answers that were given and would not count any more; a default that nobody was asked about is none."""
        return [name for name in self._session.voids(question.name, value) if name in self.state.values]

    def _ask_about_unmet(self) -> bool:
        """True when a critical rule does not hold: the interview cannot be completed like this."""
        missing = unmet(self._session)
        if missing:
            lines = []
            for name, message in missing:
                question = question_named(self._session, name)
                place = place_view(self._session, question) if question else PlaceView(name, name)
                lines.append(PlaceView(name, message, place.text))
            self.query = Query(Asking.UNMET, "", "", tuple(lines[:NAMED]), len(lines))
        return bool(missing)

    def _taken(self, question: Question, value: str, at: int, reason: str, *, sure: bool) -> bool:
        """The session has the answer now, unless it is unusual: then the interviewer is asked, and must say why it is kept."""
        code = meant(question, value)
        if code != value and self._clarified != question.name:  # a vague word was written down: a probe first
            self.vague(at)
            return False
        names = self._lost(question, value) if sure else []
        try:
            take(self._session, code, reason)
        except SoftCheck as check:
            self.query = Query(Asking.SOFT, value, check.what)
            return False
        if code != value:
            self._did("vague", at, question=question.name, value=code, text=value)
        if reason:
            self._did("kept", at, question=question.name, value=value, text=reason)
        if names:
            self._did("voids", at, question=question.name, value=value, names=names)
        return True

    def _enter_instance(self) -> None:
        """Of a repeat whose last instance was begun and not filled in: stand at its first question, not at "another one?"."""
        current = self._session.current
        where = instance_of(self._session, current) if current and current.kind is Kind.REPEAT else None
        if current is None or where is None or not where.name or self._within(where.name):
            return
        for question in self._session.form.asked:
            name = f"{question.name}[{where.name.partition('[')[2]}"
            if question.path.startswith(f"{current.path}/"):
                with suppress(AnswerError):
                    self._session.jump(name)
                    return

    def _within(self, instance: str) -> list[str]:
        """Names of the answers in an instance of a repeat ("member[2]"), inner repeats too."""
        _base, _, numbers = instance.partition("[")
        stem = numbers.rstrip("]")
        return [
            name
            for name in self._session.answers
            if (inside := name.partition("[")[2].rstrip("]")) == stem or inside.startswith(f"{stem},")
        ]

    # Writing down

    def _did(
        self,
        deed: str,
        at: int,
        *,
        question: str = "",
        value: str = "",
        text: str = "",
        names: list[str] | None = None,
    ) -> None:
        current = self._session.current
        name = question or (current.name if current else "")
        wall = self._ledger.clock.wall()
        deed_done = Handled(deed, name, value, text, names or [], self._call, at, wall)
        self.state = self._ledger.event(self.state, deed_done)

    def note(self, text: str) -> None:
        """A remark on the question at hand."""
        name = self._session.current.name if self._session.current else ""
        self.state = self._ledger.event(self.state, Noted(name, text, self._ledger.clock.wall()))


_WORDS = {
    "zh": {"no_instance": "这里没有可以删除的一组。"},
    "en": {"no_instance": "There is nothing to take away here."},
}

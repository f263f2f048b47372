"""The script walked with a respondent within one call: every step is written down before it is shown."""

from contextlib import suppress

from app.asking import COMPLETE, Questioning
from app.clock import Clock
from app.errors import AnswerError
from app.interview.events import Made, Moved, Switched
from app.interview.given import given
from app.interview.interview import Interview
from app.interview.screen import Asking, PracticeView, QuestionView
from app.interview.views import reading_seconds
from app.ledger import Ledger
from app.questionnaire.session import Session
from app.questionnaire.telephone import unmet
from app.questionnaire.world import World
from app.quotas import FULL, OPEN, TOLD
from app.sample.case import Case
from hardware.base import Practice

_BEFORE_THE_ITEMS = ("intro", "screening")
_NO_PLACE = {
    "zh": "该配额组已满：请致谢并挂机，不再提问。",
    "en": "This quota cell is full: thank the resident and hang up; ask nothing more.",
}
QUOTA_FULL = "56"
"""Outcome key of a resident for whom no place is left."""


class Conversation(Questioning):
    """Begins, or goes on where the case's unfinished interview stopped. language: ISO code. interviewer: as signed in."""

    def __init__(self, ledger: Ledger, case: Case, call: str, language: str, interviewer: str = "") -> None:
        super().__init__()
        self._ledger, self._call = ledger, call
        self.state: Interview = ledger.begin(case, call, language)
        self._form = ledger.editions.form_of(self.state, ledger.study)
        known = given(ledger.study, case, ledger.store.columns_of(case.id), interviewer, ledger.clock.wall())
        self._given = {name: value for name, value in known.items() if name in self._form.by_name}
        self._at = 0
        self._session = self._open(self.state.position)
        self.full = self.scarce = False
        self._admitted = self.state.made.get(TOLD) != FULL and bool(self.cells)
        self._ask_quota(self.state.position)  # a cell may have filled or opened since he was last asked
        self._go_on()
        if self._session.current is None:  # it ended with an appointment: he is greeted and asked again
            self._session.jump(self._form.asked[0].name)
        self.ends = ""
        self._keep_given()
        self._keep_withdrawn()

    @property
    def complete(self) -> bool:
        """Every question that applies was asked, at most the thanks are left to say, and no critical rule is unmet."""
        return COMPLETE in (self.ends, self._unasked.ends) and not unmet(self._session)

    @property
    def over(self) -> bool:
        """Nothing is left to ask."""
        return bool(self.ends)

    @property
    def outcome_if_cut(self) -> str:
        """What a hang-up at this point most likely means."""
        question, settled = self._session.current, self.ends or self._unasked.ends
        if settled == COMPLETE and unmet(self._session):
            return "39"
        if settled or question is None:
            return settled
        if self.full:
            return QUOTA_FULL
        part = question.cati.get("part", "")
        if part == "intro" and all(answer.call != self._call for answer in self.state.trail):
            return "31"
        return "36" if part in _BEFORE_THE_ITEMS else "39"

    def view(self, error: str = "") -> QuestionView | None:
        """The question on screen."""
        return self._sight.question(self._session, error)

    def answer(self, value: str, at: int, *, reason: str = "", sure: bool = False) -> None:
        """Take the current question's answer and go on, unless the interviewer is to be asked first: then `query` says what, and nothing
        has changed. sure: answers may become void; reason: why an unusual one is kept. Raises AnswerError (nothing changed) or
        StorageError."""
        session, question = self._session, self._session.current
        self.query = None
        if question is None or (question.ends == COMPLETE and self._ask_about_unmet()):
            return
        if self.full and not question.ends and self._part(question.name) not in _BEFORE_THE_ITEMS:
            raise AnswerError(_NO_PLACE["zh" if self.state.language == "zh" else "en"])
        if not sure and self._ask_about_voids(question, value):
            return
        before = self.state.values.get(question.name)
        if not self._taken(question, value, at, reason, sure=sure):
            return
        stored = session.stored.get(question.name, "")
        if before != stored:
            reason = "" if before is None else "corrected"
            self.state = self._ledger.answer(self.state, self._call, question.name, stored, at, reason)
        else:
            self._moved_to(question.name)
        self._at = at
        self._keep_made()
        if (
            question.name in self._ledger.quotas.variables
            or question.cati.get("part", "") in _BEFORE_THE_ITEMS
        ):
            self._ask_quota(question.name)
        session = self._session
        ends = session.ends
        session.next()
        self._arrived()
        self._keep_withdrawn()
        if (session.current is None or session.ends == COMPLETE) and not ends and self._ask_about_unmet():
            if session.current is None:
                session.back()
        elif ends or session.current is None:
            self.ends = ends or COMPLETE

    def confirm(self, at: int, reason: str = "") -> None:
        """What was asked back is meant. reason: why an unusual answer is kept (without one it is not)."""
        query = self.query
        match query.asking if query else None:
            case Asking.VOIDS if query:
                self.answer(query.value, at, sure=True)
            case Asking.SOFT if query and reason:
                self.answer(query.value, at, reason=reason, sure=True)
            case Asking.REMOVE if query:
                self._remove(query.value, at)

    @property
    def cells(self) -> tuple[str, ...]:
        """The quota cells of this resident, by what he has said and what the sample knows; () while that is not all."""
        return self._ledger.quotas.cells(self._known)

    @property
    def _known(self) -> dict[str, str]:
        return {**self._given, **self._session.answers}

    def _ask_quota(self, at: str) -> None:
        """Is there a place left for him? Asked until he has begun with the items, the last time right before them; nobody who has is
        stopped (edge 21). The form is told in its question `quota` and takes leave of him in its own words; a form without one leaves
        that to the interviewer. at: the question on which the form stands then."""
        begun = any(self._part(answered) not in (*_BEFORE_THE_ITEMS, "") for answered in self.state.answers)
        found = self._ledger.quotas.verdict(self._known, started=begun, admitted=self._admitted)
        self.full = not found.open
        self._admitted = self._admitted or (found.known and found.open)
        self.scarce = found.known and found.open and self._ledger.quotas.nearly_full(self._known)
        told = {**self.state.made, **self._given}.get(TOLD)
        if self.full == (told == FULL) or TOLD not in self._form.by_name:
            return
        self._given[TOLD] = FULL if self.full else OPEN
        self._session = self._open(at)
        self._keep_given()

    def _part(self, name: str) -> str:
        question = self._form.by_name.get(name)
        return question.cati.get("part", "") if question else ""

    def _remove(self, instance: str, at: int) -> None:
        """Take an instance of a repeat away; its answers stay in the trail."""
        base, _, numbers = instance.partition("[")
        outer = numbers.rstrip("]").rpartition(",")[0]
        names, series = self._within(instance), f"{base}[{outer}]" if outer else base
        self._session.remove(instance)
        self._did("removed", at, value=instance, names=names)
        stored = self._session.stored[series]
        self.state = self._ledger.answer(self.state, self._call, series, stored, at, "removed")
        self.query = None
        if self._session.current is None:
            self._session.back()
        self._moved()

    def _go_on(self) -> None:
        """From the last answered question to the one after it."""
        if self.state.position in self.state.answers and self._session.current is not None:
            self._enter_instance()
            if self._session.current.name == self.state.position:
                with suppress(AnswerError):  # "another one?" is asked again
                    self._session.next()

    def back(self) -> None:
        """One question back."""
        self._session.back()
        self._moved()

    def jump(self, name: str) -> None:
        """To a question that was answered."""
        self._session.jump(name)
        self._moved()

    def switch(self, language: str, at: int) -> None:
        """Go on in another language; what is being asked back is asked in that one."""
        self.state = self._ledger.event(self.state, Switched(language, self._ledger.clock.wall()))
        self._session.language = language
        self.probed = None
        query = self.query
        match query.asking if query else None:
            case Asking.VOIDS | Asking.SOFT if query:
                self.answer(query.value, at, sure=query.asking is Asking.SOFT)
            case Asking.REMOVE:
                self.ask_removal()
            case Asking.UNMET:
                self._ask_about_unmet()

    @property
    def _unasked(self) -> Session:
        """Stands at the first question that applies and was never asked."""
        return self._open("")

    def _open(self, at: str) -> Session:
        ledger, case = self._ledger, self.state.case
        world = World(ledger.clock, ledger.entropy, seed=case, given={**self.state.made, **self._given})
        return Session(self._form, self.state.values, at, self.state.language, world=world)

    def _keep_made(self) -> None:
        """What the form has drawn or taken from the clock stays as it is when the interview is opened again."""
        fresh = {
            name: value for name, value in self._session.made.items() if self.state.made.get(name) != value
        }
        if fresh:
            self.state = self._ledger.event(self.state, Made(fresh, self._ledger.clock.wall()))

    def _keep_given(self) -> None:
        """What the form was told in this call belongs to the interview: rules and texts were made of it."""
        fresh = {name: value for name, value in self._given.items() if self.state.made.get(name) != value}
        if fresh:
            self.state = self._ledger.event(self.state, Made(fresh, self._ledger.clock.wall()))

    def _keep_withdrawn(self) -> None:
        """An answer that is not offered any more when its question comes on screen is taken back, and the trail says so."""
        for name, value in self._session.stored.items():
            if self.state.values.get(name, value) != value:
                self.state = self._ledger.answer(
                    self.state, self._call, name, value, self._at, "not offered any more"
                )

    def _moved(self) -> None:
        self.query = None
        self._arrived()
        self._keep_withdrawn()
        if self._session.current is not None:
            self._moved_to(self._session.current.name)

    def _moved_to(self, name: str) -> None:
        self.state = self._ledger.event(self.state, Moved(name, self._ledger.clock.wall()))


class Rehearsing:
    """The practice resident hears each question as it comes on screen, and is heard when he has spoken."""

    def __init__(self, practice: Practice, clock: Clock, characters_per_second: float) -> None:
        self._practice, self._clock, self._pace = practice, clock, characters_per_second
        self._due = 0
        self._said: PracticeView | None = None

    def ask(self, view: QuestionView) -> None:
        """Read a question aloud to him."""
        seconds = reading_seconds(view, self._pace)
        said = self._practice.ask(view.name.partition("[")[0], seconds)
        self._said = None
        if said is not None:
            self._due = self._clock.mono() + round((seconds + said.seconds) * 1000)
            self._said = PracticeView(said.text, said.value)

    def hush(self) -> None:
        """The call is over: what he was about to say is not heard any more."""
        self._said = None

    def heard(self) -> PracticeView | None:
        """What he has said, once, when he is through."""
        if self._said is None or self._clock.mono() < self._due:
            return None
        said, self._said = self._said, None
        return said

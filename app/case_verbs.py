"""The desk's half that chooses cases: the next one, one whose resident calls back, one that a supervisor pulls; and what an outcome
says about the next call."""

from collections.abc import Callable
from typing import Any

from app.case_in_hand import CaseInHand, Outlook
from app.interview.screen import Notice, Page, Screen
from app.interview.views import case_view, unit_name
from app.known_numbers import acquainted
from app.leases import let_go
from app.ledger import Ledger
from app.queue_order import Asked
from app.sample.appointment import appointment
from app.sample.calling import caller_of
from app.sample.case import State
from app.sample.digits import Ill, meant
from app.sample.outcome import Category, Outcome
from app.sample.plan import Caller
from app.sample.pull import Fate

_FIXED = "32"
"""Outcome of an appointment at a fixed time: without the time it cannot be kept."""
_BROKEN_OFF = "2.12"
"""AAPOR code of an outcome after which the interview has begun and is not finished."""
_KEEP_UP = 1_000
"""ms between two looks at what has become due."""


_HOUR = 60 * 60_000


class CaseVerbs:
    """The case half of the desk."""

    screen: Screen
    _ledger: Ledger
    _work: CaseInHand | None
    _kept_up = 0

    def _keep_up(self) -> None:
        """Move what has become due while nobody waits for a case: with a million of them it would be most of the next pick."""
        now = self._ledger.clock.mono()
        if now - self._kept_up >= _KEEP_UP and self.screen.page in (Page.READY, Page.CASE):
            self._kept_up = now
            self._written(lambda: self._ledger.queue.advance(self._ledger.clock.wall()))

    @property
    def _caller(self) -> Caller:
        ledger, who = self._ledger, self.screen.interviewer
        caller = caller_of(ledger.study, who)
        return caller_of(ledger.study, who, acquainted(ledger.store, caller.id))

    @property
    def _on_roster(self) -> str:
        """The interviewer's number on the roster. Whoever does not stand there has only a name, and no name goes into the journal."""
        found = self._caller.id
        return found if any(person.id == found for person in self._ledger.study.roster) else ""

    def _next_case(self) -> None:
        ledger = self._ledger
        # On a practice line nobody has to have a skill: a room of one must see every kind of case.
        caller = None if ledger.rehearsal else self._caller
        now = ledger.clock.wall()
        let_go(ledger.store, now)  # while central cannot be reached: other desks call these by now
        if self._pulled(now, caller):
            return
        full = ledger.quotas.full_units("county", (unit.code for unit in ledger.study.units))
        behind = self._fresh_fell_behind(now)
        asked = Asked(now, caller=caller, closed=full, full=ledger.quotas.refusing(), fresh_first=behind)
        found = ledger.queue.pick(asked)
        if found is None:
            due = ledger.queue.next_due(now)
            self._show(notice=Notice.NO_CASES, notice_text="" if due is None else str(due))
            return
        self._take_up(found)

    def _pulled(self, now: int, caller: Caller | None) -> bool:
        """Edge 28 of notes/method.md §2.5: what a supervisor gave to this desk comes before the queue's own order, once."""
        ledger, pulls = self._ledger, self._ledger.pulls
        for given, fate in list(pulls.standing(ledger.queue, now)):
            if fate.refused:
                pulls.end(given, fate)
        pull = pulls.next(ledger.queue, now, caller, ledger.number_key)
        if pull is None:
            return False
        if not pulls.was_taken(pull):  # else it stands in the journal, and the program ended before the call
            ledger.pulled(pull, self._on_roster)
            pulls.end(pull, Fate.TAKEN)
        if not ledger.queue.pull(
            pull.case, Asked(now)
        ):  # last: what a failing disk stops before is done again
            return False
        self._take_up(pull.case, Notice.GIVEN, pull.reason)
        return True

    def _fresh_fell_behind(self, now: int) -> bool:
        """The guard of notes/method.md §2.4: re-dials do not eat up the hour, so that replicates are worked through and not skimmed."""
        percent = self._ledger.queue.plan.rules.calling.fresh_percent
        if not percent:
            return False
        calls, fresh = self._ledger.store.calls_since(now - _HOUR)
        return fresh * 100 < calls * percent

    def _take_up(self, case_id: str, notice: Notice = Notice.NONE, why: str = "") -> None:
        ledger = self._ledger
        case = ledger.store.case(case_id)
        self._work = CaseInHand(case)
        resumes = ledger.store.interview_of(case.id) is not None
        name = unit_name(ledger.study.units, case.unit, self.screen.language)
        if notice is Notice.NONE and resumes:
            notice = Notice.INTERVIEW_RESUMES
        plan = ledger.queue.plan
        begun = any(
            outcome.aapor == _BROKEN_OFF
            for outcome in map(plan.outcome, case.attempts)
            if outcome is not None
        )
        by_hand = self.screen.device.by_hand
        view = case_view(case, name, resumes=resumes, by_hand=by_hand, begun_elsewhere=begun and not resumes)
        self._show(page=Page.CASE, case=view, notice=notice, notice_text=why, unsaved=())

    def _withdrawn(self, work: CaseInHand) -> bool:
        """Edge 12 of notes/method.md §2.5: the case was taken out while it was on screen. Its number is not dialled. One that was closed
        before is: its resident has called the centre."""
        store, case = self._ledger.store, work.case
        closed = store.case(case.id).state is State.CLOSED and case.state is not State.CLOSED
        barred = store.bar_of(case.id) is not None and not work.asked
        if closed or barred:
            store.save_case(store.case(case.id))  # out of hand: its row in the queue stands as the list says
            self._work = None
            self._show(page=Page.READY, case=None, notice=Notice.WITHDRAWN, notice_text="")
        return closed or barred

    def called_back(self, number: str) -> None:
        """A resident has called the centre: his case is found by the keyed hash of his number and can be called or interviewed at once,
        whatever its delay; also after a refusal, because he asks. Nothing is found for who was not drawn."""
        if self.screen.page is Page.READY:
            self._written(lambda: self._find(number))

    def _find(self, number: str) -> None:
        ledger, found = self._ledger, meant(number)
        now = ledger.clock.wall()
        drawn = () if isinstance(found, Ill) else ledger.store.by_number(ledger.number_key(found.digits))
        for case in drawn:
            if ledger.queue.pull(case, Asked(now), finished=True):
                ledger.called_back(case, self._on_roster)
                self._take_up(case, Notice.CALLED_BACK)
                if self._work is not None:
                    self._work.asked = True
                return
        self._show(notice=Notice.NOT_DRAWN)

    def _outlook(self, outcome: Outcome, note: str) -> Outlook | Notice:
        """What the note says about the next call; or what is wrong with an appointment's time in it: it cannot be read, or lies after the
        field period, when nobody would keep it."""
        by = self._caller.id
        need = ""
        if outcome.skill == "dialect":
            spoken = {skill for person in self._ledger.study.roster for skill in person.skills}
            need = next((skill for skill in sorted(spoken) if skill in note), "")
        if not outcome.appointment:
            talk = self._work.conversation if self._work else None
            filled = outcome.category is Category.I and talk is not None
            cells = talk.cells if filled and talk else ()
            return Outlook(0, by, need, cells)
        meant = appointment(note, self._ledger.clock.wall())
        if meant is None:
            return Notice.TIME_NEEDED if outcome.key == _FIXED else Outlook(0, by)
        ends = self._ledger.queue.plan.ends
        if ends and meant.wall >= ends:
            return Notice.AFTER_FIELD
        return Outlook(meant.wall, by)

    def _written(self, step: Callable[[], None]) -> bool:
        raise NotImplementedError

    def _show(self, **changes: Any) -> None:
        raise NotImplementedError

"""The desk's half that puts a wrong outcome right: back to the last calls of this shift, one after another."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.asking import COMPLETE
from app.case_in_hand import CaseInHand, Outlook
from app.correction import Given, correct, still_open
from app.interview.screen import Notice, Page, Screen
from app.interview.views import case_view, outcome_views, unit_name
from app.ledger import Ledger
from app.sample.outcome import Outcome
from app.script import typed

_MOST = 5
"""Calls of this shift that are remembered: in ten minutes there are not many more."""


class CorrectVerbs:
    """The correcting half of the desk."""

    screen: Screen
    _ledger: Ledger
    _menu: Mapping[str, Outcome]
    _given: tuple[Given, ...] = ()
    """Newest first."""
    _correcting: Given | None = None

    def correct(self) -> None:
        """Back to the outcome of the last call; again: of the one before. After the oldest that may be corrected: ready."""
        if self._correcting is None and self.screen.page is not Page.READY:
            return
        given = self._open_ones()
        before = given.index(self._correcting) + 1 if self._correcting in given else 0
        if before >= len(given):
            self._leave(Notice.NONE)
            return
        self._correcting = chosen = given[before]
        ledger = self._ledger
        case = ledger.store.case(chosen.case)
        name = unit_name(ledger.study.units, case.unit, self.screen.language)
        others = [
            replace(outcome, note_required=key != chosen.outcome)
            for key, outcome in self._menu.items()
            if key != COMPLETE
        ]
        self._show(page=Page.OUTCOME, correcting=True, case=case_view(case, name, resumes=False))
        self._show(outcomes=outcome_views(others), proposed=chosen.outcome, notice=Notice.CORRECTING)

    def _corrected(self, key: str, note: str) -> None:
        """The outcome that was meant, and why. The one that stands already changes nothing."""
        given, outcome = self._correcting, self._menu.get(key)
        if given is None or outcome is None or key == COMPLETE:
            return
        if key == given.outcome:
            self._leave(Notice.NONE)
            return
        if not typed(note):
            self._show(notice=Notice.NOTE_REQUIRED)
            return
        outlook = self._outlook(outcome, note)
        if isinstance(outlook, Notice):
            self._show(notice=outlook)
            return
        if given not in self._open_ones():
            self._leave(Notice.TOO_LATE)
            return

        def step() -> None:
            now = correct(self._ledger, given, outcome, outlook, typed(note))
            self._given = tuple(now if each == given else each for each in self._given)

        if self._written(step):
            self._leave(Notice.CORRECTED)

    def _remember(self, work: CaseInHand) -> None:
        """A call of this shift has its outcome."""
        decided, last = work.decided, self._ledger.store.case(work.case.id).attempts[-1:]
        if decided is not None and decided.key != COMPLETE and last:
            given = Given(work.call, work.case.id, decided.key, last[0].ended)
            self._given = (given, *self._given)[:_MOST]

    def _may_correct(self) -> bool:
        return self.screen.page is Page.READY and bool(self._open_ones())

    def _open_ones(self) -> list[Given]:
        return [given for given in self._given if still_open(self._ledger, given)]

    def _leave(self, notice: Notice) -> None:
        self._correcting = None
        self._show(page=Page.READY, correcting=False, case=None, proposed="", notice=notice)
        self._show(outcomes=outcome_views(self._menu.values()))

    # What desk.py and case_verbs.py do

    def _outlook(self, outcome: Outcome, note: str) -> Outlook | Notice:
        raise NotImplementedError

    def _written(self, step: Callable[[], None]) -> bool:
        raise NotImplementedError

    def _show(self, **changes: Any) -> None:
        raise NotImplementedError

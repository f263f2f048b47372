"""The interviewer's verbs on the script, in the middle of a call: answer, go back, probe, settle what the desk asks, change language."""

import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

from app.case_in_hand import CaseInHand
from app.conversation import Conversation, Rehearsing
from app.errors import AnswerError, FangxinError
from app.interview.screen import Entered, Notice, Page, Screen, UnsavedView
from app.ledger import Ledger
from app.line.contract import Worker


def typed(text: str) -> str:
    """Free text without what no keyboard types: control characters but line breaks, and halves of surrogate pairs."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()


class Script:
    """The script's half of the desk (desk.py)."""

    screen: Screen
    _ledger: Ledger
    _worker: Worker
    _work: CaseInHand | None
    _rehearsing: Rehearsing | None

    def answer(self, value: str) -> None:
        """The current question's answer; "" for a note that has been read. Afterwards screen.query may ask something first."""
        name = self.screen.question.name if self.screen.question else ""
        self._stepped(
            lambda talk, at: self._kept(Entered.ANSWER, name, value, partial(talk.answer, value, at))
        )

    def confirm(self, reason: str = "") -> None:
        """What screen.query asks is meant. reason: why an unusual answer is kept; without one it is not kept."""
        self._stepped(lambda talk, at: talk.confirm(at, typed(reason)))

    def dismiss(self) -> None:
        """Leave things as they are: what screen.query asks is not meant, screen.places are not wanted."""
        if (talk := self._talk) is not None:
            talk.dismiss()
            self._show(query=None, places=None)

    def probe(self) -> None:
        """Show the next neutral probe; the trail says that it was read."""
        if (talk := self._talk) is not None and self._walked(talk, partial(talk.probe, self._worker.samples)):
            self._show(probe=talk.probed)

    def vague(self) -> None:
        """The answer was a vague word: first a probe, and when it stays at that the code that the study has fixed."""
        talk = self._talk
        due: list[str] = []
        if talk is None or not self._walked(talk, lambda: due.append(talk.vague(self._worker.samples))):
            return
        if due[0]:
            self.answer(due[0])
        else:
            self._show(probe=talk.probed)

    def back(self) -> None:
        """One question back."""
        if (talk := self._talk) is not None and self._walked(talk, talk.back):
            self._show_question(talk)

    def look_back(self) -> None:
        """Show what was answered (screen.places), to jump there."""
        if (talk := self._talk) is not None:
            self._show(places=talk.places(), query=None)

    def jump(self, name: str) -> None:
        """To any question that was answered, or another one on the same screen."""
        if (talk := self._talk) is not None and self._walked(talk, partial(talk.jump, name)):
            self._show_question(talk)

    def remove(self) -> None:
        """Take the instance of a repeat away that is at hand; asks first."""
        if (talk := self._talk) is not None and self._walked(talk, talk.ask_removal):
            self._show(query=talk.query)

    def note(self, text: str) -> None:
        """A remark on the question at hand, or after the call on the interview."""
        work, text = self._work, typed(text)
        talk = work.conversation if work else None
        if text and talk is not None:
            self._written(lambda: self._kept(Entered.REMARK, "", text, partial(talk.note, text)))
        elif text and work is not None and work.call:
            remark = partial(self._ledger.remark, work.call, text)
            self._written(lambda: self._kept(Entered.REMARK, "", text, remark))

    def switch_language(self, iso: str) -> None:
        """Go on in another interview language (ISO code)."""
        self._show(language=iso)
        if (talk := self._talk) is not None and self._walked(
            talk, lambda: talk.switch(iso, self._worker.samples)
        ):
            self._show(question=talk.view(), query=talk.query, probe=None, places=None)

    # Steps

    @property
    def _talk(self) -> Conversation | None:
        """The conversation, while the interview page is on."""
        talk = self._work.conversation if self._work and self.screen.page is Page.INTERVIEW else None
        return None if talk is None or talk.over else talk

    def _stepped(self, step: Callable[[Conversation, int], None]) -> None:
        """Take a step that may end the script."""
        self.tick()
        talk = self._talk
        if talk is None or not self._walked(talk, lambda: step(talk, self._worker.samples)):
            return
        if talk.over:
            self._show(proposed=talk.ends, question=None, query=None, probe=None, places=None)
            self._worker.hang_up()
            self.tick()
        else:
            self._show_question(talk)

    def _show_question(self, talk: Conversation) -> None:
        """The question at hand, and what is asked about it."""
        before, view = self.screen.question, talk.view()
        same = before is not None and view is not None and before.name == view.name
        self._show(question=view, query=talk.query, probe=talk.probed, places=None, scarce=talk.scarce)
        if talk.full != (self.screen.notice is Notice.QUOTA_FULL):
            self._show(notice=Notice.QUOTA_FULL if talk.full else Notice.NONE)
        if talk.query is None or not same:
            self._show(practice=None)
            if view is not None and self._rehearsing is not None:
                self._rehearsing.ask(view)

    def _kept(self, what: Entered, name: str, value: str, step: Callable[[], None]) -> None:
        """Write down what was entered; what the disk refuses stays on the screen (screen.unsaved), until it is saved or the next case."""
        case = self._work.case.id if self._work else ""
        others = tuple(each for each in self.screen.unsaved if (each.what, each.name) != (what, name))
        try:
            step()
        except AnswerError:
            raise
        except FangxinError:
            self._show(unsaved=(*others, UnsavedView(what, case, name, value)))
            raise
        self._show(unsaved=others)

    def _walked(self, talk: Conversation, step: Callable[[], None]) -> bool:
        """Take a step in the script; what the questionnaire does not take is said at the question."""
        try:
            return self._written(step)
        except AnswerError as error:
            self._show(question=talk.view(error.what), query=talk.query)
            return False

    # What desk.py does

    def tick(self) -> None:
        """Take in what the line and the clock have brought."""
        raise NotImplementedError

    def _written(self, step: Callable[[], None]) -> bool:
        raise NotImplementedError

    def _show(self, **changes: Any) -> None:
        raise NotImplementedError

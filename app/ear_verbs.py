"""What the line says, at the desk: it is shown with an outcome, one key confirms, and the clip is offered to the room's library."""

from collections.abc import Callable, Mapping

from app.case_in_hand import CaseInHand
from app.hearing.proposal import Proposal, codes_itself, proposal
from app.interview.screen import LineView, Page
from app.interview.telephone_views import HeardView
from app.line.contract import Overheard, Report
from app.line_verbs import LineVerbs
from app.sample.outcome import Group, Outcome
from hardware.base import RATE, LineEvent

Player = Callable[[bytes], None]
"""Plays a clip (int16, 8000 Hz) to the interviewer; returns at once."""
Teach = Callable[[str, bytes], None]
"""Outcome key, clip: offered to the room's library. Raises nothing."""

_PLAYED = 5 * RATE * 2
"""Bytes of a clip that are played: the last five seconds say it."""


class EarVerbs(LineVerbs):
    """The ear's part of the desk."""

    _menu: Mapping[str, Outcome]
    _player: Player | None = None
    _teach: Teach | None = None
    _proposal: Proposal | None = None
    _clip: bytes = b""
    _confirmed: str = ""

    def confirm_heard(self, key: str) -> None:
        """The outcome proposed for what the line says is right: hang up and close the case with it. key: the one that was shown."""
        heard = self.screen.heard
        if self.screen.page is Page.DIALING and heard is not None and heard.outcome == key:
            self._confirmed = key
            self.hang_up()
            self._close_confirmed()

    def play_clip(self) -> None:
        """Hear again what the line said."""
        if self._player is not None and self._clip:
            self._player(self._clip[-_PLAYED:])

    def _listening_anew(self) -> None:
        """Another call, or somebody is there: what was heard before means nothing any more."""
        self._proposal, self._clip, self._confirmed = None, b"", ""
        self._show(heard=None)

    def _listened(self, work: CaseInHand, event: LineEvent, at: int) -> None:
        """Take what the listener has recognised."""
        found = proposal(event, self._menu)
        if found is None or not found.outweighs(self._proposal):
            return
        self._proposal = found
        self._ledger.line(work.call, "heard", at, f"{found.what} {found.outcome} {found.confidence}")
        self._show(heard=HeardView(found.what, found.outcome, found.confidence))
        if self.screen.line is LineView.TALKING:
            return  # a hint: whom he is talking to, the interviewer knows better
        self._show(proposed=found.outcome)
        if codes_itself(found, self._ledger.study.autocode) and not self._menu[found.outcome].note_required:
            self._ledger.line(work.call, "autocoded", at, found.what)
            self._confirmed = found.outcome
            self._worker_hang_up()

    def _hinted(self, likely: str) -> str:
        """A call that broke off in the introduction, after a machine was heard, most likely reached that machine."""
        return self._proposal.outcome if likely == _CUT_IN_INTRODUCTION and self._proposal else likely

    def _told(self, work: CaseInHand, report: Report) -> None:
        if not isinstance(report, Overheard):
            super()._told(work, report)
        elif work.conversation is None:  # after the answer nothing is kept, whatever the worker sends
            self._clip = report.sound
            if self.screen.heard is not None and self._player is not None:
                heard = self.screen.heard
                self._show(heard=HeardView(heard.what, heard.outcome, heard.confidence, clip=True))

    def _close_confirmed(self) -> None:
        """The line is idle: the case that was confirmed while it still sounded is closed."""
        key = self._confirmed
        if key and self.screen.page is Page.OUTCOME:
            self._confirmed = ""
            self.choose_outcome(key)

    def _learn(self, work: CaseInHand, outcome: Outcome) -> None:
        """Offer what the network said to the room's library: only of a call that nobody answered, and that the network ended with words."""
        if (
            self._teach is not None
            and self._clip
            and work.conversation is None
            and outcome.group is Group.LINE
        ):
            self._teach(outcome.key, self._clip)
        self._listening_anew()

    # What desk.py does

    def choose_outcome(self, key: str, note: str = "") -> None:
        """Close the case in hand with an outcome."""
        raise NotImplementedError

    def _worker_hang_up(self) -> None:
        raise NotImplementedError


_CUT_IN_INTRODUCTION = "31"

"""The case that an interviewer has in hand, from the queue to its outcome: what must be durable, and in which order."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from app.conversation import Conversation
from app.errors import FangxinError, StorageError
from app.ledger import Ledger
from app.line.contract import RESERVE_SECONDS, Coverage, Worker
from app.sample.case import Case
from app.sample.outcome import Outcome, propose
from hardware.base import RATE

MORE_BEFORE, MORE = 10 * 60, 20 * 60
"""A call that has less than this left is given so much more of the disk, in seconds."""
LAST_SECONDS = 60
"""A call that cannot have more is ended when this is left: line and recording take some of it to end."""
_ASK_EVERY = 10
"""Seconds between two tries to have more."""
RING_SECONDS = 30
"""Seconds of ringing before an unanswered call may be taken for "no answer" (notes/method.md §2.3)."""
_NO_ANSWER = "16"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What belongs to an outcome besides its key. due: time of an appointment, ms wall, 0 = none. by: who called. need: skill that the next
    call asks for. cells: quota cells that an interview fills."""

    due: int = 0
    by: str = ""
    need: str = ""
    cells: tuple[str, ...] = ()


@dataclass
class CaseInHand:
    """call: "" until it may be dialled. ended: the line is idle again. decided: the outcome that stands in the journal already, though
    the store may not have taken it yet."""

    case: Case
    asked: bool = False
    """The resident has called himself: he is called also when his number is on the do-not-call list."""
    call: str = ""
    conversation: Conversation | None = None
    ended: bool = False
    decided: Outcome | None = None
    coverage: Coverage | None = None
    """What the recording holds of the conversation; None = nobody was on the line, or it is not over."""
    unheard: set[str] = field(default_factory=set)
    """The sides that are lost or silent just now."""
    owed: list[Callable[[], None]] = field(default_factory=list)
    """What line and recording have said and the disk has not taken yet, oldest first."""
    reserved: int = 0
    """Seconds of the call for which there is room on the disk, whatever others write there."""
    minutes_told: int = -1
    """How many of them the interviewer has been told of last, when there will not be more."""
    _ask_at: int = 0

    def prepare(self, ledger: Ledger, worker: Worker) -> None:
        """What must be durable before the number leaves the machine: the recording's header, and the intent to dial.

        Raises StorageError or LineError: then do not dial.
        """
        ledger.room.take()
        call, keys = ledger.new_id(), ledger.study.recipients
        ledger.store.open_call(call, self.case.id, ledger.clock.wall())
        recipients = [ledger.suite.recipient(text) for text in (*keys.centre, *keys.lead)]
        try:
            header = worker.open(call, ledger.recording_path(call), recipients, RESERVE_SECONDS)
        except FangxinError:
            self._undo(ledger, call)  # a worker that died at this moment may have left something
            raise
        try:
            ledger.call_opened(self.case, call, header)
        except FangxinError:
            worker.abandon()
            if (
                ledger.journal.sound
            ):  # else how far it came is known only at the next start, which finds the call open
                self._undo(ledger, call)
            raise
        self.call, self.reserved = call, RESERVE_SECONDS

    def _undo(self, ledger: Ledger, call: str) -> None:
        ledger.give_back(call)
        ledger.store.close_call(call, outcome="", ended=ledger.clock.wall())

    def room_left(self, ledger: Ledger, seconds: int) -> int | None:
        """See to it in time that a long call has room to go on. seconds: its length. Returns how many more it has where the disk gives no
        more; None: there is enough."""
        left = self.reserved - seconds
        if left >= MORE_BEFORE:
            return None
        if seconds >= self._ask_at:
            self._ask_at = seconds + _ASK_EVERY
            try:
                ledger.room.more(ledger.recording_path(self.call), self.reserved + MORE)
            except StorageError as error:
                ledger.fault_met(error)
            else:
                self.reserved += MORE
                return None
        return left

    def owe(self, step: Callable[[], None]) -> None:
        """Write something about line or recording that the outcome must not overtake, after what is owed already. Raises StorageError; the
        next one, or close(), will try again."""
        self.owed.append(step)
        self._pay()

    def _pay(self) -> None:
        while self.owed:
            self.owed[0]()
            del self.owed[0]

    def close(
        self, ledger: Ledger, outcome: Outcome, *, at: int, proposed: str, outlook: Outlook | None = None
    ) -> None:
        """The outcome, durable. Raises StorageError; asking again then goes on where it stopped, with the outcome that is written."""
        self._pay()
        if self.decided is None:
            told = asdict(outlook or Outlook())
            ledger.store.keep_outlook(self.call, {**told, "cells": list(told["cells"])})
            state = self.conversation.state if self.conversation else None
            key, final = outcome.key, outcome.final
            ledger.outcome(self.case, self.call, state, key, at=at, proposed=proposed, final=final)
            self.decided = outcome
        ledger.settle(self.case, self.call, self.decided.key, final=self.decided.final)

    def likely(self, cause: str, samples: int) -> str:
        """Key of what a call that ended most likely comes to; "" when only the interviewer can tell. cause: the line's. samples: its
        length."""
        if self.conversation is not None:
            return self.conversation.outcome_if_cut
        return propose(cause) or (_NO_ANSWER if samples >= RING_SECONDS * RATE else "")

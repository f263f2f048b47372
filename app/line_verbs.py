"""The interviewer's verbs on the telephone beside dialling, and what the line worker reports: the line's half of the desk (desk.py)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from app.case_in_hand import LAST_SECONDS, CaseInHand
from app.errors import FangxinError, StorageError
from app.interview.screen import Notice, RecordingView, Screen
from app.ledger import Ledger
from app.line.contract import (
    Covered,
    Gap,
    Heard,
    Lost,
    Marked,
    Refused,
    Report,
    Saved,
    Stalled,
    Trouble,
    Unheard,
    Worker,
)
from app.telephone import OFF_HOOK, Telephone
from hardware.base import RATE, LineEvent


class LineVerbs:
    """The line's half of the desk."""

    screen: Screen
    _ledger: Ledger
    _telephone: Telephone
    _worker: Worker
    _work: CaseInHand | None

    def mark_answered(self) -> None:
        """Somebody took the call: for a line that cannot tell."""
        self._telephone.mark_answered()
        self.tick()

    def send_dtmf(self, digits: str) -> None:
        """Press keys of the telephone into the call: 0-9 * #."""
        self._telephone.send_dtmf(digits)

    def mute(self) -> None:
        """The respondent does not hear the interviewer, or hears him again."""
        self._telephone.mute(on=not self._telephone.view.muted)
        self.tick()

    def pause(self) -> None:
        """Dial no further case by itself, or go on doing so."""
        if self.screen.auto_dial is not None:
            self._show(auto_dial=not self.screen.auto_dial)

    def _device(self) -> None:
        """Show what has become of the device, and do what the headset's hook asks for."""
        for key in self._telephone.pressed():
            (self.dial if key == OFF_HOOK else self.hang_up)()
        if self._telephone.view != self.screen.device:
            self._show(device=self._telephone.view)

    def _take(self, reports: list[Report]) -> None:
        work = self._work
        for report in self._telephone.sift(reports):
            if work is not None and work.call:
                # Each by itself: a disk that refuses one must not hide that the call has ended.
                self._written(partial(self._told, work, report))
            elif isinstance(report, Lost):
                self._show(notice=Notice.LINE_LOST, notice_text=report.reason)

    def _told(self, work: CaseInHand, report: Report) -> None:
        match report:
            case Heard(event, at):
                self._heard(work, event, at)
            case Refused(error):
                self._stopped(error)
            case Lost(call, reason):
                self._show(notice=Notice.LINE_LOST, notice_text=reason)
                if call == work.call:
                    self._show(recording=RecordingView.TROUBLE)
                    work.owe(partial(self._ledger.worker_lost, call, reason))
            case _:
                self._recorded(work, report)

    def _recorded(self, work: CaseInHand, report: Report) -> None:
        """What the recording has to say."""
        match report:
            case Marked(mark):
                self._ledger.marked(work.call, mark)
            case Gap(at, samples):
                work.owe(partial(self._ledger.gap, work.call, at, samples))
            case Unheard(side, at, over):
                (work.unheard.discard if over else work.unheard.add)(side)
                self._show(recording=RecordingView.TROUBLE if work.unheard else RecordingView.ON)
                if not over:
                    work.owe(partial(self._ledger.unheard, work.call, side, at))
            case Covered(coverage):
                work.coverage = coverage
                if work.conversation is not None and not coverage.good:
                    self._show(notice=Notice.NOT_COVERED)
            case Saved(closed):
                work.owe(partial(self._ledger.saved, work.call, closed, work.coverage))
                self._show(recording=RecordingView.CLOSED)
            case Stalled(error):
                self._stopped(error)
            case Trouble(error):
                self._stopped(error)
                work.owe(partial(self._ledger.broke_off, work.call, error))

    def _keep_room(self) -> None:
        """A long call has more of the disk in time. Where that cannot be had the interviewer hears how many minutes are left to come to an
        end, again with each minute, and the call is ended before its recording finds no room."""
        work, stopped = self._work, self.screen.notice is Notice.STOPPED
        if work is None or not work.call or stopped:
            return
        left = None if work.ended else work.room_left(self._ledger, self._worker.samples // RATE)
        if left is not None and left <= LAST_SECONDS:
            self._stopped(StorageError("The disk is full", todo="No more of this call could be recorded."))
        elif left is not None and work.minutes_told != left // 60:
            work.minutes_told = left // 60
            self._show(notice=Notice.NO_ROOM, notice_text=str(work.minutes_told))
        elif left is None and self.screen.notice is Notice.NO_ROOM:
            self._show(notice=Notice.NONE, notice_text="")

    # What desk.py does

    def dial(self) -> None:
        """Dial the case in hand."""
        raise NotImplementedError

    def hang_up(self) -> None:
        """End the call."""
        raise NotImplementedError

    def tick(self) -> None:
        """Take in what the line and the clock have brought."""
        raise NotImplementedError

    def _heard(self, work: CaseInHand, event: LineEvent, at: int) -> None:
        raise NotImplementedError

    def _written(self, step: Callable[[], None]) -> bool:
        raise NotImplementedError

    def _stopped(self, error: FangxinError) -> None:
        raise NotImplementedError

    def _show(self, **changes: Any) -> None:
        raise NotImplementedError

"""The desk: the interviewer's verbs in, one Screen out. Everything a face (window, demo, test) needs, and nothing of any face.

One case at a time: SIGN_IN → READY → CASE → DIALING → INTERVIEW → OUTCOME → READY. The line may end the call on any of these;
the desk then asks for the outcome. Lives on one thread; tick() at least every 50 ms.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from app import __version__
from app.asking import COMPLETE
from app.case_in_hand import CaseInHand
from app.case_verbs import CaseVerbs
from app.conversation import Conversation, Rehearsing
from app.correct_verbs import CorrectVerbs
from app.correction import finish as finish_correction
from app.ear_verbs import EarVerbs, Player, Teach
from app.errors import AnswerError, FangxinError, StorageError
from app.interview.screen import Entered, LineView, Notice, Page, RecordingView, Screen, SendingView
from app.interview.views import outcome_views
from app.ledger import Ledger
from app.line.contract import Worker
from app.losses import alarm, seen
from app.recovery import recover
from app.sample.outcome import Outcome
from app.script import Script, typed
from app.telephone import Telephone
from hardware.base import (
    RATE,
    Alerting,
    Announcement,
    Answered,
    DeviceLost,
    Dialing,
    Ended,
    LineEvent,
    Practice,
    ToneHeard,
)


class Desk(Script, CaseVerbs, CorrectVerbs, EarVerbs):
    """One workstation's desk. practice: the resident of a rehearsal line, who hears each question as it is shown. by_hand: the interviewer
    dials himself. auto_dial: once an outcome is chosen the next case is dialled by itself. player: plays a clip of the line to the
    interviewer. teach: takes clips for the room's library of announcements.
    """

    def __init__(
        self,
        ledger: Ledger,
        worker: Worker,
        outcomes: Mapping[str, Outcome],
        *,
        practice: Practice | None = None,
        characters_per_second: float = 5.0,
        by_hand: bool = False,
        auto_dial: bool = False,
        player: Player | None = None,
        teach: Teach | None = None,
    ) -> None:
        self._ledger, self._worker, self._player, self._teach = ledger, worker, player, teach
        self._telephone = Telephone(worker, by_hand=by_hand)
        self._rehearsing = Rehearsing(practice, ledger.clock, characters_per_second) if practice else None
        self._work: CaseInHand | None = None
        title = ledger.study.title.get("zh", ledger.study.id)
        allowed = (outcomes[key] for key in ledger.study.outcomes if key in outcomes)
        self._menu = {str(outcome.key): outcome for outcome in allowed if outcome.in_menu}
        menu = outcome_views(self._menu.values())
        self.screen = Screen(
            study=title, rehearsal=ledger.rehearsal, outcomes=menu, device=self._telephone.view
        )
        self._show(auto_dial=True if auto_dial else None)
        if text := alarm(ledger.store):
            self._show(sending=SendingView(alarm=text))
        finish_correction(ledger)
        if recover(ledger, outcomes):
            self._show(notice=Notice.RESUMED_AFTER_CRASH)
        ledger.tell_faults()

    # The interviewer's verbs

    def sign_in(self, name: str) -> None:
        """Begin a shift."""
        name = typed(name)
        if not name or self.screen.page is not Page.SIGN_IN:
            return
        if self._written(lambda: self._ledger.shift_opened(name, __version__)):
            lead = any(p.role == "lead" and name in (p.id, p.name) for p in self._ledger.study.roster)
            self._show(page=Page.READY, interviewer=name, lead=lead)
            self._alarm_seen()

    def sign_out(self) -> None:
        """End the shift. Not while a case is in hand."""
        if self.screen.page is Page.READY and self._written(self._ledger.shift_closed):
            self._alarm_seen()
            self._given = ()
            self._show(page=Page.SIGN_IN, interviewer="", notice=Notice.NONE, lead=False)

    def next_case(self) -> None:
        """Take the best next case."""
        if self.screen.page is Page.READY:
            self._written(self._next_case)

    def dial(self) -> None:
        """Dial the case in hand."""
        work = self._work
        if work is None or self.screen.page is not Page.CASE:
            return
        if self._withdrawn(work) or not self._written(lambda: work.prepare(self._ledger, self._worker)):
            return
        counts = replace(self.screen.counts, dials=self.screen.counts.dials + 1)
        self._show(page=Page.DIALING, line=LineView.DIALING, recording=RecordingView.ON)
        self._show(notice=Notice.NONE, notice_text="", counts=counts)
        self._listening_anew()
        self._worker.dial(work.case.number)
        self.tick()

    def hang_up(self) -> None:
        """End the call."""
        if self.screen.page in (Page.DIALING, Page.INTERVIEW):
            self._worker.hang_up()
            self.tick()

    def choose_outcome(self, key: str, note: str = "") -> None:
        """Close the case in hand with an outcome; it is written down and due for sending when this returns. Or put the outcome of a call
        right that correct() went back to."""
        if self.screen.correcting:
            self._corrected(key, note)
        else:
            self._close_case(key, note)

    def _close_case(self, key: str, note: str) -> None:
        work, outcome = self._work, self._menu.get(key)
        if work is None or outcome is None or self.screen.page is not Page.OUTCOME:
            return
        talk = work.conversation
        if key == COMPLETE and (talk is None or not talk.complete):
            self._show(notice=Notice.NOT_ACCEPTED, notice_text=talk.missing if talk else "")
            return
        if outcome.note_required and not typed(note):
            self._show(notice=Notice.NOTE_REQUIRED)
            return
        outlook = self._outlook(outcome, note)
        if isinstance(outlook, Notice):
            self._show(notice=outlook)
            return
        self.note(note)
        self._written(lambda: self._take(self._worker.settle()))
        at, proposed = self._worker.samples, self.screen.proposed
        close = partial(work.close, self._ledger, outcome, at=at, proposed=proposed, outlook=outlook)
        self._show(unsaved=tuple(each for each in self.screen.unsaved if each.what is not Entered.OUTCOME))
        if not self._written(lambda: self._kept(Entered.OUTCOME, key, typed(note), close)):
            return
        self._learn(work, outcome)
        self._remember(work)
        self._work = None
        counts = self.screen.counts
        done = work.decided is not None and work.decided.key == COMPLETE
        counts = replace(counts, completes=counts.completes + done)
        self._show(page=Page.READY, notice=Notice.SAVED, counts=counts, case=None, question=None, proposed="")
        self._show(line=LineView.IDLE, recording=RecordingView.OFF, elapsed=0, practice=None, scarce=False)
        if self.screen.auto_dial and not (self.screen.sending and self.screen.sending.stop):
            self.next_case()
            self.dial()

    def sending(self, view: SendingView) -> None:
        """How the sending in the background stands. What central has lost comes from the store: the round that found it may be dead."""
        text = self._alarm
        with suppress(StorageError):  # no reason to end a call; it is asked again after the next round
            text = alarm(self._ledger.store) or text
        self._show(sending=replace(view, alarm=text))

    @property
    def _alarm(self) -> str:
        return self.screen.sending.alarm if self.screen.sending else ""

    def _alarm_seen(self) -> None:
        """Who signs in or out has had it before his eyes. It stays there until the program ends, and the next start is silent."""
        self._written(lambda: seen(self._ledger.store, self._alarm))

    def tick(self) -> None:
        """Take in what the line and the clock have brought."""
        self._written(lambda: self._take(self._worker.poll()))
        work = self._work
        if work is not None and work.call and not work.ended:
            self._show(elapsed=self._worker.samples // RATE)
        self._keep_room()
        if self._rehearsing is not None and (said := self._rehearsing.heard()) is not None:
            self._show(practice=said)
        self._device()
        self._close_confirmed()
        self._keep_up()
        if self.screen.correctable is not (may := self._may_correct()):
            self._show(correctable=may)

    def close(self) -> None:
        """End politely: hang up, close the recording, then journal and store."""
        self._written(lambda: self._take(self._worker.close()))
        self._ledger.close()

    # What the line says

    def _heard(self, work: CaseInHand, event: LineEvent, at: int) -> None:
        ledger = self._ledger
        match event:
            case Dialing():
                work.owe(partial(ledger.line, work.call, "dialing", at))
            case Alerting():
                work.owe(partial(ledger.line, work.call, "alerting", at))
                self._show(line=LineView.RINGING)
            case Announcement() | ToneHeard():
                self._listened(work, event, at)
            case Answered():
                self._listening_anew()
                self._show(proposed="")  # whatever was announced, somebody is there
                work.owe(partial(ledger.line, work.call, "answered", at, event.source))
                work.conversation = Conversation(
                    ledger, work.case, work.call, self.screen.language, self.screen.interviewer
                )
                self._show(
                    page=Page.INTERVIEW, line=LineView.TALKING, language=work.conversation.state.language
                )
                self._show_question(work.conversation)
            case Ended():
                work.ended = True
                if self._rehearsing is not None:
                    self._rehearsing.hush()
                cause = event.cause.value
                guess = self.screen.proposed or self._hinted(work.likely(cause, at))
                self._show(
                    page=Page.OUTCOME, line=LineView.ENDED, proposed=guess if guess in self._menu else ""
                )
                self._show(query=None, probe=None, places=None)
                work.owe(partial(ledger.ended, work.call, cause, event.raw, at, ledger.clock.mono()))
            case DeviceLost():
                self._show(line=LineView.TROUBLE)
            case _:
                pass  # the line goes on

    # Steps

    def _worker_hang_up(self) -> None:
        self._worker.hang_up()

    def _written(self, step: Callable[[], None]) -> bool:
        """Take a step that must reach the disk; what the disk refuses is shown, and the call ended politely."""
        try:
            step()
        except AnswerError:
            raise
        except FangxinError as error:
            self._ledger.fault_met(error)
            self._stopped(error)
            return False
        return True

    def _stopped(self, error: FangxinError) -> None:
        self._worker.hang_up()
        self._show(notice=Notice.STOPPED, notice_text=str(error), recording=RecordingView.TROUBLE)

    def _show(self, **changes: Any) -> None:
        self.screen = replace(self.screen, **changes)

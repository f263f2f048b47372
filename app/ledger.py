"""Writes down what happens at the desk, in the order that survives a crash: the draft, then the journal, then the act.

The journal is the truth for others; the store is the desk's own memory. A caller may tell the interviewer "saved" as soon as a
method here has returned. Every method raises StorageError when the disk does not take it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from app.canonical import Value, encode, hexdigest
from app.clock import Clock, Entropy
from app.editions import Editions
from app.errors import FangxinError, StorageError
from app.evidence.durable import storage_errors
from app.evidence.journal import Journal
from app.evidence.seal import seal_object
from app.interview.events import Answered, Event, Finished, Opened, Resumed, Upgraded, to_line
from app.interview.interview import Interview, apply, document
from app.known_numbers import hasher
from app.log import mask
from app.pulls import Pulls
from app.quotas import Quotas
from app.sample.calling import calling_plan, quotas_of
from app.sample.case import Attempt, Case, State
from app.shift_log import Dialled
from app.sound_log import SoundLog
from app.store import Store
from app.study.model import Study

LATE = 1_000
"""ms from which on a line says that it stands there later than what it tells."""


class Ledger(SoundLog):
    """One workstation's written record. dialled: call → what the journal knew at the start. rehearsal: marks all as practice."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        journal: Journal,
        study: Study,
        clock: Clock,
        entropy: Entropy,
        dialled: Mapping[str, Dialled],
        *,
        rehearsal: bool,
    ) -> None:
        super().__init__(folder, store, journal, study, clock, entropy)
        self.rehearsal, self.dialled = rehearsal, dialled
        self.editions = Editions(store)
        self.number_key = hasher(store, entropy)
        self.quotas, self.pulls = Quotas(store, quotas_of(study)), Pulls(store)
        self.queue = store.follow(calling_plan(study, rehearsal=rehearsal), self.number_key, end_leases=True)

    def call_opened(self, case: Case, call: str, header_sha: str) -> None:
        """The intent to dial, durable before the act: contact object, rec.open and dial.start. Dial only after this returned."""
        salt = self.entropy(32)
        contact: dict[str, Value] = {
            "v": 1,
            "kind": "contact",
            "case": case.id,
            "call": call,
            "number": case.number,
            "salt": salt.hex(),
            "rehearsal": 1 if self.rehearsal else 0,
        }
        sha = self._seal("contact", contact, self.study.recipients.contact)
        with self._naming(sha):
            self.journal.append(
                "rec.open", call=call, header_sha256=header_sha, rate=8000, channels=2, codec="alaw"
            )
            self.journal.append(
                "dial.start",
                call=call,
                case=case.id,
                number=self.suite.means.commit(salt, case.number),
                contact=sha,
                ticket=case.ticket,
            )

    def remark(self, call: str, text: str) -> None:
        """The interviewer's words on a call in which nobody was interviewed: kept here, in the encrypted store."""
        self.store.set_setting(f"remark.{call}", text)

    def ended(self, call: str, cause: str, raw: str, at: int, heard: int) -> None:
        """The line is idle again. raw: the far side may repeat the number in it, so what may be one is masked. heard: when it said so, ms
        mono; a disk that had no room then makes the line a late one, and the line says how late."""
        late = self.clock.mono() - heard
        more: dict[str, Value] = {"late": late} if late >= LATE else {}
        self.journal.append("dial.end", call=call, cause=cause, raw=mask(raw), at=at, **more)

    def begin(self, case: Case, call: str, language: str) -> Interview:
        """The respondent is on the line: a new interview, or the case's unfinished one goes on."""
        known, form_sha = self.store.interview_of(case.id), hexdigest(self.study.form_xml)
        if known is None:
            self.editions.keep(form_sha, self.study)
            interview = self.new_id()
            opened = Opened(interview, case.id, call, form_sha, language, self.clock.wall())
            with self.store.together():  # one without its first event could never be opened again
                self.store.open_interview(interview, case.id, call)
                self.store.record_event(interview, to_line(opened))
            self.journal.append(
                "interview.open", interview=interview, call=call, case=case.id, form_sha=form_sha
            )
            return apply(Interview(), opened)
        state = self.store.interview(known)
        if state.form_sha != form_sha and self.editions.upgrades(state, self.study):
            self.editions.keep(form_sha, self.study)
            state = self.event(state, Upgraded(form_sha, self.clock.wall()))
        resumed = self.event(state, Resumed(call, self.clock.wall()))
        self.journal.append("interview.resume", interview=known, call=call, form_sha=resumed.form_sha)
        return resumed

    def event(self, state: Interview, event: Event) -> Interview:
        """A step that the journal does not need: kept in the interview's trail only."""
        self.store.record_event(state.interview, to_line(event))
        return apply(state, event)

    def answer(
        self, state: Interview, call: str, question: str, value: str, at: int, reason: str
    ) -> Interview:
        """An answer, or with a reason a changed one: draft committed, then its commitment in the journal."""
        salt = self.entropy(32)
        event = Answered(question, value, salt.hex(), call, at, self.clock.wall(), reason)
        state = self.event(state, event)
        try:
            self.journal_answer(state.interview, event)
        except FangxinError:
            self.journal.give_up()  # the draft has it: the next start writes its line
            raise
        return state

    def commitment(self, event: Answered) -> str:
        """What the journal says of an answer."""
        return self.suite.means.commit(bytes.fromhex(event.salt), event.value)

    def journal_answer(self, interview: str, event: Answered) -> None:
        """The commitment to an answer."""
        fields: dict[str, Value] = {
            "interview": interview,
            "call": event.call,
            "question": event.question,
            "commit": self.commitment(event),
            "at": event.at,
        }
        if event.reason:
            self.journal.append("answer.amend", **fields, reason=event.reason)
        else:
            self.journal.append("answer.commit", **fields)

    def outcome(
        self,
        case: Case,
        call: str,
        state: Interview | None,
        outcome: str,
        *,
        at: int,
        proposed: str,
        final: bool,
    ) -> None:
        """The call's outcome: interview sealed, outcome.commit durable; then settle()."""
        sha = ""
        if state is None and final and (known := self.store.interview_of(case.id)) is not None:
            state = self.store.interview(
                known
            )  # settle() will delete the draft: what it holds must be sealed
        if state is not None:
            state = self.event(state, Finished(outcome, call, at, self.clock.wall()))
            sha = self.room.spend(partial(self.seal_interview, state, case))
        with self._naming(sha):
            self.journal.append(
                "outcome.commit", call=call, case=case.id, outcome=outcome, at=at, proposed=proposed
            )
            if state is not None:
                self.interview_closed(state, case, call, outcome, sha)

    def interview_closed(self, state: Interview, case: Case, call: str, outcome: str, sha256: str) -> None:
        """The interview as it stood at the end of this call is sealed. sha256: of the object."""
        fields = {"interview": state.interview, "call": call, "case": case.id}
        self.journal.append("interview.close", **fields, outcome=outcome, object=sha256)

    def settle(self, case: Case, call: str, outcome: str, *, final: bool) -> None:
        """Sign a checkpoint and bring the store up to an outcome that stands in the journal. Until this has returned it may be done
        again. case: as it was before the outcome."""
        self.tell_faults()
        self.checkpoint()
        interview = self.store.interview_of(case.id)
        if final and interview is not None:
            # First: until the call is closed too, a crash brings us here again.
            self.room.spend(partial(self.store.close_interview, interview))
        now = self.clock.wall()
        with self.store.together():
            told = self.store.outlook(call)
            details = int(told.get("due", 0)), str(told.get("by", "")), str(told.get("need", ""))
            if (
                self.store.case(case.id).state is State.CLOSED
            ):  # taken out during the call, by a person or a lease
                case = case.closed()
            self.store.save_case(case.with_attempt(Attempt(now, outcome, *details)))
            if call in self.store.open_calls():
                self.quotas.finished(told.get("cells", ()))
            self.store.close_call(call, outcome=outcome, ended=now)

    def seal_interview(self, state: Interview, case: Case) -> str:
        """Seal the interview as it stands for the centre; returns the object's SHA-256."""
        version = self.editions.version(state.form_sha) or self.study.version
        content = document(
            state, study=self.study.id, version=version, unit=case.unit, rehearsal=self.rehearsal
        )
        return self._seal("interview", content, self.study.recipients.centre)

    def forget_seal(self, sha256: str) -> None:
        """A sealed file that no line names is neither kept nor sent; what is in it is sealed again when its time comes."""
        self.store.withdraw(sha256)
        path = self.folder / "objects" / sha256
        with storage_errors(path):
            path.unlink(missing_ok=True)

    @contextmanager
    def _naming(self, sha256: str) -> Iterator[None]:
        """The lines within are one group, and name this sealed file ("" = none). A full disk has taken none of them: the next try seals
        anew, and the file would stay without a name."""
        try:
            with self.journal.group():
                yield
        except StorageError:
            if sha256 and self.journal.sound:
                try:
                    self.forget_seal(sha256)
                except StorageError:
                    self.journal.give_up()  # so its call is not closed in this run, and the next start tidies up
            raise

    def _seal(self, kind: str, content: dict[str, Value], recipients: Sequence[str]) -> str:
        keys = [self.suite.recipient(text) for text in recipients]
        sha, path, size = seal_object(self.folder / "objects", encode(content), keys, self.entropy)
        try:
            self.store.enqueue(sha, kind, path, size)
        except FangxinError:
            path.unlink(missing_ok=True)  # no line names it, and the next try makes another
            raise
        return sha

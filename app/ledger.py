"""Writes down what happens at the desk, in the order that survives a crash: the draft, then the journal, then the act.

The journal is the truth for others; the store is the desk's own memory. A caller may tell the interviewer "saved" as soon as a
method here has returned. Every method raises StorageError when the disk does not take it.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from errno import errorcode
from functools import partial
from pathlib import Path

from app.canonical import Value, encode, hexdigest
from app.clock import Clock, Entropy
from app.editions import Editions
from app.errors import FangxinError
from app.evidence.durable import storage_errors
from app.evidence.journal import Journal
from app.evidence.recording import Closed, Mark, remains_of, tail_of
from app.evidence.seal import seal_object
from app.interview.events import Answered, Event, Finished, Opened, Resumed, Upgraded, to_line
from app.interview.interview import Interview, apply, document
from app.known_numbers import hasher
from app.line.contract import Coverage
from app.log import mask
from app.quotas import Quotas
from app.sample.calling import calling_plan, quotas_of
from app.sample.case import Attempt, Case, State
from app.shift_log import Dialled, ShiftLog
from app.store import Store
from app.study.model import Study

CHECKPOINT_EVERY = 50_000
"""ms after which the next mark of a running recording is followed by a checkpoint. Marks come every ten seconds, so that no minute
of a call is without one: what is not under a signature that went out, whoever holds the key can still rewrite."""


class Ledger(ShiftLog):
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
        self.quotas = Quotas(store, quotas_of(study))
        self.queue = store.follow(calling_plan(study, rehearsal=rehearsal), self.number_key, end_leases=True)

    def recording_path(self, call: str) -> Path:
        """Where the recording of a call lies."""
        return self.folder / "recordings" / f"{call}.age"

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
        with self.journal.group():
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

    def line(self, call: str, state: str, at: int, source: str = "") -> None:
        """The line went into a state ("dialing", "alerting", "answered")."""
        self.journal.append("line", call=call, state=state, at=at, source=source)

    def marked(self, call: str, mark: Mark) -> None:
        """The running recording has got this far; once a minute that is signed too."""
        self.journal.append("rec.mark", call=call, bytes=mark.bytes, sha256=mark.sha256, samples=mark.samples)
        self.room.spend(partial(self.journal.checkpoint_within, CHECKPOINT_EVERY))

    def gap(self, call: str, at: int, samples: int) -> None:
        """Sound was lost."""
        self.journal.append("rec.gap", call=call, at=at, samples=samples)

    def unheard(self, call: str, side: str, at: int) -> None:
        """A channel ("left", "right") has no signal."""
        self.journal.append("io.error", call=call, where=f"{side} channel", code="no signal", at=at)

    def saved(self, call: str, closed: Closed, coverage: Coverage | None = None) -> None:
        """The recording is closed and due for sending. coverage: None when nobody was on the line."""
        self.store.enqueue(closed.sha256, "recording", self.recording_path(call), closed.bytes)
        self.journal.append(
            "rec.close",
            call=call,
            sha256=closed.sha256,
            payload_sha256=closed.payload_sha256,
            bytes=closed.bytes,
            samples=closed.samples,
            **_covered(coverage),
        )

    def broke_off(self, call: str, error: FangxinError) -> None:
        """The recording cannot go on: what is there is hashed as it is and due for sending."""
        code = error.__cause__.errno if isinstance(error.__cause__, OSError) else None
        self.journal.append(
            "io.error", call=call, where="recording", code=errorcode.get(code or 0, "unknown")
        )
        self.recovered(call)

    def worker_lost(self, call: str, reason: str) -> None:
        """The line worker died in the middle of this recording: what it left is hashed as it is and due for sending."""
        self.journal.append("io.error", call=call, where="line worker", code=reason)
        self.recovered(call)

    def recovered(self, call: str) -> None:
        """A recording that was not closed: nothing is added to it (notes/security.md §2.2), it goes to the centre as it is."""
        path = self.recording_path(call)
        if not path.exists():
            return
        self.give_back(call)
        found = remains_of(path, self.suite.means)
        self.store.enqueue(found.age_sha256, "recording-part", found.age, found.age_bytes)
        if found.tail is not None:
            self.store.enqueue(found.tail_sha256, "tail", found.tail, found.tail_bytes)
        self.journal.append(
            "rec.recovered",
            call=call,
            age_sha256=found.age_sha256,
            age_bytes=found.age_bytes,
            tail_sha256=found.tail_sha256,
            tail_bytes=found.tail_bytes,
        )

    def give_back(self, call: str) -> None:
        """The room that was reserved beyond the end of an unclosed recording and its tail. Not a byte of them changes."""
        path = self.recording_path(call)
        for file in (path, tail_of(path)):
            if file.exists():
                with storage_errors(file):
                    os.truncate(file, file.stat().st_size)

    def remark(self, call: str, text: str) -> None:
        """The interviewer's words on a call in which nobody was interviewed: kept here, in the encrypted store."""
        self.store.set_setting(f"remark.{call}", text)

    def ended(self, call: str, cause: str, raw: str, at: int) -> None:
        """The line is idle again. raw: the far side may repeat the number in it, so what may be one is masked."""
        self.journal.append("dial.end", call=call, cause=cause, raw=mask(raw), at=at)

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
        with self.journal.group():
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

    def _seal(self, kind: str, content: dict[str, Value], recipients: Sequence[str]) -> str:
        keys = [self.suite.recipient(text) for text in recipients]
        sha, path, size = seal_object(self.folder / "objects", encode(content), keys, self.entropy)
        try:
            self.store.enqueue(sha, kind, path, size)
        except FangxinError:
            path.unlink(missing_ok=True)  # no line names it, and the next try makes another
            raise
        return sha


def _covered(coverage: Coverage | None) -> dict[str, Value]:
    """The fields of rec.close that say what the recording holds of the conversation."""
    if coverage is None:
        return {}
    fields: dict[str, Value] = {"spoken": coverage.spoken, "covered": 1 if coverage.good else 0}
    for side, counts in (("left", coverage.left), ("right", coverage.right)):
        fields |= {f"{side}_{name}": count for name, count in asdict(counts).items()}
    return fields

"""Writes what a workstation writes, with the real journal, recorder and sealing, but without a desk: so a story may also go wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app.canonical import commit, encode
from app.clock import Entropy, VirtualClock, seeded
from app.evidence.age import Identity
from app.evidence.journal import Journal
from app.evidence.note import COSIGNATURE, Signer
from app.evidence.recording import Closed, Mark, Recorder, remains_of
from app.evidence.seal import seal_object

CENTRE, LEAD, CONTACT, STRANGER = (
    Identity.generate(seeded(f"identity {n}")) for n in ("centre", "lead", "contact", "stranger")
)
EVERYBODY = (CENTRE, LEAD, CONTACT)
DEVICE = Signer("fangxin/0a1b2c3d/1", b"\x01" * 32)
CENTRAL = Signer("central.example", b"\x02" * 32, COSIGNATURE)
PUBLISHER = Signer("centre/publisher", b"\x03" * 32)
NOON = 1_700_020_800_000
TENTH = 1600
Lie = Callable[[dict[str, Any]], None]


class Recording(Protocol):
    """What a call needs of its recorder."""

    path: Path
    header_sha: str

    def write(self, left: bytes, right: bytes) -> None:
        """As Recorder.write()."""

    def mark(self) -> Mark:
        """As Recorder.mark()."""

    def close(self) -> Closed:
        """As Recorder.close()."""

    def abandon(self) -> None:
        """As Recorder.abandon()."""


@dataclass
class Pen:
    """Writes what a workstation writes. lie: what an insider does to an interview before it is sealed. record: begins a recording."""

    folder: Path
    clock: VirtualClock
    entropy: Entropy
    journal: Journal
    lie: Lie = lambda _: None
    study: tuple[str, int] = ("tiny", 1)
    record: Callable[[Path, str, Entropy], "Recording"] = lambda path, call, entropy: Recorder(
        path, call, [CENTRE.recipient, LEAD.recipient], entropy, reserve_seconds=2
    )
    parcels: dict[str, tuple[Path, str]] = field(default_factory=dict)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def begin(cls, folder: Path, signer: Signer = DEVICE, *, seed: str = "archive", **more: Any) -> "Pen":
        """A new data folder."""
        clock = VirtualClock(NOON, boot="boot-one")
        epoch = signer.name.rpartition("/")[2]
        study = more.get("study", ("tiny", 1))[0]
        origin = f"fangxin/{study}/{signer.name.removeprefix('fangxin/')}"
        journal = Journal.open(folder / "journals" / epoch, origin, signer, clock, rehearsal=True)
        pen = cls(folder, clock, seeded(seed), journal, **more)
        device = signer.name.split("/")[1]
        pen.write("epoch.new", device=device, epoch=int(epoch), vkey=signer.vkey, keystore="file", app="0.1")
        return pen

    def write(self, kind: str, /, **fields: Any) -> None:
        """A journal line, a tenth of a second after the one before."""
        self.clock.advance(100)
        self.journal.append(kind, **fields)

    def id(self) -> str:
        """A new call, case or interview."""
        return self.entropy(8).hex()

    def sign_in(self) -> None:
        """A shift begins."""
        study, version = self.study
        who = commit(self.entropy(32), "小李")
        self.write("shift.open", shift=self.id(), interviewer=who, app="0.1", study=study, version=version)

    def dial(self, case: str) -> "Talk":
        """Everything up to the open line."""
        call, salt, number = self.id(), self.entropy(32), "08182345678"
        path = self.folder / "recordings" / f"{call}.age"
        recorder = self.record(path, call, self.entropy)
        contact = {
            "v": 1,
            "kind": "contact",
            "case": case,
            "call": call,
            "number": number,
            "salt": salt.hex(),
            "rehearsal": 1,
        }
        sha = self.seal(contact, CONTACT)
        with self.journal.group():
            self.write(
                "rec.open", call=call, header_sha256=recorder.header_sha, rate=8000, channels=2, codec="alaw"
            )
            self.write(
                "dial.start", call=call, case=case, number=commit(salt, number), contact=sha, ticket="00" * 32
            )
        self.write("line", call=call, state="dialing", at=0, source="")
        return Talk(self, case, call, recorder)

    def seal(self, content: dict[str, Any], to: Identity) -> str:
        """A sealed object."""
        sha, path, _ = seal_object(self.folder / "objects", encode(content), [to.recipient], self.entropy)
        self.parcels[sha] = (path, str(content["kind"]))
        return sha


@dataclass
class Talk:
    """One call. sample: how far its sound has got."""

    pen: Pen
    case: str
    call: str
    recorder: Recording
    interview: str = ""
    sample: int = 0

    def speak(self, tenths: int, *, at_once: bool = False) -> None:
        """So much sound of both sides; at_once: in one block, synced once (a large archive is made sooner)."""
        for block in (tenths,) if at_once else (1,) * tenths:
            self.recorder.write(self.pen.entropy(block * TENTH), self.pen.entropy(block * TENTH))
            self.sample += block * 800
            self.pen.clock.advance(block * 100)

    def mark(self) -> None:
        """The recording so far."""
        mark = self.recorder.mark()
        self.pen.write("rec.mark", call=self.call, bytes=mark.bytes, sha256=mark.sha256, samples=mark.samples)

    def answered(self, interview: str = "") -> None:
        """Somebody is there; a new interview, or one that goes on."""
        self.pen.write("line", call=self.call, state="answered", at=self.sample, source="signal")
        if interview:
            self.interview = interview
            self.pen.kept[interview]["calls"].append(self.call)
            self.pen.write("interview.resume", interview=interview, call=self.call)
            return
        self.interview = self.pen.id()
        self.pen.kept[self.interview] = {"calls": [self.call], "trail": []}
        self.pen.write(
            "interview.open", interview=self.interview, call=self.call, case=self.case, form_sha="11" * 32
        )

    def answer(self, question: str, value: str, reason: str = "") -> None:
        """An answer, or a changed one."""
        salt = self.pen.entropy(32)
        fields = {"interview": self.interview, "call": self.call, "question": question, "at": self.sample}
        fields["commit"] = commit(salt, value)
        if reason:
            self.pen.write("answer.amend", reason=reason, **fields)
        else:
            self.pen.write("answer.commit", **fields)
        told = {
            "question": question,
            "value": value,
            "salt": salt.hex(),
            "call": self.call,
            "at": self.sample,
        }
        self.pen.kept[self.interview]["trail"].append(
            {**told, "wall": self.pen.clock.wall(), "reason": reason}
        )

    def end(self, cause: str, outcome: str, *, covered: int = 1) -> None:
        """The line is idle, the recording closed, the outcome chosen, everything signed. covered: 0 = a side of a conversation is lost."""
        pen, call = self.pen, self.call
        closed = self.recorder.close()
        pen.write("dial.end", call=call, cause=cause, raw="", at=self.sample)
        pen.write(
            "rec.close",
            call=call,
            sha256=closed.sha256,
            payload_sha256=closed.payload_sha256,
            bytes=closed.bytes,
            samples=closed.samples,
            **({"covered": covered} if self.interview else {}),
        )
        pen.parcels[closed.sha256] = (self.recorder.path, "recording")
        sha = self._sealed(outcome) if self.interview else ""
        with pen.journal.group():
            pen.write(
                "outcome.commit", call=call, case=self.case, outcome=outcome, at=self.sample, proposed=outcome
            )
            if sha:
                told = {"interview": self.interview, "call": call, "case": self.case, "outcome": outcome}
                pen.write("interview.close", object=sha, **told)
        pen.journal.checkpoint()

    def crash(self) -> None:
        """The machine dies, is started again, and writes down what it finds."""
        pen = self.pen
        self.recorder.abandon()
        pen.clock.boot = "boot-two"
        found = remains_of(self.recorder.path)
        assert found.tail is not None
        pen.parcels[found.age_sha256] = (found.age, "recording-part")
        pen.parcels[found.tail_sha256] = (found.tail, "tail")
        pen.write(
            "rec.recovered",
            call=self.call,
            age_sha256=found.age_sha256,
            age_bytes=found.age_bytes,
            tail_sha256=found.tail_sha256,
            tail_bytes=found.tail_bytes,
        )
        pen.write("call.interrupted", call=self.call, case=self.case)
        pen.journal.checkpoint()

    def _sealed(self, outcome: str) -> str:
        study, version = self.pen.study
        kept = self.pen.kept[self.interview]
        last = {answer["question"]: answer for answer in kept["trail"]}
        content = {
            "v": 1,
            "kind": "interview",
            "interview": self.interview,
            "case": self.case,
            "calls": list(kept["calls"]),
            "study": study,
            "version": version,
            "unit": "1",
            "language": "zh",
            "started": NOON,
            "ended": self.pen.clock.wall(),
            "outcome": outcome,
            "rehearsal": 1,
            "answers": list(last.values()),
            "trail": list(kept["trail"]),
            "notes": [],
        }
        self.pen.lie(content)
        return self.pen.seal(content, CENTRE)

"""With private keys: do the sealed interviews, contacts and recordings say what the journal committed to while the call ran?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import Value, decode
from app.errors import EvidenceError, FangxinError, SealError
from app.evidence import stanza, wav
from app.evidence.age import decrypt, open_stream
from app.evidence.audit.facts import Call, Closing, Facts, Interview, Sealed
from app.evidence.audit.objects import Found
from app.evidence.audit.place import BLOCK, Eyes, head_size
from app.evidence.audit.remains import samples_whole_in
from app.evidence.means import Means
from app.evidence.recording import join
from app.evidence.seal import PAGE, digests
from app.evidence.stanza import Unwraps
from hardware.base import RATE

_LARGEST = 64 << 20
_HEADER = wav.header()
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


@dataclass
class Seals:
    """Opens what the identities open. found: the whole files."""

    eyes: Eyes
    facts: Facts
    found: Found
    identities: Sequence[Unwraps]
    _opened: int = 0
    _others: Counter[str] = field(default_factory=Counter)

    def audit(self) -> None:
        """Open everything. Raises SealError when the identities open nothing at all: then they are not of this archive."""
        for interview in self.facts.interviews.values():
            for closing in interview.closings:
                self._interview(interview, closing)
        for call in self.facts.calls.values():
            if call.contact is not None:
                self._contact(call, call.contact)
            if call.recording is not None:
                self._recording(call, call.recording)
        if self._others and not self._opened:
            where, todo = str(self.eyes.place.root), "Give the private key of this study's centre."
            raise SealError("None of the given private keys opens anything here", where=where, todo=todo)
        self.eyes.findings.counts["opened"] = self._opened
        for kind, number in sorted(self._others.items()):
            what = f"Not opened, because sealed for other keys than the given ones: {number} files ({kind})"
            self.eyes.findings.note("seal.others", what)

    def _mine(self, sealed: Sealed) -> Path | None:
        """The file, when it is here and one of our identities opens it."""
        path = self.found.get(sealed.sha256)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                stanzas = stanza.read(file, self.eyes.means).stanzas
            if any(identity.unwrap(each) for each in stanzas for identity in self.identities):
                self._opened += 1
                return path
            self._others[sealed.kind] += 1
        except OSError as error:
            self.eyes.unreadable(path, error)
        except SealError as error:
            self._broken("seal.malformed", f"This {sealed.words} is no file that age wrote: {error}", sealed)
        return None

    def _document(self, sealed: Sealed) -> dict[str, Value] | None:
        path = self._mine(sealed)
        if path is None:
            return None
        try:
            return read_document(path, self.identities, sealed.kind)
        except (FangxinError, OSError) as error:
            if what := self._fault(path, error):
                self._broken("seal.malformed", f"The {sealed.words} cannot be read: {what}", sealed)
            return None

    def _interview(self, interview: Interview, closing: Closing) -> None:
        content = self._document(closing.sealed)
        if content is None:
            return
        told = (interview.interview, closing.case, closing.outcome)
        if (content.get("interview"), content.get("case"), content.get("outcome")) != told:
            what = "The sealed interview is another one than this line says, or has another outcome"
            self._broken("interview.differs", what, closing.sealed)
        try:
            self._answers(interview, closing, content)
        except _MALFORMED:
            self._broken(
                "seal.malformed", "The sealed interview is not written as it should be", closing.sealed
            )

    def _answers(self, interview: Interview, closing: Closing, content: Mapping[str, Value]) -> None:
        """Every sealed answer was committed to while the call ran, and every commitment is answered."""
        given = interview.answers[: closing.answers]
        open_promises = Counter((each.question, each.commit, each.call, each.sample) for each in given)
        last: dict[str, Value] = {}
        for answer in content["trail"]:
            last[answer["question"]] = answer
            commitment = self.eyes.means.commit(bytes.fromhex(answer["salt"]), answer["value"])
            promise = (answer["question"], commitment, answer["call"], answer["at"])
            if open_promises[promise] <= 0:
                what = (
                    f"The sealed answer to {answer['question']} is not the one that was given during the call"
                )
                self._broken("answer.altered", what, closing.sealed)
            open_promises[promise] -= 1
        if [last[answer["question"]] for answer in content["answers"]] != content["answers"] or len(
            content["answers"]
        ) != len(last):
            what = "The sealed answers are not the last ones of the interview's own trail"
            self._broken("answer.altered", what, closing.sealed)
        for question, *_ in (+open_promises).elements():
            what = f"The answer to {question} was given during the call, but is not in the sealed interview"
            self.eyes.findings.missing("answer.absent", what, closing.sealed.at, needed="the whole interview")

    def _contact(self, call: Call, sealed: Sealed) -> None:
        content = self._document(sealed)
        if content is None:
            return
        try:
            true = self.eyes.means.commit(bytes.fromhex(content["salt"]), content["number"]) == call.number
        except _MALFORMED:
            true = False
        if not true or (content.get("call"), content.get("case")) != (call.call, call.case):
            self._broken(
                "contact.differs", "The sealed contact does not hold the number that was dialled", sealed
            )
        else:
            self.facts.numbers[call.call] = str(content["number"])

    def _recording(self, call: Call, sealed: Sealed) -> None:
        path = self._mine(sealed)
        if path is None:
            return
        try:
            if call.recovered:
                self._joined(call, path, sealed)
            else:
                self._played(call, path, sealed)
        except (FangxinError, OSError) as error:
            if what := self._fault(path, error):
                what = f"The recording does not open to its end: {what}"
                self._broken("recording.unreadable", what, sealed)

    def _fault(self, path: Path, error: FangxinError | OSError) -> str:
        """What is wrong with the bytes of a file; "" when it could not be read, which is said here and accuses nobody."""
        cause = error.__cause__ if isinstance(error, FangxinError) else error
        if isinstance(cause, OSError):
            self.eyes.unreadable(Path(cause.filename or path), cause)
            return ""
        return error.what if isinstance(error, FangxinError) else ""

    def _played(self, call: Call, path: Path, sealed: Sealed) -> None:
        size, start = 0, b""
        with path.open("rb") as file:
            for chunk in open_stream(file, self.identities):
                start = start or chunk[: len(_HEADER)]
                size += len(chunk)
                self.eyes.passed(len(chunk))
        sound = size - len(_HEADER)
        if start != _HEADER:
            self._broken(
                "recording.format", "The recording does not begin with the header that ours have", sealed
            )
        if sound != call.samples * wav.CHANNELS:
            what = f"The journal gives this recording {call.samples} samples, but it has {sound / wav.CHANNELS:g}"
            self._broken("recording.samples", what, sealed)
        if digests(path, self.eyes.means)[1] != call.payload:
            self._broken(
                "recording.payload",
                "The journal gives another hash for the payload of this recording",
                sealed,
            )
        self.eyes.findings.counts["seconds of sound"] += sound // wav.SECOND

    def _joined(self, call: Call, path: Path, sealed: Sealed) -> None:
        tail = self.found.get(call.tail.sha256) if call.tail else None
        samples = join(path, tail, self.identities, call_id=call.call)
        self.eyes.passed(path.stat().st_size)
        self.eyes.findings.counts["seconds of sound"] += samples // RATE
        needed = max(call.mark.samples if call.mark else 0, call.latest - RATE)
        if samples < needed:
            what = f"{samples / RATE:.1f} s of this recording can be recovered, but {needed / RATE:.1f} s were durable"
            self.eyes.findings.missing(
                "recording.short", what, sealed.at, needed=f"{(needed - samples) / RATE:.2f} s of sound"
            )
            return
        whole = samples_whole_in(path.stat().st_size - _head(path, self.eyes.means), tail)
        if samples < whole - RATE:
            what = f"{samples / RATE:.1f} s of this recording can be recovered of {whole / RATE:.1f} s that are there: damaged"
            self._broken("recording.unreadable", what, sealed)
        elif samples < whole:
            what = "The last second of this recording does not open: cut off while it was written, or damaged"
            self.eyes.findings.note("recording.end", what, sealed.at)

    def _broken(self, rule: str, what: str, sealed: Sealed) -> None:
        self.eyes.findings.broken(
            rule, what, sealed.at, needed=f"an explanation; the file is objects/{sealed.sha256}"
        )


def read_document(sealed: Path | bytes, identities: Sequence[Unwraps], kind: str) -> dict[str, Value]:
    """The JSON in a sealed object of this kind. Raises SealError (wrong key, altered), EvidenceError (not what it should be)."""
    if isinstance(sealed, Path) and sealed.stat().st_size > _LARGEST:
        raise EvidenceError("This sealed object is far too large", where=sealed.name)
    padded = decrypt(sealed, identities)
    content = decode(padded.rstrip(b" "))
    if len(padded) % PAGE or content.get("v") != 1 or content.get("kind") != kind:
        raise EvidenceError(f"This is no sealed {kind}")
    return content


def _head(path: Path, means: Means) -> int:
    with path.open("rb") as file:
        return head_size(file.read(BLOCK), means)

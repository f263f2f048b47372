"""With private keys: do the sealed interviews, contacts and recordings say what the journal committed to while the call ran?"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import Value, commit, decode
from app.errors import EvidenceError, FangxinError, SealError
from app.evidence import stanza, wav
from app.evidence.age import Identity, decrypt, open_stream
from app.evidence.audit.facts import Call, Closing, Facts, Given, Interview, Sealed
from app.evidence.audit.place import BLOCK, NONCE, Eyes, head_size
from app.evidence.recording import join
from app.evidence.seal import PAGE
from hardware.base import RATE

_LARGEST = 64 << 20
_HEADER = wav.header()


@dataclass
class Seals:
    """Opens what the identities open. found: SHA-256 → path of whole files."""

    eyes: Eyes
    facts: Facts
    found: dict[str, Path]
    identities: Sequence[Identity]
    _closed_to_us: Counter[str] = field(default_factory=Counter)

    def audit(self) -> None:
        """Open everything. Raises SealError when the identities open nothing at all: then they are not of this archive."""
        findings, opened = self.eyes.findings, 0
        for interview in self.facts.interviews.values():
            for closing in interview.closings:
                opened += self._interview(interview, closing)
        for call in self.facts.calls.values():
            opened += self._contact(call) + self._recording(call)
        if self._closed_to_us and not opened:
            raise SealError(
                "None of the given identities opens anything here",
                where=str(self.eyes.place.root),
                todo="Give the identity of this study's centre.",
            )
        for kind, number in sorted(self._closed_to_us.items()):
            findings.note(
                "seal.others",
                f"{number} sealed files ({kind}) are for other keys than the given ones and were not opened",
            )
        findings.counts["opened"] = opened

    def _mine(self, sealed: Sealed | None) -> Path | None:
        """The file, when it is here and one of our identities opens it."""
        path = self.found.get(sealed.sha256) if sealed else None
        if path is None or sealed is None:
            return None
        try:
            with path.open("rb") as file:
                fits = any(
                    identity.unwrap(each)
                    for each in stanza.read(file).stanzas
                    for identity in self.identities
                )
        except (SealError, OSError) as error:
            self._broken("seal.malformed", f"This is no file that age wrote: {error}", sealed)
            return None
        if not fits:
            self._closed_to_us[sealed.kind] += 1
        return path if fits else None

    def _document(self, sealed: Sealed, kind: str, call: str) -> dict[str, Value] | None:
        path = self._mine(sealed)
        if path is None:
            return None
        try:
            return read_document(path, self.identities, kind)
        except FangxinError as error:
            self._broken("seal.malformed", f"The sealed {kind} cannot be read: {error.what}", sealed, call)
        return None

    # Interviews

    def _interview(self, interview: Interview, closing: Closing) -> int:
        sealed = Sealed(closing.object, -1, "interview", closing.spot)
        content = self._document(sealed, "interview", closing.call)
        if content is None:
            return 0
        told = (interview.interview, closing.case, closing.outcome)
        if (content.get("interview"), content.get("case"), content.get("outcome")) != told:
            self._broken(
                "interview.differs",
                "The sealed interview is another one than the journal says, or has another outcome",
                sealed,
                closing.call,
            )
        try:
            self._answers(interview, closing, content, sealed)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._broken(
                "seal.malformed", "The sealed interview is not written as it should be", sealed, closing.call
            )
        return 1

    def _answers(
        self, interview: Interview, closing: Closing, content: dict[str, Value], sealed: Sealed
    ) -> None:
        committed = Counter(map(_promise, interview.answers[: closing.answers]))
        last: dict[str, Value] = {}
        for answer in content["trail"]:
            last[answer["question"]] = answer
            promise = (
                answer["question"],
                commit(bytes.fromhex(answer["salt"]), answer["value"]),
                answer["call"],
                answer["at"],
            )
            if committed[promise] > 0:
                committed[promise] -= 1
            else:
                self._broken(
                    "answer.altered",
                    f"The sealed answer to {answer['question']} is not the one that was given during the call",
                    sealed,
                    closing.call,
                )
        if {answer["question"]: answer for answer in content["answers"]} != last or len(
            content["answers"]
        ) != len(last):
            self._broken(
                "answer.altered",
                "The answers of the sealed interview are not the last ones of its own trail",
                sealed,
                closing.call,
            )
        for question, _, call, _ in committed.elements():
            self.eyes.findings.missing(
                "answer.absent",
                f"The answer to {question} was given during the call, but is not in the sealed interview",
                file=sealed.spot.file,
                line=sealed.spot.line,
                call=call,
                needed="the whole interview",
            )

    # Contacts

    def _contact(self, call: Call) -> int:
        content = self._document(call.contact, "contact", call.call) if call.contact else None
        if content is None or call.contact is None:
            return 0
        try:
            true = commit(bytes.fromhex(content["salt"]), content["number"]) == call.number
        except (KeyError, TypeError, ValueError):
            true = False
        if not true or content.get("call") != call.call or content.get("case") != call.case:
            self._broken(
                "contact.differs",
                "The sealed contact does not hold the number that was dialled",
                call.contact,
                call.call,
            )
        return 1

    # Recordings

    def _recording(self, call: Call) -> int:
        path = self._mine(call.recording)
        if path is None or call.recording is None:
            return 0
        try:
            if call.recovered:
                self._joined(call, path, call.recording)
            else:
                self._played(call, path, call.recording)
        except FangxinError as error:
            self._broken(
                "recording.unreadable",
                f"The recording does not open to its end: {error.what}",
                call.recording,
                call.call,
            )
        return 1

    def _played(self, call: Call, path: Path, sealed: Sealed) -> None:
        size, start = 0, b""
        with path.open("rb") as file:
            for chunk in open_stream(file, self.identities):
                start = start or chunk[: len(_HEADER)]
                size += len(chunk)
                self.eyes.passed(len(chunk))
        if start != _HEADER:
            self._broken(
                "recording.format", "The recording does not begin with our sound header", sealed, call.call
            )
        samples = max(0, size - len(_HEADER)) / wav.CHANNELS
        if samples != call.samples:
            self._broken(
                "recording.samples",
                f"The journal gives this recording {call.samples} samples, but it has {samples:g}",
                sealed,
                call.call,
            )
        if payload_sha256(path) != call.payload:
            self._broken(
                "recording.payload",
                "The journal gives another hash for the payload of this recording",
                sealed,
                call.call,
            )
        self.eyes.findings.counts["seconds of sound"] += int(samples) // RATE

    def _joined(self, call: Call, path: Path, sealed: Sealed) -> None:
        tail = self.found.get(call.tail.sha256) if call.tail else None
        samples = join(path, tail, self.identities, call_id=call.call)
        self.eyes.passed(path.stat().st_size)
        self.eyes.findings.counts["seconds of sound"] += samples // RATE
        needed = max(call.mark.samples if call.mark else 0, call.latest - RATE)
        if samples < needed:
            self.eyes.findings.missing(
                "recording.short",
                f"{samples} samples can be recovered of this recording, but {needed} were durable",
                file=sealed.spot.file,
                line=sealed.spot.line,
                call=call.call,
                needed=f"{(needed - samples) / RATE:.2f} s of sound",
            )

    def _broken(self, rule: str, what: str, sealed: Sealed, call: str = "") -> None:
        self.eyes.findings.broken(
            rule,
            what,
            file=sealed.spot.file,
            line=sealed.spot.line,
            call=call,
            needed=f"an explanation; the file is objects/{sealed.sha256}",
        )


def read_document(path: Path, identities: Sequence[Identity], kind: str) -> dict[str, Value]:
    """The JSON in a sealed object of this kind. Raises SealError (wrong key, altered), EvidenceError (not what it should be)."""
    if path.stat().st_size > _LARGEST:
        raise EvidenceError("This sealed object is far too large", where=path.name)
    padded = decrypt(path, identities)
    content = decode(padded.rstrip(b" "))
    if len(padded) % PAGE or content.get("v") != 1 or content.get("kind") != kind:
        raise EvidenceError(f"This is no sealed {kind}", where=path.name)
    return content


def payload_sha256(path: Path) -> str:
    """SHA-256 (hex) of nonce and payload of an age file: the same after a re-wrap to other recipients."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        start = max(0, head_size(file.read(BLOCK)) - NONCE)
        file.seek(start)
        while block := file.read(BLOCK):
            sha.update(block)
    return sha.hexdigest()


def _promise(given: Given) -> tuple[str, str, str, int]:
    return given.question, given.commit, given.call, given.at

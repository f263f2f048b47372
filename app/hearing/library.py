"""The library of announcements that a room builds itself, in the workstation's data folder.

An interviewer's confirmed outcome offers the clip; a team lead hears it and accepts or rejects it. Until then the clip lies sealed for
the lead, as recordings do; afterwards it is gone and only its landmarks stay. An offer is never of a call that was answered.

 announcements/offered/<id>.json + <id>.age     waiting for the lead
 announcements/accepted/<outcome>-<id>.json     known to the desk
 announcements/rejected/<id>.json               not to be offered again
 announcements/known/                           accepted here or come with the study: what the line worker listens with
"""

import io
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.canonical import Value, decode, encode
from app.clock import Entropy
from app.errors import EvidenceError, SealError, StudyError, UsageError
from app.evidence.age import decrypt, encrypt
from app.evidence.durable import storage_errors, write_file
from app.evidence.stanza import Unwraps, Wraps
from app.hearing.entry import FOLDER, LONGEST, Entry, known_in, packed, read_entry, readable, unpacked
from app.hearing.shelf import Shelf
from app.sample.outcome import Outcome
from hardware.base import RATE
from hardware.landmarks import Landmarks, survey
from hardware.listen import spoken

MOST_OFFERED = 100
"""More than these are not kept: the lead has not looked for long."""
_LEAST = 2 * RATE
_FEWEST = 100  # landmarks


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A clip that waits for a lead. votes: outcome key → how often an interviewer closed a call with it. heard: a lead has listened."""

    landmarks: Landmarks
    votes: Mapping[str, int]
    heard: bool

    @property
    def entry(self) -> Entry:
        """As it would be accepted: under the outcome with most votes."""
        return Entry(max(sorted(self.votes), key=lambda key: self.votes[key]), self.landmarks)

    @property
    def disputed(self) -> bool:
        """Interviewers have taken it for different things."""
        return len(self.votes) > 1

    def to_bytes(self) -> bytes:
        """The file's content."""
        content: dict[str, Value] = {"v": 1, "heard": int(self.heard), "votes": dict(self.votes)}
        return encode({**content, "landmarks": packed(self.landmarks).hex()}) + b"\n"


class RoomLibrary:
    """folder: the workstation's data folder."""

    def __init__(self, folder: Path) -> None:
        self._offered, self._accepted, self._rejected, self._known = (
            folder / FOLDER / name for name in ("offered", "accepted", "rejected", "known")
        )
        self._settled = (
            Shelf(self._accepted, lambda path: read_entry(_read(path), path.name).landmarks, "accepted"),
            Shelf(self._rejected, lambda path: _offer(path).landmarks, "rejected"),
        )
        self._waiting = Shelf(self._offered, lambda path: _offer(path).landmarks)

    # The desk

    def offer(self, outcome: str, sound: bytes, recipients: Sequence[Wraps], entropy: Entropy) -> str:
        """An interviewer closed an unanswered call with this outcome after this sound (int16, 8000 Hz). Returns the id under which it
        now waits, "" when there is nothing to learn from it. Raises StorageError."""
        clip = spoken(sound)
        samples = np.frombuffer(clip, "<i2").astype(np.float64)
        marks = survey(samples)
        if len(samples) < _LEAST or len(marks) < _FEWEST or not recipients:
            return ""
        if any(shelf.find(marks) for shelf in self._settled):
            return ""
        if known := self._waiting.find(marks):
            offer = self._offer(known)
            votes = {**offer.votes, outcome: offer.votes.get(outcome, 0) + 1}
            self._write(self._offered / f"{known}.json", replace(offer, votes=votes).to_bytes())
            return known
        if len(list(self._offered.glob("*.json"))) >= MOST_OFFERED:
            return ""
        offer = Offer(marks, {outcome: 1}, heard=False)
        self._write(self._offered / f"{offer.entry.id}.age", encrypt(_wav(clip), recipients, entropy))
        self._write(self._offered / f"{offer.entry.id}.json", offer.to_bytes())
        return offer.entry.id

    def accepted(self) -> list[Entry]:
        """What the desk knows. Raises StudyError for a file that is none."""
        return [read_entry(_read(path), path.name) for path in sorted(self._accepted.glob("*.json"))]

    def publish(self, study: Mapping[str, bytes]) -> Path:
        """Put together what this room and the study's files know, for the line worker; what cannot be read is passed over. Returns the
        folder. Raises StorageError."""
        known = {entry.name: entry for entry in [*known_in(self._accepted), *readable(study)]}
        for path in self._known.glob("*.json"):
            if path.name not in known:
                with storage_errors(path):
                    path.unlink(missing_ok=True)
        for name, entry in known.items():
            if not (self._known / name).exists():
                self._write(self._known / name, entry.to_bytes())
        return self._known

    # The team lead

    def offers(self) -> dict[str, Offer]:
        """What waits, by id."""
        return {path.stem: _offer(path) for path in sorted(self._offered.glob("*.json"))}

    def hear(self, name: str, identities: Sequence[Unwraps]) -> bytes:
        """The clip of an offer as a WAV file, for the ears of whoever holds the lead's key. From now on it may be accepted."""
        offer = self._offer(name)
        sealed = _read(self._offered / f"{name}.age")
        try:
            sound = decrypt(sealed, list(identities))
        except SealError as error:
            raise SealError(
                "This clip cannot be opened with this key", where=name, todo="It is sealed for the team lead."
            ) from error
        self._write(self._offered / f"{name}.json", replace(offer, heard=True).to_bytes())
        return sound

    def accept(self, name: str, outcomes: Mapping[str, Outcome], outcome: str = "") -> Entry:
        """Take an offer into the library, under its own or another outcome; its clip is deleted. Raises UsageError before it was heard."""
        offer = self._offer(name)
        if not offer.heard:
            raise UsageError(
                "Nobody has listened to this clip yet",
                where=name,
                todo=f"First `fangxin line library hear {name}`: a wrong name would be proposed for every such call.",
            )
        entry = Entry(outcome or offer.entry.outcome, offer.landmarks)
        if entry.outcome not in outcomes or outcomes[entry.outcome].group not in ("line", "nobody"):
            raise UsageError(f"{entry.outcome} is no outcome that a line announces", where=name)
        self._write(self._accepted / entry.name, entry.to_bytes())
        self._drop(name)
        return entry

    def reject(self, name: str) -> None:
        """It is no announcement, or of no use: the clip is deleted, and it is not offered again."""
        offer = self._offer(name)
        self._write(self._rejected / f"{name}.json", offer.to_bytes())
        self._drop(name)

    def export(self, study: Path) -> list[Path]:
        """Copy what is accepted into a study's folder, to be signed and sent to every workstation with it."""
        made = []
        for entry in self.accepted():
            made.append(study / FOLDER / entry.name)
            self._write(made[-1], entry.to_bytes())
        return made

    def take_in(self, folder: Path) -> list[Entry]:
        """Take in the recordings that another room has accepted. Raises StudyError."""
        paths = sorted(folder.glob("*.json")) or sorted((folder / FOLDER).glob("*.json"))
        found = [read_entry(_read(path), path.name) for path in paths]
        for entry in found:
            self._write(self._accepted / entry.name, entry.to_bytes())
        return found

    def _offer(self, name: str) -> Offer:
        path = self._offered / f"{name}.json"
        if not name.isalnum() or not path.is_file():
            raise UsageError(
                f"No clip {name} waits here", todo="`fangxin line library list` shows what does."
            )
        return _offer(path)

    def _drop(self, name: str) -> None:
        for path in (self._offered / f"{name}.json", self._offered / f"{name}.age"):
            with storage_errors(path):
                path.unlink(missing_ok=True)

    def _write(self, path: Path, data: bytes) -> None:
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, data)


def _offer(path: Path) -> Offer:
    try:
        content = decode(_read(path).strip())
        votes = {str(key): int(count) for key, count in content["votes"].items()}
        if not votes:
            raise ValueError("no votes")
        return Offer(unpacked(bytes.fromhex(content["landmarks"])), votes, bool(content["heard"]))
    except (EvidenceError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise StudyError("This offered clip cannot be read", where=path.name, todo="Delete it.") from error


def _read(path: Path) -> bytes:
    with storage_errors(path), path.open("rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise StudyError("This file is far too large for a recording of an announcement", where=path.name)
    return data


def _wav(sound: bytes) -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound)
    return stream.getvalue()

"""Handing one recording to somebody: checked, written down, and only then wrapped for his key. The sound itself is never opened, and its
hash in the workstation's journal holds for the file that he gets.

    journal/             the centre's signed journal of releases: "release.request" before the file is begun, "release.made" before
                         anybody can open it
    requests/<id>.note   each request as it was signed
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.canonical import Value, decode
from app.centre_journal import centre_journal
from app.clock import Clock, Entropy
from app.custody.request import Approved, Request, check
from app.errors import EvidenceError, StorageError
from app.evidence.age import Identity, Recipient
from app.evidence.audit.facts import Call
from app.evidence.audit.journals import read_facts
from app.evidence.audit.place import Place
from app.evidence.durable import make_folder, storage_errors, write_file
from app.evidence.journal import Journal
from app.evidence.note import Signer, Verifier
from app.evidence.rewrapping import rewrapped
from app.evidence.seal import digests


@dataclass(frozen=True)
class ReleaseRoom:
    """folder: of the centre's releases. signer: of their journal. trusted: the signatories, two roles of whom let a recording out."""

    folder: Path
    signer: Signer
    clock: Clock
    entropy: Entropy
    trusted: Sequence[Verifier]

    def release(self, note: str, archive: Path, identities: Sequence[Identity], out: Path) -> Approved:
        """Carry out a request once: the recording, wrapped for its receiver alone, is at out; both lines stand under a checkpoint.

        Raises EvidenceError when the request is not approved or was carried out, when the archive has no such recording or another file in
        its place; SealError when no identity opens it; StorageError when out exists. No file of ours is at out then.
        """
        approved = check(note, self.trusted)
        request = approved.request
        call, path = find_recording(archive, request.call)
        if digests(path) != (request.recording, call.payload):
            raise EvidenceError("The sealed recording is not the one that was asked for", where=str(path))
        if out.exists():
            raise StorageError("There is a file already", where=str(out), todo="Choose another name.")
        with centre_journal(self.folder / "journal", request.study, self.signer, self.clock) as journal:
            if any(line["request"] == request.id for line in released(journal.path)):
                raise EvidenceError(
                    "This request was carried out already", where=request.id, todo="Write and sign a new one."
                )
            self._intend(journal, approved, note)
            # The line comes before the header, without which nobody can open the file: nothing leaves this room unseen.
            with rewrapped(path, identities, [request.receiver], out, self.entropy) as (sha, payload):
                if payload != call.payload:
                    raise EvidenceError("The recording changed while it was being wrapped", where=str(path))
                journal.append("release.made", request=request.id, sha256=sha)
                journal.checkpoint()
        return approved

    def _intend(self, journal: Journal, approved: Approved, note: str) -> None:
        """Durable before the file exists: a release that nobody wrote down cannot be."""
        request = approved.request
        with storage_errors(self.folder):
            make_folder(self.folder / "requests")
            write_file(self.folder / "requests" / f"{request.id}.note", note.encode())
        journal.append(
            "release.request",
            request=request.id,
            call=request.call,
            recording=request.recording,
            receiver=str(request.receiver),
            by=", ".join(each.name for each in approved.by),
            keys=" ".join(each.vkey for each in approved.by),
            reason=request.reason,
        )
        journal.checkpoint()


def find_call(archive: Path, call: str) -> Call:
    """What the journals of an archive say of a call. Raises EvidenceError when they do not know it."""
    facts = read_facts(Place.at(archive)).calls.get(call)
    if facts is None:
        raise EvidenceError("There is no such call in this archive", where=call)
    return facts


def find_recording(archive: Path, call: str) -> tuple[Call, Path]:
    """A closed call of an archive, and its sealed recording. Raises EvidenceError when there is none."""
    facts = find_call(archive, call)
    if facts.recording is None or not facts.payload:
        todo = "`fangxin centre listen` opens what is left of it." if facts.recovered else ""
        raise EvidenceError("This call has no closed recording", where=call, todo=todo)
    path = archive / "objects" / facts.recording.sha256
    if not path.is_file():
        raise EvidenceError("The sealed recording of this call is not in the archive", where=str(path))
    return facts, path


def request_for(
    archive: Path, call: str, receiver: Recipient, reason: str, clock: Clock, entropy: Entropy
) -> Request:
    """A new request for a call's recording, unsigned. Raises EvidenceError when the archive has none, UsageError on an unfit reason."""
    facts, path = find_recording(archive, call)
    sha, payload = digests(path)
    if payload != facts.payload:
        raise EvidenceError("The sealed recording of this call was altered", where=str(path))
    study = study_of(archive, facts)
    return Request(study, call, sha, receiver, clock.wall(), entropy(16).hex(), reason)


def study_of(archive: Path, call: Call) -> str:
    """The study in the origin of the journal that tells of this call."""
    with storage_errors(archive / call.at.file), (archive / call.at.file).open("rb") as lines:
        return str(decode(lines.readline().rstrip(b"\n"))["origin"]).split("/")[1]


def released(journal: Path) -> list[dict[str, Value]]:
    """What a journal of releases says was handed out, oldest first."""
    with storage_errors(journal):
        lines = [decode(line) for line in journal.read_bytes().splitlines()]
    return [line for line in lines if line["type"] == "release.made"]

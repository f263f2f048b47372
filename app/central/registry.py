"""Central's registry: who may hand in, and what becomes of each thing that is handed in.

Every effect is keyed on what is handed in (hash, journal line number), never on the request, so a repeated request changes nothing.
A receipt is written only after everything that it stands for is durable.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.canonical import Value, hexdigest
from app.central.held import HeldJournal
from app.central.index import Alarm, Enrolled
from app.central.intake import (
    DEVICE,
    SHA256,
    Chunk,
    Enrolment,
    IntakeError,
    Offer,
    check_lines,
    joins,
    objects_named,
    refuse_rehearsal,
)
from app.central.stores import FolderStore
from app.clock import Clock
from app.errors import EvidenceError, FangxinError, SyncError
from app.evidence.age import Recipient
from app.evidence.batch import Manifest, checkpoint_hash
from app.evidence.note import Checkpoint, Verifier, cosign, open_note
from app.sample.plan import Plan
from app.sync.parcel import origin_of
from app.sync.signature import check_signature

WINDOW = 5 * 60 * 1000
"""ms that a request's time may be off central's, either way."""
CENTRE = "centre"
"""The key id under which the centre itself signs."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request as it came: url as the sender addressed it, header names in lower case, parameters from the path."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    parameters: Mapping[str, str]


class Registry:
    """Judges and files. Used by one thread at a time; IntakeError when something is refused."""

    def __init__(self, stores: FolderStore, clock: Clock, plan: Plan | None = None) -> None:
        self.stores, self.index, self.clock, self.plan = stores, stores.index, clock, plan

    # Who

    def device(self, message: Message) -> str:
        """The enrolled device epoch that signed this request ("<device>.<epoch>")."""
        return self._signed(message, self._verifier)

    def own(self, message: Message, name: str) -> str:
        """The device epoch that signed this request, when it is the one that the address names."""
        if self.device(message) != name:
            raise IntakeError(403, "who", "This belongs to another workstation")
        return name

    def centre(self, message: Message) -> None:
        """Refuse unless the centre signed this request."""
        self._signed(message, self._centre_key)

    def enrol(self, message: Message, enrolment: Enrolment) -> dict[str, Value]:
        """Take a device epoch in: its request is signed with the key that it brings, and its code is good once."""
        try:
            verifier = Verifier.parse(enrolment.vkey)
            Recipient.parse(enrolment.recipient)
        except FangxinError as error:
            raise IntakeError(400, "body", "This is no device key or no age recipient") from error
        self._signed(message, lambda key_id: verifier if key_id == enrolment.device else None)
        device = Enrolled(enrolment.device, enrolment.vkey, enrolment.recipient)
        if not self.index.enrol(enrolment.code, device):
            raise IntakeError(403, "code", "This enrolment code is wrong or was used before")
        path = self.stores.folder / "devices" / f"{device.name}.vkey"
        if not path.exists():
            self.stores.log.append(self.clock, "device", journal=device.name, vkey=device.vkey)
        self.stores.put(path, device.vkey.encode() + b"\n")
        return {"device": device.name, "study": self.index.setting("study")}

    def _signed(self, message: Message, key_of: Callable[[str], Verifier | None]) -> str:
        now = self.clock.wall()
        try:
            signed = check_signature(message.method, message.url, message.headers, message.body, key_of)
        except SyncError as error:
            raise IntakeError(
                401, "signature", "The signature is not one of a known key over this request"
            ) from error
        if abs(signed.created * 1000 - now) > WINDOW:
            raise IntakeError(401, "clock", "The sender's clock is wrong")
        if not signed.nonce or not self.index.spend_nonce(signed.key_id, signed.nonce, now, keep=2 * WINDOW):
            raise IntakeError(401, "replay", "This request has been made before")
        return signed.key_id

    def _verifier(self, name: str) -> Verifier | None:
        enrolled = self.index.enrolled(name)
        return Verifier.parse(enrolled.vkey) if enrolled else None

    def _centre_key(self, key_id: str) -> Verifier | None:
        vkey = self.index.setting("centre")
        return Verifier.parse(vkey) if vkey and key_id == CENTRE else None

    # Objects

    def held(self, sha256: str) -> tuple[int, bool]:
        """Bytes of an object that are here, and whether that is all of it."""
        if not SHA256.fullmatch(sha256):
            raise IntakeError(400, "address", "This is no SHA-256")
        return self.stores.offset(sha256), self.stores.has(sha256)

    def take_chunk(self, sha256: str, chunk: Chunk) -> tuple[int, bool]:
        """Take a piece of an object. Two senders of one object converge: each continues where the object stands."""
        offset, complete = self.held(sha256)
        if complete:
            return offset, True
        if chunk.offset != offset:
            raise IntakeError(409, "offset", "The object continues elsewhere", offset=offset)
        self.stores.add(sha256, chunk.body)
        if chunk.complete and not self.stores.complete(sha256):
            raise IntakeError(
                400, "digest", "The object is not what its name says; it was thrown away", offset=0
            )
        return self.held(sha256)

    # Journals

    def take_offer(self, name: str, offer: Offer) -> str:
        """Take journal lines and their checkpoint; the receipt is the checkpoint with central's cosignature.

        IntakeError: 400 malformed, 403 rehearsal, 409 resend from `size`, 422 the device has signed two histories, 424 objects missing.
        """
        checkpoint, held = self._checkpoint(name, offer), self.stores.journal(name)
        entries = check_lines(offer, checkpoint.origin)
        if self.index.setting("rehearsal") != "1":
            refuse_rehearsal(entries)
        if offer.start > held.size:
            raise IntakeError(409, "size", "Lines before these are missing", size=held.size)
        if not joins(offer, held.lines_from(offer.start), held.head):
            raise self._fork(name, checkpoint, offer)
        missing = [sha256 for sha256 in objects_named(entries) if not self.stores.has(sha256)]
        if missing:
            raise IntakeError(
                424, "objects", "Objects that these lines name are not here", missing=missing[:100]
            )
        if checkpoint.size > held.size:
            self._extend(name, held, offer, checkpoint)
        elif held.root(checkpoint.size) != checkpoint.root:
            raise self._fork(name, checkpoint, offer)
        return self._receipt(held, checkpoint, offer.checkpoint)

    def _checkpoint(self, name: str, offer: Offer) -> Checkpoint:
        verifier = self._verifier(name)
        if verifier is None:
            raise IntakeError(403, "unknown", "This device is not enrolled")
        try:
            checkpoint = Checkpoint.parse(open_note(offer.checkpoint, [verifier]).text)
        except EvidenceError as error:
            raise IntakeError(400, "checkpoint", f"The checkpoint does not hold: {error.what}") from error
        if checkpoint.origin != origin_of(self.index.setting("study"), name) or checkpoint.size != offer.size:
            raise IntakeError(
                400, "checkpoint", "The checkpoint belongs to another journal or to other lines"
            )
        return checkpoint

    def _extend(self, name: str, held: HeldJournal, offer: Offer, checkpoint: Checkpoint) -> None:
        try:
            held.add(offer.lines[held.size - offer.start :], checkpoint, offer.checkpoint)
        except EvidenceError as error:
            self.stores.forget(name)
            raise self._fork(name, checkpoint, offer) from error
        except BaseException:
            self.stores.forget(name)
            raise

    def _receipt(self, held: HeldJournal, checkpoint: Checkpoint, note: str) -> str:
        if held.checkpoint(checkpoint.size) is None:  # came late, by stick, after longer ones by the network
            held.put("checkpoints", f"{checkpoint.size:012}.note", note)
        receipt = held.receipt(checkpoint.size)
        if receipt is None:
            self._log_checkpoint(
                checkpoint, note
            )  # first: a receipt that the log does not know could be denied
            receipt = cosign(note, self.stores.signer, self.clock.wall() // 1000)
            held.put("receipts", f"{checkpoint.size:012}.note", receipt)
        return receipt

    def _log_checkpoint(self, checkpoint: Checkpoint, note: str) -> None:
        """A line in central's log: this journal had these lines."""
        name = ".".join(checkpoint.origin.split("/")[-2:])
        told = {"journal": name, "size": checkpoint.size, "root": checkpoint.root.hex()}
        self.stores.log.append(self.clock, "checkpoint", **told, sha256=checkpoint_hash(note))

    def _fork(self, name: str, refused: Checkpoint, offer: Offer) -> IntakeError:
        """Keep what was refused beside what was taken: the two checkpoints prove that the device signed two histories."""
        self.stores.journal(name).keep_fork(refused.size, offer.checkpoint, offer.lines)
        self.index.raise_alarm(Alarm(name, refused.size, self.clock.wall()))
        told = {"journal": name, "size": refused.size, "sha256": checkpoint_hash(offer.checkpoint)}
        self.stores.log.append(self.clock, "fork", **told)
        size = self.stores.journal(name).size
        return IntakeError(422, "fork", "This contradicts what the device handed in before", size=size)

    # Batches, assignments, the study

    def take_batch(self, name: str, body: bytes) -> str:
        """Take a manifest; answers with central's signature under it: everything that it names is here and whole."""
        verifier = self._verifier(name)
        try:
            note = body.decode()
            manifest = Manifest.parse(open_note(note, [verifier] if verifier else []).text)
        except (EvidenceError, UnicodeError) as error:
            raise IntakeError(400, "manifest", "This manifest does not hold") from error
        checkpoint = self.stores.journal(name).checkpoint(manifest.size)
        if manifest.origin != origin_of(self.index.setting("study"), name) or checkpoint is None:
            raise IntakeError(
                409, "size", "The manifest's journal lines are not here", size=self.stores.journal(name).size
            )
        if checkpoint_hash(checkpoint) != manifest.checkpoint:
            raise IntakeError(400, "manifest", "The manifest speaks of another checkpoint")
        missing = [
            item.sha256
            for item in manifest.items
            if self.stores.offset(item.sha256) != item.bytes or not self.stores.has(item.sha256)
        ]
        if missing:
            raise IntakeError(424, "objects", "Objects of this manifest are not here", missing=missing[:100])
        path = self.stores.batch(name, manifest)
        if path.exists():
            return path.read_text(encoding="utf-8")
        log, text = self.stores.log, manifest.text.encode()
        log.append(
            self.clock,
            "batch",
            journal=name,
            size=manifest.size,
            sha256=hexdigest(text),
            objects=len(manifest.items),
            bytes=sum(item.bytes for item in manifest.items),
        )
        signed = cosign(note, self.stores.signer, self.clock.wall() // 1000)
        self.stores.put(path, signed.encode())
        return signed

    def put_assignment(self, device: str, sealed: bytes) -> None:
        """Keep a sealed assignment for a device (8 hex digits)."""
        if not DEVICE.fullmatch(device):
            raise IntakeError(400, "address", "This is no device id")
        self.stores.put_assignment(device, sealed)

    def assignment(self, name: str, device: str) -> bytes | None:
        """The sealed assignment for a device, for itself only."""
        if name.partition(".")[0] != device:
            raise IntakeError(403, "who", "This belongs to another workstation")
        return self.stores.assignment(device)

    # The log, for anybody

    def take_cosignature(self, body: bytes) -> None:
        """Keep a witness's cosignature. IntakeError when it is none of a witness whom the study names."""
        known = [Verifier.parse(vkey) for vkey in self.index.setting("witnesses").splitlines()]
        try:
            taken = self.stores.log.cosigned(body.decode(), known)
        except UnicodeDecodeError:
            taken = False
        if not taken:
            raise IntakeError(403, "witness", "This is no cosignature of a known witness under our log")

    def consistency(self, old: str, new: str) -> list[bytes]:
        """Proof that the log at size new begins with that at size old. IntakeError when the sizes cannot be."""
        try:
            return self.stores.log.tree.consistency(int(old), int(new))
        except ValueError as error:
            raise IntakeError(400, "address", "There is no such proof") from error

    def status(self) -> dict[str, Value]:
        """What anybody may know of this central."""
        return {
            "study": self.index.setting("study"),
            "package": self.index.setting("package"),
            "rehearsal": self.index.setting("rehearsal") == "1",
            "vkey": self.stores.signer.vkey,
            "time": self.clock.wall(),
            "devices": len(self.index.devices()),
            "alarms": len(self.index.alarms()),
        }

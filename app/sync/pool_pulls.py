"""Cases that a supervisor gives to a desk, between the centre and the desk: name and reason are sealed to the room, and the note that the
centre signs holds the envelope's hash. Central could neither read them nor give a case by itself."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from app.canonical import Value, decode
from app.clock import Entropy
from app.errors import EvidenceError, SealError, StudyError
from app.evidence.age import Identity, Recipient, decrypt
from app.evidence.note import Signer, Verifier
from app.pulls import Pulls, pull_note, read_pull
from app.sample.pull import Fate, Pull
from app.sync.pool_counts import sealed


def given(study: str, pull: Pull, signer: Signer, room: Recipient, entropy: Entropy) -> dict[str, Value]:
    """A decision as the centre hands it in. Raises StudyError without a name and a reason in one line each."""
    by, reason = pull.by.strip(), pull.reason.strip()
    if not (by and reason and by.isprintable() and reason.isprintable()):
        raise StudyError("Name and reason of a decision are one line of text each")
    envelope = sealed({"by": by, "reason": reason}, room, entropy)
    return {"v": 1, "note": pull_note(study, pull, envelope, signer), "sealed": envelope}


def opened_pulls(
    documents: Sequence[Mapping[str, Value]], study: str, publisher: Verifier, room: Identity
) -> Iterator[tuple[Pull, Fate]]:
    """The decisions that central has, with name and reason, and what became of each as central says; SEALED where the envelope does not
    open. Raises EvidenceError when one is not the centre's."""
    for each in documents:
        try:
            note, envelope, fate = str(each["note"]), str(each["sealed"]), Fate(each.get("fate", Fate.WAITS))
        except (KeyError, ValueError) as error:
            raise EvidenceError("This is no decision about a case") from error
        pull = read_pull(note, envelope, study, publisher)
        try:
            words = decode(decrypt(base64.b64decode(envelope, validate=True), [room]).rstrip())
            yield replace(pull, by=str(words["by"]), reason=str(words["reason"])), fate
        except (SealError, KeyError, ValueError):
            yield pull, Fate.SEALED


def take_in(
    pulls: Pulls,
    documents: Sequence[Mapping[str, Value]],
    trust: tuple[str, Verifier, Identity],
    desk: str,
    now: int,
) -> None:
    """A desk hears which cases were given to it. trust: the study's id, the centre's key, the room's key. Raises EvidenceError when one is
    not the centre's decision, or is about another desk; then nothing is taken over."""
    told = list(opened_pulls(documents, *trust))
    if any(pull.desk != desk for pull, _ in told):
        raise EvidenceError("This decision is about another desk")
    pulls.heard([pull for pull, _ in told], now)
    for pull, fate in told:
        if fate is Fate.SEALED:  # a slip at the centre: the rest of the round goes on
            pulls.end(pull, fate)

"""Signed journals of the centre: what it draws, what it releases, who listens; in the form of a workstation's, so `fangxin verify` checks
them too."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app import __version__
from app.canonical import decode, hexdigest
from app.clock import Clock
from app.errors import EvidenceError, UsageError
from app.evidence.age import Identity
from app.evidence.durable import storage_errors
from app.evidence.journal import LONGEST, Journal
from app.evidence.means import S1
from app.evidence.note import Signer

DRAWS, RELEASES, DO_NOT_CALL = "draws", "releases", "do-not-call"
"""What the centre keeps signed journals of with its publisher's key."""


def journal_keys(publisher: Signer) -> list[str]:
    """The public keys of these journals (vkeys), in the order above: what an outsider must have been given before to check one."""
    return [journal_signer(publisher, purpose).vkey for purpose in (DRAWS, RELEASES, DO_NOT_CALL)]


def journal_signer(publisher: Signer, purpose: str) -> Signer:
    """The key of one of the centre's journals (DRAWS …): made from the publisher's, so that no signature on a study package can
    stand for one in a journal. Its name has the form of a device's."""
    return _signer(publisher.vkey, publisher.seed, purpose)


def listener_signer(identity: Identity, study: str) -> Signer:
    """The key of the journal of who listens to a study's calls with this private key: made from that key, so that whoever can hear can
    sign, and the publisher's key stays where it is."""
    return _signer(str(identity.recipient), identity.secret, f"listening/{study}")


def _signer(public: str, secret: bytes, purpose: str) -> Signer:
    device = hexdigest(f"{public} {purpose}".encode())[:8]
    return Signer(f"fangxin/{device}/1", S1.derive(secret, b"", f"fangxin/{purpose}/v1".encode()))


@contextmanager
def centre_journal(folder: Path, study: str, signer: Signer, clock: Clock) -> Iterator[Journal]:
    """The journal in this folder, new with its first line. signer: of journal_signer() or listener_signer(). Raises StorageError,
    EvidenceError."""
    _, device, epoch = signer.name.split("/")
    origin = f"fangxin/{study}/{device}/{epoch}"
    check_origin(folder / "journal.jsonl", origin)
    journal = Journal.open(folder, origin, signer, clock, rehearsal=False)
    try:
        if journal.size == 0:
            named = {"vkey": signer.vkey, "keystore": "file", "app": __version__}
            journal.append("epoch.new", device=device, epoch=int(epoch), **named)
        yield journal
    finally:
        journal.close()


def check_origin(path: Path, origin: str) -> None:
    """Raises UsageError for the journal of another study, or of another centre: opening it would only speak of its checkpoints."""
    if not path.exists():
        return
    with storage_errors(path), path.open("rb") as file:
        first = file.readline(LONGEST)
    try:
        found = str(decode(first.rstrip(b"\n")).get("origin", ""))
    except EvidenceError:
        return  # Journal.open() says what is wrong with it
    if found != origin:
        what = f"This journal is {found.rpartition('/')[0] or 'nobody'}'s, not {origin.rpartition('/')[0]}'s"
        todo = "Name the study and the keys that it was begun with, or another folder."
        raise UsageError(what, where=str(path), todo=todo)

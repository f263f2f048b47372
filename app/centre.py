"""The centre's own keys, each in a file of its own: what opens recordings and interviews, and what signs studies.

Made on the centre's machine, never on a workstation or on central. Afterwards the centre's key is put into several hands (app/custody)
and its file destroyed, and the team lead's is locked by a passphrase; what is published needs only the public halves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.clock import Entropy
from app.errors import SealError, UsageError
from app.evidence.age import Identity, Recipient
from app.evidence.durable import make_folder, storage_errors, write_file
from app.evidence.locked import Passphrase, is_locked, unlock
from app.evidence.note import Signer
from app.study.model import Recipients

T = TypeVar("T")
_ROLES = ("centre", "lead", "contact")


AskPassphrase = Callable[[Path], str]
"""Key file → the passphrase that somebody types for it."""


@dataclass(frozen=True)
class Centre:
    """public: role ("centre", "lead", "contact") → public key. identities: of the roles whose private keys lie open here. publisher: signs
    study packages and speaks to central as the centre."""

    public: dict[str, Recipient]
    identities: dict[str, Identity]
    publisher: Signer

    @property
    def recipients(self) -> Recipients:
        """What goes into a study package: the public halves."""
        return Recipients(**{role: (str(recipient),) for role, recipient in self.public.items()})

    @classmethod
    def generate(cls, name: str, entropy: Entropy) -> "Centre":
        """New keys. name: of the publisher, as it will stand in signatures."""
        made = {role: Identity.generate(entropy) for role in _ROLES}
        public = {role: identity.recipient for role, identity in made.items()}
        return cls(public, made, Signer(name, entropy(32)))

    def write(self, folder: Path) -> None:
        """One file a key, readable by the owner only. Raises UsageError when keys are there already: they are never overwritten."""
        if any((folder / f"{role}.{half}").exists() for role in _ROLES for half in ("key", "pub")):
            raise UsageError(
                "There are keys in this folder already", where=str(folder), todo="Choose an empty folder."
            )
        with storage_errors(folder):
            make_folder(folder)
            for role, identity in self.identities.items():
                write_file(folder / f"{role}.key", f"{identity.export()}\n".encode())
                write_file(folder / f"{role}.pub", f"{identity.recipient}\n".encode())
            write_file(folder / "publisher.key", signer_text(self.publisher).encode())
            write_file(folder / "publisher.vkey", f"{self.publisher.vkey}\n".encode())

    @classmethod
    def read(cls, folder: Path) -> "Centre":
        """The keys that write() left, without those that were taken away or locked since. Raises StorageError or SealError naming the
        file; SealError when a private key is not the one to its public half."""
        public = {role: read_recipient(folder / f"{role}.pub") for role in _ROLES}
        identities = {}
        for role in _ROLES:
            path = folder / f"{role}.key"
            if path.exists() and not _is_locked(path):
                identities[role] = read_identity(path)
                if identities[role].recipient != public[role]:
                    raise SealError(
                        "This private key is not the one to the public key beside it", where=str(path)
                    )
        return cls(public, identities, read_signer(folder / "publisher.key"))


def _nobody_asks(path: Path) -> str:
    raise SealError("This key is locked by a passphrase", where=str(path))


def read_recipient(path: Path) -> Recipient:
    """A public key file (age1…, comments allowed). Raises StorageError or SealError naming the file."""

    def parse(text: str) -> Recipient:
        key = "\n".join(
            line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")
        )
        if key.startswith("AGE-SECRET-KEY-"):
            todo = "Ask for the public one (age1…); nobody else may have this one."
            raise SealError("This is a private key", todo=todo)
        return Recipient.parse(key)

    return _read(path, parse)


def read_identity(path: Path, ask: AskPassphrase = _nobody_asks) -> Identity:
    """An age identity file (comments allowed), or one locked by a passphrase. Raises StorageError or SealError naming the file."""

    def parse(text: str) -> Identity:
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        if len(lines) != 1:
            raise SealError("This file holds no single age identity", where=str(path))
        return Identity.parse(lines[0])

    return _read(path, parse, ask)


def read_signer(path: Path, ask: AskPassphrase = _nobody_asks) -> Signer:
    """A signing key: its name and 64 hex digits, perhaps locked by a passphrase. Raises StorageError or SealError naming the file."""

    def parse(text: str) -> Signer:
        try:
            name, seed = text.split("\n")[:2]
            return Signer(name, bytes.fromhex(seed))
        except ValueError as error:
            raise SealError("This is not a signing key") from error

    return _read(path, parse, ask)


def signer_text(signer: Signer) -> str:
    """A signing key as read_signer() reads it."""
    return f"{signer.name}\n{signer.seed.hex()}\n"


def _is_locked(path: Path) -> bool:
    with storage_errors(path):
        return is_locked(path.read_bytes())


def _read(path: Path, parse: Callable[[str], T], ask: AskPassphrase = _nobody_asks) -> T:
    with storage_errors(path):
        raw = path.read_bytes()
    try:
        if is_locked(raw):
            raw = unlock(raw, Passphrase(ask(path)))
        return parse(raw.decode("ascii"))
    except (UnicodeDecodeError, ValueError) as error:
        raise SealError("This is not a key file", where=str(path)) from error
    except SealError as error:
        raise SealError(error.what, where=str(path), todo=error.todo) from error

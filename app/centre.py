"""The centre's own keys, each in a file of its own: what opens recordings and interviews, and what signs studies.

Made on the centre's machine, never on a workstation or on central. Splitting them among people comes with the evidence issue.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.clock import Entropy
from app.errors import SealError, UsageError
from app.evidence.age import Identity
from app.evidence.durable import make_folder, storage_errors, write_file
from app.evidence.note import Signer
from app.study.model import Recipients

T = TypeVar("T")
_ROLES = ("centre", "lead", "contact")


@dataclass(frozen=True)
class Centre:
    """identities: role ("centre", "lead", "contact") → identity. publisher: signs study packages and speaks to central as the centre."""

    identities: dict[str, Identity]
    publisher: Signer

    @property
    def recipients(self) -> Recipients:
        """What goes into a study package: the public halves."""
        public = {role: (str(identity.recipient),) for role, identity in self.identities.items()}
        return Recipients(**public)

    @classmethod
    def generate(cls, name: str, entropy: Entropy) -> "Centre":
        """New keys. name: of the publisher, as it will stand in signatures."""
        return cls({role: Identity.generate(entropy) for role in _ROLES}, Signer(name, entropy(32)))

    def write(self, folder: Path) -> None:
        """One file a key, readable by the owner only. Raises UsageError when keys are there already: they are never overwritten."""
        if any((folder / f"{role}.key").exists() for role in _ROLES):
            raise UsageError(
                "There are keys in this folder already", where=str(folder), todo="Choose an empty folder."
            )
        with storage_errors(folder):
            make_folder(folder)
            for role, identity in self.identities.items():
                write_file(folder / f"{role}.key", f"{identity.export()}\n".encode())
                write_file(folder / f"{role}.pub", f"{identity.recipient}\n".encode())
            write_file(
                folder / "publisher.key", f"{self.publisher.name}\n{self.publisher.seed.hex()}\n".encode()
            )
            write_file(folder / "publisher.vkey", f"{self.publisher.vkey}\n".encode())

    @classmethod
    def read(cls, folder: Path) -> "Centre":
        """The keys that write() left. Raises StorageError or SealError naming the file."""
        identities = {role: read_identity(folder / f"{role}.key") for role in _ROLES}
        lines = _read(folder / "publisher.key", lambda text: text.split("\n"))
        try:
            name, seed = lines[:2]
            return cls(identities, Signer(name, bytes.fromhex(seed)))
        except ValueError as error:
            raise SealError("This is not a publisher's key", where=str(folder / "publisher.key")) from error


def read_identity(path: Path) -> Identity:
    """An age identity file (comments allowed). Raises StorageError or SealError naming the file."""

    def parse(text: str) -> Identity:
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        if len(lines) != 1:
            raise SealError("This file holds no single age identity", where=str(path))
        return Identity.parse(lines[0])

    return _read(path, parse)


def _read(path: Path, parse: Callable[[str], T]) -> T:
    with storage_errors(path):
        raw = path.read_bytes()
    try:
        return parse(raw.decode("ascii"))
    except (UnicodeDecodeError, ValueError) as error:
        raise SealError("This is not a key file", where=str(path)) from error
    except SealError as error:
        raise SealError(error.what, where=str(path), todo=error.todo) from error

"""A workstation's keys: all derived from one secret of 32 bytes that lies in the system's keystore, or in a file where there is none.

One secret, because Windows keeps only short ones. It is never exported or backed up: a workstation that lost it, or was restored
from an image, begins a new epoch with a new signing key, and says so in its journal (notes/security.md §2.1).
"""

import base64
import binascii
import os
import re
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

import keyring
from keyring.backend import KeyringBackend

from app.canonical import decode, encode
from app.clock import Entropy, system_entropy
from app.errors import EvidenceError, StorageError
from app.evidence.age import Identity
from app.evidence.durable import make_folder, storage_errors, write_file
from app.evidence.means import S1
from app.evidence.note import Signer

if sys.platform == "linux":
    import secretstorage

SERVICE = "fangxin"
_SIZE = 32
_DEVICE = re.compile(r"[0-9a-f]{8}")
_PATIENCE = 2.0
"""Seconds that the session bus may take to answer."""


class Keystore(Protocol):
    """Keeps one secret for a device. kind: "system" or "file". hint: what a user must know about it, "" if nothing."""

    kind: str
    hint: str

    def get(self, account: str) -> bytes | None:
        """The secret, or None when there is none. Raises StorageError when the keystore cannot be asked."""

    def set(self, account: str, secret: bytes) -> None:
        """Keep a secret; durable on return. Raises StorageError."""


class SystemKeystore:
    """Windows Credential Manager, macOS Keychain, or the Linux desktop's secret service."""

    kind = "system"
    hint = ""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def get(self, account: str) -> bytes | None:
        """See Keystore."""
        with _asking(account):
            text = self._backend.get_password(SERVICE, account)
        return None if text is None else _secret(text, f"{self._backend.name}, {SERVICE}/{account}")

    def set(self, account: str, secret: bytes) -> None:
        """See Keystore."""
        with _asking(account):
            self._backend.set_password(SERVICE, account, base64.b64encode(secret).decode("ascii"))
        if self.get(account) != secret:
            raise StorageError("The system's keystore did not keep the key of this workstation")


class FileKeystore:
    """A file that only its owner can read: for systems without a keystore, such as a headless Linux."""

    kind = "file"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.hint = (
            f"This system has no usable keystore: the key of this workstation lies in {path}, protected by file permissions only."
            " Encrypt this disk."
        )

    def get(self, account: str) -> bytes | None:
        """See Keystore."""
        if not self._path.exists():
            return None
        where = str(self._path)
        with storage_errors(self._path):
            if os.name == "posix" and self._path.stat().st_mode & 0o077:
                raise StorageError(
                    "Others can read the key file", where=where, todo="Set its permissions to 600."
                )
            owner, _, text = self._path.read_bytes().decode("ascii", "replace").strip().partition(" ")
        if owner != account:
            raise StorageError("The key file belongs to another device", where=where)
        return _secret(text, where)

    def set(self, account: str, secret: bytes) -> None:
        """See Keystore."""
        if self._path.exists():  # overwriting would lock up for ever whatever was sealed under the old one
            todo = "If this is a new installation, move that file away."
            raise StorageError(
                "There is a key file already, but no device.json with it", where=str(self._path), todo=todo
            )
        with storage_errors(self._path):
            write_file(self._path, f"{account} {base64.b64encode(secret).decode('ascii')}\n".encode())


def choose_keystore(data_dir: Path) -> Keystore:
    """The keystore that this data folder uses already; for a new one the system's, or a file when the system has none.

    Says so in .hint. Asks no user, waits for nobody. Raises StorageError when the system keystore in use cannot be reached.
    """
    used = _read_device(data_dir)
    backend = None if used and used.keystore == FileKeystore.kind else _system_backend()
    if backend is not None:
        return SystemKeystore(backend)
    if used and used.keystore == SystemKeystore.kind:
        todo = "Sign in to the desktop as the usual user, then start Fangxin again."
        raise StorageError(
            "The system's keystore with the key of this workstation cannot be reached", todo=todo
        )
    return FileKeystore(data_dir / "device.key")


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """What a workstation signs and opens with. device: 8 hex digits, for life; epoch: from 1; store_key: 32 bytes."""

    device: str
    epoch: int
    signer: Signer
    identity: Identity
    store_key: bytes = field(repr=False)
    keystore_kind: str

    @classmethod
    def load_or_create(cls, data_dir: Path, keystore: Keystore, entropy: Entropy = system_entropy) -> Self:
        """The keys of this data folder; a new folder gets a new device. Raises StorageError when the secret is gone."""
        device = _read_device(data_dir)
        if device is None:
            device = _Device(entropy(4).hex(), 1, keystore.kind)
            with storage_errors(data_dir):
                make_folder(data_dir)
            device.write(data_dir)
        secret = keystore.get(device.device)
        if secret is None:
            if any((data_dir / name).exists() for name in ("journals", "store.db")):
                todo = "Ask IT: the data of this workstation cannot be read without it. Start with a new data folder."
                raise StorageError(
                    "The key of this workstation is gone from its keystore", where=str(data_dir), todo=todo
                )
            secret = entropy(
                _SIZE
            )  # nothing was ever done with a key here, or a crash came before it was kept
            keystore.set(device.device, secret)
        return cls._derive(device, secret)

    @classmethod
    def new_epoch(cls, data_dir: Path, keystore: Keystore) -> Self:
        """Begin the next epoch: same device, new signing key, durable on return. For after a restore or a fork alarm."""
        device = _read_device(data_dir)
        secret = keystore.get(device.device) if device else None
        if device is None or secret is None:
            raise StorageError("This data folder has no keys yet", where=str(data_dir))
        following = _Device(device.device, device.epoch + 1, device.keystore)
        following.write(data_dir)
        return cls._derive(following, secret)

    @classmethod
    def earlier(cls, data_dir: Path, keystore: Keystore, epoch: int) -> Self:
        """The keys of an epoch that has ended: only to hand in what was signed then and not sent. Raises StorageError as above."""
        device = _read_device(data_dir)
        secret = keystore.get(device.device) if device else None
        if device is None or secret is None or not 0 < epoch < device.epoch:
            raise StorageError("There was no such epoch here", where=str(data_dir))
        return cls._derive(_Device(device.device, epoch, device.keystore), secret)

    def origin(self, study: str) -> str:
        """The journal's name: first line of its checkpoints."""
        return f"fangxin/{study}/{self.device}/{self.epoch}"

    @classmethod
    def _derive(cls, device: "_Device", secret: bytes) -> Self:
        name = f"fangxin/{device.device}/{device.epoch}"
        seed = S1.derive(secret, b"", f"fangxin/ed25519/epoch/{device.epoch}".encode())
        identity = Identity(S1.derive(secret, b"", b"fangxin/x25519/identity"))
        store_key = S1.derive(secret, b"", b"fangxin/store/v1")
        return cls(device.device, device.epoch, Signer(name, seed), identity, store_key, device.keystore)


@dataclass(frozen=True, slots=True)
class _Device:
    """device.json: nothing secret."""

    device: str
    epoch: int
    keystore: str

    def write(self, data_dir: Path) -> None:
        path = data_dir / "device.json"
        fields = {"v": 1, "device": self.device, "epoch": self.epoch, "keystore": self.keystore}
        with storage_errors(path):
            write_file(path, encode(fields) + b"\n")


def _read_device(data_dir: Path) -> _Device | None:
    path = data_dir / "device.json"
    if not path.exists():
        return None
    try:
        with storage_errors(path):
            match decode(path.read_bytes().strip()):
                case {"v": 1, "device": str(device), "epoch": int(epoch), "keystore": str(kind)}:
                    if _DEVICE.fullmatch(device) and epoch > 0:  # both become parts of file names elsewhere
                        return _Device(device, epoch, kind)
    except EvidenceError:
        pass
    raise StorageError(
        "This file does not say which device this is", where=str(path), todo="Restore it from a backup."
    )


def _secret(text: str, where: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _SIZE:
        raise StorageError("What the keystore holds is not a key of this workstation", where=where)
    return secret


def _system_backend() -> KeyringBackend | None:
    """The system's keystore when it can be used now, without a prompt or a wait."""
    if not _bus_answers(os.environ):
        return None
    try:
        with _asking("probe"):
            if _is_locked():
                return None
            backend = keyring.get_keyring()
            if backend.priority < 1:  # the empty, the failing and the plain-text ones
                return None
            backend.get_password(SERVICE, "probe")
    except StorageError:
        return None
    return backend


def _bus_answers(environment: Mapping[str, str]) -> bool:
    """Whether Linux has a D-Bus session bus that speaks: its backends wait for ever on one that does not. Elsewhere: yes."""
    answers = True
    if sys.platform == "linux":
        default = f"unix:path={environment.get('XDG_RUNTIME_DIR', '/nowhere')}/bus"
        address = environment.get("DBUS_SESSION_BUS_ADDRESS") or default
        kind, _, options = address.partition(";")[0].partition(":")
        named = dict(option.partition("=")[::2] for option in options.split(","))
        place = named.get("path") or (f"\0{named['abstract']}" if "abstract" in named else "")
        answers = kind == "unix" and bool(place) and _speaks(place)
    return answers


def _speaks(place: str) -> bool:
    if sys.platform == "linux":
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bus:
                bus.settimeout(_PATIENCE)
                bus.connect(place)
                bus.sendall(b"\0AUTH\r\n")  # a bus answers with the ways of signing in that it knows
                return bus.recv(8) == b"REJECTED"
        except OSError:
            pass
    return False


def _is_locked() -> bool:
    """Whether the Linux desktop's secret service would ask somebody for a password first."""
    locked = False
    if sys.platform == "linux":
        with closing(secretstorage.dbus_init()) as bus:
            locked = bool(secretstorage.collection.get_collection_by_alias(bus, "default").is_locked())
    return locked


@contextmanager
def _asking(account: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # each backend raises what its system raises: no common ancestor
        raise StorageError(
            "The system's keystore does not answer",
            where=f"{SERVICE}/{account}: {error}",
            todo="Sign in again.",
        ) from error

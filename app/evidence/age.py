"""age v1 files (C2SP age.md) for X25519 recipients: written piece by piece, read strictly. No armor or plugins; passphrases: locked.py.

age keeps secrets; it proves nothing. Whoever has the public keys can make such a file, or put another in its place: that this is
the file, and whose, is told by the journal (notes/security.md §3.1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from app.clock import Entropy
from app.errors import SealError
from app.evidence import bech32, stanza
from app.evidence.durable import storage_errors, write_all
from app.evidence.means import S1, Cipher, Means
from app.evidence.stanza import Stanza, Unwraps, Wraps

CHUNK = 64 * 1024
"""Plaintext bytes of every sealed chunk but the last."""
TAG = 16
_KEY = 16
_NONCE = 16
_X25519 = "X25519"
_LABEL = b"age-encryption.org/v1/X25519"


class Sink(Protocol):
    """Where a Writer's bytes go."""

    def write(self, data: bytes, /) -> int | None:
        """Take all of data; a number smaller than its length asks for the rest again, an exception ends the file."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key. point: 32 bytes; str() gives age1…"""

    point: bytes
    means: ClassVar[Means] = S1

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """From age1…; raises SealError."""
        prefix, point = bech32.decode(text)
        if prefix != "age" or len(point) != 32:
            raise SealError("This is not an age public key (age1…)", where=text[:20])
        return cls(point)

    def __str__(self) -> str:
        return bech32.encode("age", self.point)

    def wrap(self, file_key: bytes, entropy: Entropy) -> Stanza:
        """The file key for this recipient. Raises SealError when the point is one that nobody can hold a key to."""
        secret = X25519PrivateKey.from_private_bytes(entropy(32))  # a new one for every file and recipient
        share = secret.public_key().public_bytes_raw()
        shared = _exchange(secret, self.point)
        body = S1.cipher(S1.derive(shared, share + self.point, _LABEL)).encrypt(bytes(12), file_key, None)
        return Stanza((_X25519, stanza.to_base64(share)), body)


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key. secret: 32 bytes; export() gives AGE-SECRET-KEY-1…"""

    secret: bytes = field(repr=False)
    means: ClassVar[Means] = S1

    @classmethod
    def generate(cls, entropy: Entropy) -> "Identity":
        """A new one."""
        return cls(entropy(32))

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """From AGE-SECRET-KEY-1…; raises SealError (without the key in its text)."""
        prefix, secret = bech32.decode(text)
        if prefix != "age-secret-key-" or len(secret) != 32:
            raise SealError("This is not an age private key (AGE-SECRET-KEY-1…)")
        return cls(secret)

    def export(self) -> str:
        """The key in letters. For a key file or paper, never for a log."""
        return bech32.encode("age-secret-key-", self.secret).upper()

    @property
    def recipient(self) -> Recipient:
        """The public key to this."""
        return Recipient(X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw())

    def unwrap(self, wrapped: Stanza) -> bytes | None:
        """The file key, or None when the stanza is for somebody else. Raises SealError when it is not well made."""
        if wrapped.arguments[0] != _X25519:
            return None
        if len(wrapped.arguments) != 2 or len(share := stanza.from_base64(wrapped.arguments[1])) != 32:
            raise _bad_recipient()
        if len(wrapped.body) != _KEY + TAG:  # before decrypting: else one file could open for many keys
            raise _bad_recipient()
        shared = _exchange(X25519PrivateKey.from_private_bytes(self.secret), share)
        try:
            wrap_key = S1.derive(shared, share + self.recipient.point, _LABEL)
            return S1.cipher(wrap_key).decrypt(bytes(12), wrapped.body, None)
        except InvalidTag:
            return None


class Writer:
    """One age file, written as its content comes: header and nonce at once, each full chunk when more follows, the rest at finish().

    sink: a file descriptor or anything with write(). Attributes: file_key (16 bytes, for what is derived from it; never store it),
    nonce (16 bytes), header (bytes before the nonce), means (its recipients'). What the sink raises comes through, and ends the file.
    """

    def __init__(self, sink: Sink | int, recipients: Sequence[Wraps], entropy: Entropy) -> None:
        # File key and nonce are new for every file. The counters in the chunk nonces begin at 0 each time: they are unique only
        # because this key never seals a second file.
        self.means = of_one_suite(recipients)
        self.file_key, self.nonce = entropy(_KEY), entropy(_NONCE)
        self.header = _wrap(self.file_key, recipients, entropy)
        self._put = partial(write_all, sink) if isinstance(sink, int) else partial(_put_all, sink)
        self._cipher = self.means.cipher(_payload_key(self.means, self.file_key, self.nonce))
        self._pending = bytearray()
        self._counter = 0
        self._open = True
        self._put(self.header + self.nonce)

    def write(self, data: bytes) -> None:
        """Add plaintext."""
        if not self._open:
            raise ValueError("this age file is finished or broken")
        self._pending += data
        # A chunk goes out only when at least one more byte is there: were it the last, it must carry the final flag, and an
        # empty last chunk after it is forbidden.
        while len(self._pending) > CHUNK:
            self._seal(CHUNK, last=False)

    def finish(self) -> None:
        """Seal what is left as the last chunk. Nothing can be added after that."""
        if not self._open:
            raise ValueError("this age file is finished or broken")
        self._seal(len(self._pending), last=True)
        self._open = False

    def _seal(self, size: int, *, last: bool) -> None:
        chunk = bytes(self._pending[:size])
        del self._pending[:size]
        nonce = self._counter.to_bytes(11, "big") + bytes([last])
        # Counted before writing: if the disk refuses this chunk, its nonce is used up. A second text under the same nonce would
        # give away the key that authenticates.
        self._counter += 1
        self._open = False
        self._put(self._cipher.encrypt(nonce, chunk, None))
        self._open = True


class Reader:
    """One age file being read. file_key, nonce: known once the header is open. Iterating yields chunks that are verified, each one
    released before the next is read; complete tells whether the last one was seen. Raises SealError where the file is not as written."""

    def __init__(self, file: BinaryIO, identities: Sequence[Unwraps]) -> None:
        self._file, self.means = file, of_one_suite(identities) if identities else S1
        header = stanza.read(file, self.means)
        self.file_key = _unwrap(header.stanzas, identities)
        header.check(self.file_key)
        self.nonce = file.read(_NONCE)
        if len(self.nonce) != _NONCE:
            raise SealError("This file ends right after its header")
        self.complete = False

    def __iter__(self) -> Iterator[bytes]:
        cipher = self.means.cipher(_payload_key(self.means, self.file_key, self.nonce))
        counter = 0
        while not self.complete:
            sealed = self._file.read(CHUNK + TAG)
            chunk = None
            if len(sealed) == CHUNK + TAG:
                chunk = _open_chunk(cipher, counter, sealed, last=False)
            if chunk is None:
                chunk = self._last(cipher, counter, sealed)
            counter += 1
            yield chunk
        if self._file.read(1):
            raise SealError("This file goes on after its last chunk")

    def _last(self, cipher: Cipher, counter: int, sealed: bytes) -> bytes:
        chunk = _open_chunk(cipher, counter, sealed, last=True)
        # Only the writer can set the final flag: without this test a file cut at a chunk border would look whole.
        if chunk is None:
            fault = (
                "ends too early, or was altered" if len(sealed) < CHUNK + TAG else "was altered or is damaged"
            )
            raise SealError(f"This file {fault}: chunk {counter + 1} does not open")
        if not chunk and counter:
            raise SealError("This file was not written by age: its last chunk is empty")
        self.complete = True
        return chunk


def encrypt(data: bytes, recipients: Sequence[Wraps], entropy: Entropy) -> bytes:
    """A whole age file."""
    sealed = BytesIO()
    writer = Writer(sealed, recipients, entropy)
    writer.write(data)
    writer.finish()
    return sealed.getvalue()


def decrypt(source: Path | bytes, identities: Sequence[Unwraps]) -> bytes:
    """The whole content, or SealError; never a part. A Path that cannot be read raises StorageError."""
    if isinstance(source, bytes):
        return b"".join(open_stream(BytesIO(source), identities))
    with storage_errors(source), source.open("rb") as file:
        try:
            return b"".join(open_stream(file, identities))
        except SealError as error:
            raise SealError(error.what, where=str(source), todo=error.todo) from error


def open_stream(file: BinaryIO, identities: Sequence[Unwraps]) -> Iterator[bytes]:
    """Open the header now and yield verified chunks. An error may come after some chunks: then what came is true but not all."""
    return iter(Reader(file, identities))


def _wrap(file_key: bytes, recipients: Sequence[Wraps], entropy: Entropy) -> bytes:
    stanzas = [each.wrap(file_key, entropy) for each in recipients]
    return stanza.render(stanzas, file_key, of_one_suite(recipients))


def of_one_suite(keys: Sequence[Wraps | Unwraps]) -> Means:
    """What the keys' suite works with. One file has one suite: the weakest of several would decide who reads it."""
    if not keys:
        raise SealError("There is no public key to seal for", todo="Name at least one recipient.")
    if any(each.means != keys[0].means for each in keys):
        raise SealError(
            f"These keys are of different suites: {', '.join(sorted({each.means.suite for each in keys}))}"
        )
    return keys[0].means


def _unwrap(stanzas: Sequence[Stanza], identities: Sequence[Unwraps]) -> bytes:
    for each in stanzas:
        for identity in identities:
            file_key = identity.unwrap(each)
            if file_key is not None:
                return file_key
    raise SealError("None of the given keys opens this file")


def _exchange(secret: X25519PrivateKey, point: bytes) -> bytes:
    try:
        return secret.exchange(X25519PublicKey.from_public_bytes(point))
    except ValueError as error:  # a point of low order: the shared secret would be zero, known to everybody
        raise _bad_recipient() from error


def _payload_key(means: Means, file_key: bytes, nonce: bytes) -> bytes:
    return means.derive(file_key, nonce, b"payload")


def _open_chunk(cipher: Cipher, counter: int, sealed: bytes, *, last: bool) -> bytes | None:
    try:
        return cipher.decrypt(counter.to_bytes(11, "big") + bytes([last]), sealed, None)
    except InvalidTag:
        return None


def _put_all(sink: Sink, data: bytes) -> None:
    while data:
        taken = sink.write(data)
        data = data[len(data) if taken is None else taken :]


def _bad_recipient() -> SealError:
    return SealError("This is not an age file, or its header is damaged: a recipient is not well made")

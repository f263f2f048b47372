"""A private key under a passphrase: an age file with the one `scrypt` stanza of the specification (C2SP age.md), so that the stock
`age -d` opens it too. Only for key files; recordings and interviews have no passphrase."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.clock import Entropy
from app.errors import SealError
from app.evidence import stanza
from app.evidence.age import decrypt, encrypt
from app.evidence.means import S1, Means
from app.evidence.stanza import Stanza

WORK = 18
"""log2 of scrypt's N: a quarter of a GiB and about a second for every guess, as stock age does it."""
_MOST_WORK = 20
"""A file that asks for more is refused: a stranger's file must not stop this machine."""
SHORTEST = 12
"""Characters of a new passphrase. The file may be copied, and then nobody slows the guessing down but scrypt."""
_LABEL = b"age-encryption.org/v1/scrypt"
_KIND = "scrypt"
_NUMBER = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Passphrase:
    """Wraps and opens file keys. work: log2 of scrypt's N when wrapping."""

    text: str = field(repr=False)
    work: int = WORK
    means: ClassVar[Means] = S1

    def wrap(self, file_key: bytes, entropy: Entropy) -> Stanza:
        """See stanza.Wraps."""
        salt = entropy(16)
        body = ChaCha20Poly1305(self._key(salt, self.work)).encrypt(bytes(12), file_key, None)
        return Stanza((_KIND, stanza.to_base64(salt), str(self.work)), body)

    def unwrap(self, wrapped: Stanza) -> bytes | None:
        """See stanza.Unwraps. Raises SealError when the file asks for too much work."""
        if wrapped.arguments[0] != _KIND:
            return None
        if len(wrapped.arguments) != 3 or not _NUMBER.fullmatch(wrapped.arguments[2]):
            raise _malformed()
        salt, work = stanza.from_base64(wrapped.arguments[1]), int(wrapped.arguments[2])
        if len(salt) != 16 or len(wrapped.body) != 32:
            raise _malformed()
        if work > _MOST_WORK:
            raise SealError("This locked key asks for more work than any that we make")
        try:
            return ChaCha20Poly1305(self._key(salt, work)).decrypt(bytes(12), wrapped.body, None)
        except InvalidTag:
            return None

    def _key(self, salt: bytes, work: int) -> bytes:
        kdf = Scrypt(salt=_LABEL + salt, length=32, n=1 << work, r=8, p=1)
        return kdf.derive(self.text.encode("utf-8"))


def lock(secret: bytes, passphrase: Passphrase, entropy: Entropy) -> bytes:
    """A key file under a passphrase. Raises SealError when the passphrase is shorter than SHORTEST characters."""
    if len(passphrase.text) < SHORTEST:
        raise SealError(
            f"A passphrase has at least {SHORTEST} characters",
            todo="Take four words or more that do not belong together.",
        )
    return encrypt(secret, [passphrase], entropy)


def unlock(locked: bytes, passphrase: Passphrase) -> bytes:
    """What was locked. Raises SealError on a wrong passphrase and on a file that is no locked key."""
    # The specification's rule: a passphrase stanza stands alone. Beside another recipient's, somebody else could have made the file.
    if [each.arguments[0] for each in stanza.read(BytesIO(locked)).stanzas] != [_KIND]:
        raise SealError(
            "This file is not locked by a passphrase alone: its header is damaged, or it is another"
        )
    try:
        return decrypt(locked, [passphrase])
    except SealError as error:
        if error.what.startswith("None of the given keys"):
            raise SealError("The passphrase is wrong") from error
        raise


def is_locked(data: bytes) -> bool:
    """Whether a key file is a locked one."""
    return data.startswith(b"age-encryption.org/")


def _malformed() -> SealError:
    return SealError(
        "This is not a locked key, or its header is damaged: the passphrase's part is not well made"
    )

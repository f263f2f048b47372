"""One secret into many: HKDF-SHA256 (RFC 5869) as age and we use it."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """32 bytes that tell nothing of the secret nor of what is derived with another salt or info. salt may be empty."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)

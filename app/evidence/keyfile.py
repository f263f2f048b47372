"""The secret key of a program that signs by itself (central, a witness): one file, made the first time and never again."""

from pathlib import Path

from app.clock import Entropy
from app.errors import StorageError, UsageError
from app.evidence.durable import storage_errors, write_file
from app.evidence.note import COSIGNATURE, Signer

_TODO = "Restore it from the backup: under another key nothing that was signed before can be continued."


def cosigner(secret: Path, public: Path, whose: str, name: str, entropy: Entropy) -> Signer:
    """The key in the file `secret` ("<name> <seed in hex>"); `public` gets what others check with. whose: for messages ("Central").

    Raises StorageError when the secret is damaged, gone, or another than the one that `public` has named before: a new key in its
    place would look like a new central, or a new witness. UsageError for a name that no key may have.
    """
    with storage_errors(secret):
        if not secret.exists():
            if public.exists():
                raise StorageError(f"{whose}'s key file is gone", where=str(secret), todo=_TODO)
            try:
                made = Signer(name, entropy(32), COSIGNATURE)
            except ValueError as error:
                raise UsageError(f'"{name}" cannot be the name of a key: no spaces, no plus sign') from error
            write_file(secret, f"{made.name} {made.seed.hex()}\n".encode())
        known, _, seed = secret.read_bytes().decode("utf-8", "replace").strip().partition(" ")
    try:
        signer = Signer(known, bytes.fromhex(seed), COSIGNATURE)
    except ValueError as error:
        raise StorageError(f"{whose}'s key file is damaged", where=str(secret), todo=_TODO) from error
    with storage_errors(public):
        shown = public.read_bytes() if public.exists() else b""
        if shown and shown.strip() != signer.vkey.encode():
            what = f"{whose}'s secret key and its public key are not of one pair: one of the two files was altered"
            raise StorageError(what, where=f"{secret}, {public}", todo=_TODO)
        write_file(public, f"{signer.vkey}\n".encode())
    return signer

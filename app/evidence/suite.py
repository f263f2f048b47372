"""The cryptographic suite of a study: one name in its signed package stands for how sealing, signing and hashing are done.

There is no negotiation: what the package names is used, and a name that is not here is refused. Another suite (post-quantum, SM2/SM3/SM4)
is another entry; the code that seals asks the study's suite and no library.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.canonical import hexdigest
from app.errors import StudyError
from app.evidence.age import Recipient
from app.evidence.note import Verifier


@dataclass(frozen=True, slots=True)
class Suite:
    """recipient: text of a public key → what files are sealed for. verifier: text of a signing key → what checks it. hash: bytes →
    SHA-256 or its like, hex. Each raises SealError or EvidenceError on a key of another suite."""

    id: str
    recipient: Callable[[str], Recipient]
    verifier: Callable[[str], Verifier]
    hash: Callable[[bytes], str]


S1 = Suite("S1", Recipient.parse, Verifier.parse, hexdigest)
"""age with X25519, Ed25519, SHA-256 (security.md §2.1)."""
_KNOWN: Mapping[str, Suite] = {S1.id: S1}


def suite_of(name: str) -> Suite:
    """The suite of this name. Raises StudyError when this version does not know it."""
    if name not in _KNOWN:
        raise StudyError(
            f"This study package uses the suite {name[:10]}, not {' or '.join(_KNOWN)}",
            todo="Update Fangxin.",
        )
    return _KNOWN[name]

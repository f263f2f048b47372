"""The cryptographic suite of a study: one name in its signed package stands for how sealing, signing and hashing are done.

There is no negotiation: what the package names is used, and a name that is not here is refused. Another suite (post-quantum, SM2/SM3/SM4)
is another entry: its means, and how its keys are read. Whatever is done with a key is done by the means that the key carries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.errors import EvidenceError, StudyError
from app.evidence import means
from app.evidence.age import Identity, Recipient
from app.evidence.means import Means
from app.evidence.note import Verifier
from app.evidence.stanza import Unwraps, Wraps


@dataclass(frozen=True, slots=True)
class Suite:
    """recipient: text of a public key → what files are sealed for; identity: text of a private key → what opens them. Each raises
    SealError on a key of another suite."""

    means: Means
    recipient: Callable[[str], Wraps]
    identity: Callable[[str], Unwraps]

    @property
    def id(self) -> str:
        """Its name in a study package."""
        return self.means.suite

    def verifier(self, vkey: str) -> Verifier:
        """What checks signatures, from the text of a signing key. Raises EvidenceError on a key of another suite."""
        return Verifier.parse(vkey, self.means)


S1 = Suite(means.S1, Recipient.parse, Identity.parse)
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


def verifier_of(vkey: str) -> Verifier:
    """What checks signatures, in the one suite whose key it is: the key's type byte tells. Raises EvidenceError when it is of none."""
    found = None
    for suite in _KNOWN.values():
        try:
            found = suite.verifier(vkey)
        except EvidenceError as error:
            fault = error
    if found is None:
        raise fault
    return found

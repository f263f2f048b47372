"""A request to hand a recording to somebody: a signed note that counts only when people of two different roles have signed it.

A signatory's key has a name of the form role/person ("analyst/wang", "supervisor/li"). The text:
    fangxin-release/v1 ⏎ study ⏎ call ⏎ SHA-256 of the sealed recording ⏎ receiver's public key ⏎ ms since 1970 UTC ⏎ random ⏎ reason
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.canonical import hexdigest
from app.errors import EvidenceError, SealError, UsageError
from app.evidence.age import Recipient
from app.evidence.note import Signer, Verifier, open_note, sign

FORMAT = "fangxin-release/v1"
ROLES_NEEDED = 2
_SHAPES = (
    re.compile(r"[A-Za-z0-9._-]{1,64}"),
    re.compile(r"[0-9a-f]{16}"),
    re.compile(r"[0-9a-f]{64}"),
    re.compile(r"age1[a-z0-9]{58}"),
    re.compile(r"[1-9][0-9]{0,15}"),
    re.compile(r"[0-9a-f]{32}"),
    re.compile(r"\S.{0,498}"),
)
_NAME = re.compile(r"[a-z]{2,20}/[^\s/+]{1,40}")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. recording: SHA-256 (hex) of the sealed file; wall: when it was written, ms; nonce: makes two requests for the same
    differ, so that each is carried out once; reason: one line, for the journal."""

    study: str
    call: str
    recording: str
    receiver: Recipient
    wall: int
    nonce: str
    reason: str

    def __post_init__(self) -> None:
        if not all(shape.fullmatch(line) for shape, line in zip(_SHAPES, self._lines, strict=True)):
            raise UsageError(
                "A request for release cannot be made of this",
                todo="The reason is one line of at most 499 letters.",
            )

    @classmethod
    def parse(cls, text: str) -> "Request":
        """Raises EvidenceError."""
        form, *lines = text.removesuffix("\n").split("\n")
        try:
            if form != FORMAT:
                raise ValueError(form)
            study, call, recording, receiver, wall, nonce, reason = lines
            made = cls(study, call, recording, Recipient.parse(receiver), int(wall), nonce, reason)
            if made.text != text:
                raise ValueError(text)
        except (ValueError, SealError, UsageError) as error:
            raise EvidenceError("This is not a request for release") from error
        return made

    @property
    def text(self) -> str:
        """What is signed."""
        return "\n".join((FORMAT, *self._lines, ""))

    @property
    def id(self) -> str:
        """SHA-256 (hex) of the text."""
        return hexdigest(self.text.encode())

    @property
    def _lines(self) -> tuple[str, ...]:
        receiver, wall = str(self.receiver), str(self.wall)
        return self.study, self.call, self.recording, receiver, wall, self.nonce, self.reason


@dataclass(frozen=True, slots=True)
class Approved:
    """A request that may be carried out. by: who signed it, in the order of the signatures."""

    request: Request
    by: tuple[Verifier, ...]


def role_of(name: str) -> str:
    """The role in a signatory's name. Raises UsageError when it has none."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            "A signatory's name is a role and a person", where=name, todo="For example analyst/wang."
        )
    return name.partition("/")[0]


def approve(note: str, signer: Signer) -> str:
    """The request with one more signature; note may be the bare text. Raises EvidenceError when it is no request, UsageError when this
    signer has no role."""
    role_of(signer.name)
    head, gap, tail = note.rpartition("\n\n")
    text, signatures = (f"{head}\n", tail) if gap else (note, "")
    Request.parse(text)
    line = sign(text, signer).rpartition("\n\n")[2]
    return f"{text}\n{signatures}{'' if line in signatures else line}"


def check(note: str, trusted: Sequence[Verifier]) -> Approved:
    """Raises EvidenceError unless people of two roles whom we trust have signed, each with a key of his own."""
    if "\n\n" not in note:
        Request.parse(note)
        todo = "People of two roles must sign it: `fangxin centre sign`."
        raise EvidenceError("Nobody has signed this request yet", todo=todo)
    opened = open_note(note, trusted)
    by = tuple(signature.verifier for signature in opened.signatures)
    # Roles and keys are both counted: one person who is entered under two roles with one key is still one person.
    if min(len({role_of(each.name) for each in by}), len({each.point for each in by})) < ROLES_NEEDED:
        raise EvidenceError(
            f"This request is signed by {', '.join(each.name for each in by)} only",
            todo="Somebody of another role must sign it too.",
        )
    return Approved(Request.parse(opened.text), by)

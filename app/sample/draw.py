"""The verifiable draw of notes/method.md §3.4: a committed secret, then public randomness, then a seeded draw anyone sworn can repeat.

 C = SHA-256("v1|" hex S)                     printed and journalled before anybody knows B
 K = HMAC-SHA256(S, B "|" bundle hash)        B: at least 40 dice digits, or 64 hex digits of a named drand round
 draw i = SHA-256(hex K "," i) mod N + 1      repeats and excluded numbers are skipped
 ticket = SHA-256(hex K "|" number)           the order in which numbers are worked and replicates are cut

Unlike an election's, the seed is never public: the evaluated county could compute who will be called, or who was. Published are
C, B, the bundle hash and the counts; S is shown to sworn auditors only and destroyed with the numbers.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from app.canonical import digest, encode, hexdigest, keyed
from app.errors import StudyError
from app.sample.case import Case
from app.sample.frame import Drawable, Frame

METHOD = "fangxin-draw/v1"
"""Names this algorithm in every record; another algorithm gets another name."""

SECRET = 32
"""Bytes of the secret S."""


class Drawn(NamedTuple):
    """A drawn number and the counter i, from 1, that drew it."""

    i: int
    number: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that is frozen before the public randomness is known. frame: its digest. exclusions: exclusion_digest(), "" for none.
    n: numbers to draw. replicate: numbers in a replicate. code: version or hash of the program that draws. segments: so many segments are
    drawn first and the tails within them (two stages); 0 = tails of all segments."""

    study: str
    version: int
    frame: str
    n: int
    replicate: int
    exclusions: str = ""
    code: str = ""
    segments: int = 0

    @property
    def digest(self) -> str:
        """The bundle hash, 64 hex digits."""
        return hexdigest(encode({"v": 1, "method": METHOD, **asdict(self)}))


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """What the journal keeps of a draw, publishable as it stands: neither secret nor numbers. size: numbers in the frame.
    skipped: draws that were repeats or excluded. randomness: B as announced."""

    commitment: str
    bundle: str
    randomness: str
    size: int
    n: int
    replicate: int
    skipped: int

    def to_bytes(self) -> bytes:
        """Canonical bytes for the journal."""
        return encode({"v": 1, "method": METHOD, **asdict(self)})


def sealed(label: str, text: str) -> str:
    """Commitment to a text under a label or nonce: hex SHA-256(label "|" text)."""
    return hexdigest(f"{label}|{text}".encode())


def commitment(secret: bytes) -> str:
    """C, 64 hex digits: printed and signed before B is known. Raises ValueError unless the secret has 32 bytes."""
    if len(secret) != SECRET:
        raise ValueError(f"the secret has {len(secret)} bytes, not {SECRET}")
    return sealed("v1", secret.hex())


def public_randomness(text: str) -> str:
    """B in the one way that it is hashed: digits without spaces, hex in lower case. Raises StudyError when it is too short to be fair."""
    plain = re.sub(r"\s", "", text).lower()
    if re.fullmatch(r"[0-9]{40,}|[0-9a-f]{64}", plain):
        return plain
    raise StudyError(
        f"The public randomness is neither 40 or more dice digits nor 64 hex digits: {len(plain)} characters",
        todo="Roll again from the start, or type the whole value of the drand round that was named.",
    )


def draw_key(secret: bytes, randomness: str, bundle: str) -> bytes:
    """K, 32 bytes. randomness: B, bundle: the bundle hash; both as text, as printed."""
    return keyed(secret, f"{public_randomness(randomness)}|{bundle}".encode())


def exclusion_digest(secret: bytes, numbers: Iterable[str]) -> str:
    """What the bundle says of the do-not-call list, "" for an empty one. Keyed: a plain hash of few numbers could be searched through."""
    listed = sorted(set(numbers))
    return keyed(secret, "\n".join(["exclusions", *listed]).encode()).hex() if listed else ""


def position(seed: str, i: int, size: int) -> int:
    """Item drawn by counter i (from 1) out of `size`, from 1: SHA-256(seed "," i) mod size + 1 (Rivest and Stark)."""
    return int(hexdigest(f"{seed},{i}".encode()), 16) % size + 1


def stage_one(frame: Drawable, key: bytes, segments: int) -> Drawable:
    """The segments of the first stage, a simple random sample without replacement, as a frame of their own in its usual order: segment i =
    SHA-256(hex K ",segment," i) mod M + 1, repeats skipped. segments: 0 = all. Raises StudyError when there are not so many."""
    if not segments:
        return frame
    if not isinstance(frame, Frame):
        raise StudyError("A list of people has no segments to draw first")
    if segments > len(frame.segments):
        raise StudyError(f"{segments} segments cannot be drawn from {len(frame.segments)}")
    chosen, i = set[int](), 0
    while len(chosen) < segments:
        i += 1
        chosen.add(position(f"{key.hex()},segment", i, len(frame.segments)) - 1)
    return Frame(tuple(frame.segments[at] for at in sorted(chosen)), frame.digits)


def draw(frame: Drawable, key: bytes, n: int, excluded: Collection[str] = ()) -> list[Drawn]:
    """n different numbers in the order of their draw; excluded: numbers that are skipped (a set: asked for every draw).

    Raises StudyError when the frame is too small."""
    barred = sum(1 for number in set(excluded) if number in frame)
    if n > len(frame) - barred:
        raise StudyError(f"{n} numbers cannot be drawn from a frame of {len(frame)} with {barred} excluded")
    seed, size, found, seen = key.hex().encode(), len(frame), list[Drawn](), set[int]()
    i = 0
    while len(found) < n:
        i += 1
        item = (
            int.from_bytes(digest(b"%b,%d" % (seed, i)), "big") % size
        )  # position() - 1, a million times over
        if item in seen:
            continue
        seen.add(item)
        if (number := frame[item]) not in excluded:
            found.append(Drawn(i, number))
    return found


def ticket(key: bytes, number: str) -> str:
    """A number's place in the order of work, 64 hex digits: unrelated to the number for whoever has not K."""
    return hexdigest(f"{key.hex()}|{number}".encode())


def in_order(key: bytes, numbers: Iterable[str]) -> list[str]:
    """Ticket and number with a blank between them, in the order of work: one text each, for a draw may be a million."""
    seed = key.hex()
    return sorted(f"{hexdigest(f'{seed}|{number}'.encode())} {number}" for number in numbers)


def replicates(key: bytes, numbers: Iterable[str], size: int) -> list[list[str]]:
    """Numbers in ticket order, cut into replicates of `size`; the last may be shorter. Raises ValueError for a size below 1."""
    if size < 1:
        raise ValueError("a replicate has at least one number")
    ordered = [line.partition(" ")[2] for line in in_order(key, numbers)]
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def record(
    secret: bytes, randomness: str, bundle: Bundle, frame: Drawable, drawn: Sequence[Drawn]
) -> DrawRecord:
    """The record of a draw, to be appended to the journal before the first number is dialled."""
    skipped = (drawn[-1].i if drawn else 0) - len(drawn)
    said = public_randomness(randomness)
    return DrawRecord(
        commitment(secret), bundle.digest, said, len(frame), bundle.n, bundle.replicate, skipped
    )


def cases(frame: Drawable, key: bytes, numbers: Iterable[str]) -> tuple[Case, ...]:
    """Fresh cases of a released replicate, in ticket order. Their ids follow from the draw's root and say nothing about the numbers: they
    are the same when it is released again, and whoever knows the root can recompute the orders in which a form shows items and choices
    (questionnaire/world.py: seeded by the id)."""
    made, seed = [], labelled(key, "case")
    for number in numbers:
        segment = frame.segment_of(number)
        identity = keyed(seed, number.encode()).hex()[:16]
        made.append(Case(identity, ticket(key, number), number, segment.unit if segment else ""))
    return tuple(sorted(made, key=lambda case: case.ticket))


def labelled(key: bytes, label: str) -> bytes:
    """A seed for something else out of the same draw ("case"), 32 bytes: HMAC-SHA256(K, label). Whoever audits the draw audits it too."""
    return keyed(key, label.encode())


def case_draw(ticket: str) -> int:
    """A case's own chance out of the draw's root, 0 to 2⁴⁸−1: the last 48 bits of its ticket, which is SHA-256(hex K "|" number). The form
    is given it as `case_draw`; household selection is `${case_draw} mod ${adults} + 1` there."""
    return int(ticket[-12:], 16)


def heard_rank(ticket: str) -> int:
    """A case's place in the listening sample, 0 to 999999: chosen are those below a share. Out of the same root, and fixed before anybody
    calls; the desk's people never see a ticket."""
    return int(sealed("listening", ticket), 16) % 1_000_000

"""The quota counts of a room's desks, sealed to the room and marked with its key: central could neither read nor write them."""

import base64
import hmac
from collections.abc import Mapping

from app.canonical import Value, decode, encode, keyed
from app.clock import Entropy
from app.errors import EvidenceError, SealError
from app.evidence.age import Identity, Recipient, decrypt, encrypt
from app.evidence.note import Verifier
from app.quotas import counts_in, counts_out, read_decision
from app.sample.cells import Known
from app.sample.quota import cell_of

_PAGE = 512
"""Numbers with their columns, and counts, are filled up to multiples of this many bytes inside the seal."""


def seal_counts(counts: Mapping[str, Mapping[str, int]], desk: str, room: Identity, entropy: Entropy) -> str:
    """A desk's counts for the other desks of its room: base64 of an age file."""
    told = {"desk": desk, **{name: counts_out(cells) for name, cells in counts.items()}}
    return sealed({**told, "mark": _mark(told, room)}, room.recipient, entropy)


def opened_counts(heard: Mapping[str, Value], room: Identity) -> tuple[dict[str, int], dict[str, int]]:
    """(done, running) of all desks that central names, added up by cell; under way counts only at a desk that is heard of. Raises
    EvidenceError when one of them is not of this room's making."""
    done, running = dict[str, int](), dict[str, int]()
    for each in heard["counts"]:
        try:
            told = decode(decrypt(base64.b64decode(each["sealed"], validate=True), [room]).rstrip())
            mark = told.pop("mark")
        except (SealError, ValueError, KeyError) as error:
            raise EvidenceError("Quota counts cannot be opened with the room's key") from error
        if told.get("desk") != each["desk"] or not hmac.compare_digest(str(mark), _mark(told, room)):
            raise EvidenceError("Quota counts are not of the desk under whose name they stand")
        for name, sums in (("done", done), ("running", running)):
            if name == "done" or each["live"]:
                for cell, n in counts_in(told[name]).items():
                    sums[cell] = sums.get(cell, 0) + n
    return done, running


def known_cells(
    told: Mapping[str, Value], study: str, publisher: Verifier, room: Identity | None = None
) -> Known:
    """How the quota cells stand by central's answer. room: its key; None = the counts stay sealed, and are not known. Raises EvidenceError
    when a count is not of this room's making, or a decision not signed by the centre."""
    read = [read_decision(str(note), study, publisher) for note in told["decisions"]]
    decisions = tuple(sorted(read, key=lambda one: (one.wall, one.cell)))  # as the desks order them
    if room is None:
        return Known(decisions=decisions)
    done, running = opened_counts(told, room)
    return Known(
        {cell_of(text): n for text, n in done.items()},
        {cell_of(text): n for text, n in running.items()},
        decisions,
    )


def sealed(document: dict[str, Value], room: Recipient, entropy: Entropy) -> str:
    """A document for the room: base64 of an age file whose size tells little of it."""
    text = encode(document)
    return base64.b64encode(encrypt(text.ljust(-(-len(text) // _PAGE) * _PAGE), [room], entropy)).decode()


def _mark(told: dict[str, Value], room: Identity) -> str:
    return keyed(room.export().encode(), encode(told)).hex()

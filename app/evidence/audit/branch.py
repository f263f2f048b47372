"""The branch of a journal that central refused: its lines are kept beside the journal, and the refused checkpoint says whether they are the
device's own. They may tell of calls that were made, whose sealed files came before the lines did."""

from pathlib import Path

from app.canonical import decode
from app.errors import EvidenceError
from app.evidence.durable import storage_errors
from app.evidence.lines import lines
from app.evidence.means import Means
from app.evidence.merkle import Frontier, leaf_hash
from app.evidence.note import Checkpoint


def branch(kept: Path, journal: Path, point: Checkpoint, means: Means) -> tuple[int, int, int]:
    """First and last line of a refused branch (as an editor counts) that are not in the journal too, and the calls that they dial.
    journal: what was taken instead, with which the branch begins. EvidenceError when these are not the lines that the device signed."""
    told, ours = _lines(kept), list[bytes]()
    seq = decode(told[0]).get("seq") if told else 0
    start = seq if isinstance(seq, int) else 0
    frontier = Frontier(digest=means.digest)
    with storage_errors(journal), journal.open("rb") as file:
        for number, line in enumerate(lines(file, journal)):
            if number < start:
                frontier.append(leaf_hash(line, means.digest))
            elif number < point.size:
                ours.append(line)
    for line in told:
        frontier.append(leaf_hash(line, means.digest))
    if (frontier.size, frontier.root()) != (point.size, point.root):
        what = "These lines of a refused branch are not those that the device signed"
        raise EvidenceError(what, where=str(kept))
    same = next((n for n, line in enumerate(told) if ours[n : n + 1] != [line]), len(told))
    dialled = sum(decode(line).get("type") == "dial.start" for line in told[same:])
    return point.size - len(told) + same + 1, point.size, dialled


def _lines(path: Path) -> list[bytes]:
    """At most what fits one request to central (app/sync/outbox.py)."""
    with storage_errors(path), path.open("rb") as file:
        return list(lines(file, path))

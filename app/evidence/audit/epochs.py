"""The epochs of a device: none may be missing, and each but the first says why it began and where the old one ended."""

from collections import defaultdict
from collections.abc import Sequence

from app.canonical import Value
from app.evidence.audit.facts import Facts
from app.evidence.audit.place import Eyes, JournalPlace, Layout
from app.evidence.audit.verdict import Spot


def audit_epochs(places: Sequence[JournalPlace], eyes: Eyes, facts: Facts) -> None:
    """Epochs count from 1 without a gap: a journal that was taken away leaves one."""
    epochs: dict[str, dict[int, JournalPlace]] = defaultdict(dict)
    for place in places:
        device, _, number = place.name.rpartition(".")
        if number:
            epochs[device][int(number)] = place
    for device, found in epochs.items():
        for gone in sorted(set(range(1, max(found))) - found.keys()):
            what = f"There is a later epoch of this device, but not its epoch {gone}"
            name = f"{device}.{gone}" if device else str(gone)
            eyes.findings.missing("epoch.absent", what, needed=f"journals/{name}")
        for epoch, place in found.items():
            if epoch > 1:
                _succeeds(place, found.get(epoch - 1), eyes, facts)


def _succeeds(place: JournalPlace, before: JournalPlace | None, eyes: Eyes, facts: Facts) -> None:
    event, at = facts.epochs.get(eyes.at(place.lines).file, ({}, Spot()))
    if not event:
        return  # the journal does not open with its epoch: said already
    if not event.get("reason"):
        what = "This device began a new epoch, and its first line does not say why"
        eyes.findings.missing("epoch.unexplained", what, at, needed="the supervisor's record of that day")
        return
    eyes.findings.note("epoch.new", f"This device began a new epoch: {event['reason']}", at)
    if before is not None:
        _ended(event, before, eyes, facts)


def _ended(event: dict[str, Value], before: JournalPlace, eyes: Eyes, facts: Facts) -> None:
    """Compare where the old journal ends with where central's signature stood when the new one began."""
    size, length = event.get("previous_size", 0), facts.lengths.get(eyes.at(before.lines).file, 0)
    if length < size:
        what = f"Central had signed for {size} lines of the epoch before, but {length} are here"
        eyes.findings.missing(
            "journal.cut", what, eyes.at(before.lines), needed=f"lines {length + 1} to {size}"
        )
    elif length > size and eyes.place.layout is Layout.ARCHIVE:
        what = f"The epoch before went on after this one began: {length - size} lines came later"
        eyes.findings.note("epoch.late", what, eyes.at(before.lines, size + 1))
    receipt = before.folder / "receipts" / f"{size:012}.note"
    if (
        size
        and eyes.plain(receipt)
        and eyes.means.hexdigest(receipt.read_bytes()) != event.get("previous_receipt")
    ):
        what = "This receipt is not the one that the next epoch names"
        eyes.findings.broken("receipt.differs", what, eyes.at(receipt), needed="the note as it was signed")

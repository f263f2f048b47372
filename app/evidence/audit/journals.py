"""One journal judged as a whole: its lines, whose it is, who signed it; and the epochs of a device one after the other."""

from collections import defaultdict
from collections.abc import Iterable

from app.evidence.audit.chain import Walk
from app.evidence.audit.facts import Facts
from app.evidence.audit.place import Eyes, JournalPlace, Layout
from app.evidence.audit.signed import Signatures
from app.evidence.audit.trust import Trust
from app.evidence.note import Verifier


def audit_journal(place: JournalPlace, eyes: Eyes, trust: Trust, facts: Facts) -> Signatures:
    """Walk a journal, add what it says to facts, and check all that is signed about it."""
    signatures = Signatures(place, eyes, trust)
    walk = Walk(place, eyes, facts.reader(eyes.name(place.lines)), signatures.read())
    walk.run()
    eyes.findings.counts["journals"] += 1
    claimed = _owner(walk, facts)
    key = trust.device(place, claimed)
    signatures.check(walk, key, facts)
    _judge_key(
        place, eyes, trust, key, vouched=signatures.vouched and key is not None and key.vkey == claimed
    )
    return signatures


def audit_epochs(places: Iterable[JournalPlace], eyes: Eyes) -> None:
    """Epochs count from 1 without a gap: a journal that was taken away leaves one."""
    epochs: dict[str, set[int]] = defaultdict(set)
    for place in places:
        device, _, epoch = place.name.rpartition(".")
        if epoch:
            epochs[device].add(int(epoch))
    for device, found in epochs.items():
        for epoch in sorted(set(range(1, max(found))) - found):
            name = f"{device}.{epoch}" if device else str(epoch)
            eyes.findings.missing(
                "epoch.absent",
                f"There is a later epoch of this device, but not its epoch {epoch}",
                needed=f"journals/{name}",
            )


def _owner(walk: Walk, facts: Facts) -> str:
    """The device's key as the journal's first line names it; "" when it does not."""
    findings, name = walk.eyes.findings, walk.eyes.name(walk.place.lines)
    if not walk.lines:
        return ""
    parts = walk.origin.split("/")
    if len(parts) != 4 or parts[0] != "fangxin":
        findings.broken("journal.origin", f'"{walk.origin[:60]}" is no name of a journal', file=name)
        return ""
    wanted = ".".join(parts[-2:]) if "." in walk.place.name else parts[-1]
    if walk.place.name not in ("", wanted):
        findings.broken(
            "journal.place", f"The journal of {'.'.join(parts[-2:])} lies in the folder of another", file=name
        )
    event, spot = facts.epochs.get(name, ({}, None))
    if spot is None or spot.line != 1:
        findings.missing(
            "epoch.unknown",
            "The journal does not begin with the words that open an epoch",
            file=name,
            line=1,
            needed="its first line",
        )
    elif [event["device"], str(event["epoch"])] != parts[-2:]:
        findings.broken(
            "journal.origin",
            "The first line speaks of another device or epoch than the journal's name",
            file=name,
            line=1,
        )
    return str(event.get("vkey", ""))


def _judge_key(place: JournalPlace, eyes: Eyes, trust: Trust, key: Verifier | None, *, vouched: bool) -> None:
    findings, name = eyes.findings, eyes.name(place.lines)
    if key is not None and trust.impostor(key):
        findings.broken(
            "key.impostor",
            f"This journal is signed with another key than the one you gave for {key.name}",
            file=name,
            needed="the true journal",
        )
    elif key is None or not (trust.known(key) or vouched):
        needed = (
            f"devices/{place.name}.vkey"
            if eyes.place.layout is Layout.ARCHIVE and key is None
            else "the device's key, or central's, passed with --key"
        )
        findings.missing(
            "key.unknown",
            "Nobody whom you trust says whose journal this is: unknown device key",
            file=name,
            needed=needed,
        )
        findings.unproven(
            "key.unknown",
            "Its signatures prove nothing without a key that you trust",
            file=name,
            needed=needed,
        )

"""One journal judged as a whole: its lines, whose it is, who signed it."""

from collections.abc import Collection, Mapping

from app.evidence.audit.chain import Walk
from app.evidence.audit.facts import Facts
from app.evidence.audit.packages import suite_in
from app.evidence.audit.place import Eyes, JournalPlace, Place
from app.evidence.audit.signed import Signatures
from app.evidence.audit.telling import listener
from app.evidence.audit.trust import Trust
from app.evidence.audit.verdict import Findings
from app.evidence.note import Verifier


def audit_journal(
    place: JournalPlace, eyes: Eyes, trust: Trust, facts: Facts, sizes: Collection[int] = ()
) -> tuple[Signatures, Mapping[int, bytes]]:
    """Walk a journal, add what it says to facts, and check all that is signed about it. sizes: at which its roots are wanted besides; they
    are returned, as far as no line is missing before them."""
    signatures = Signatures(place, eyes, trust)
    wanted = signatures.read() | set(sizes)
    walk = Walk(place, eyes, listener(facts, eyes.at(place.lines).file), wanted)
    walk.run()
    file = eyes.at(place.lines).file
    facts.lengths[file], facts.sums[file] = walk.next, walk.sum()
    eyes.findings.counts["journals"] += 1
    claimed = _owner(walk, facts)
    key = trust.device(place, claimed)
    signatures.check(walk, key, facts)
    _judge_key(walk, trust, key, vouched=signatures.vouched and key is not None and key.vkey == claimed)
    return signatures, walk.roots


def read_facts(place: Place, findings: Findings | None = None) -> Facts:
    """What the journals of a place say, without judging it: for those who have a good verdict already. findings: where a line that does not
    follow from the one before is noted."""
    eyes, facts = Eyes(place, findings or Findings(), suite=suite_in(place)), Facts()
    for journal in place.journals:
        Walk(journal, eyes, listener(facts, eyes.at(journal.lines).file), ()).run()
    return facts


def _owner(walk: Walk, facts: Facts) -> str:
    """The device's key as the journal's first line names it; "" when it does not."""
    findings, first = walk.eyes.findings, walk.at(1)
    if not walk.lines:
        return ""
    parts = walk.origin.split("/")
    if len(parts) != 4 or parts[0] != "fangxin":
        findings.broken("journal.origin", f'"{walk.origin[:60]}" is no name of a journal', first)
        return ""
    name = ".".join(parts[2:])
    if walk.place.name not in ("", name, parts[3]):
        findings.broken(
            "journal.place",
            f"The journal of {name} lies in the folder of another",
            walk.at(),
            needed="each in its own",
        )
    event, at = facts.epochs.get(first.file, ({}, None))
    if at != first:
        what = "The journal does not begin with the line that opens an epoch"
        findings.missing("epoch.unknown", what, first, needed="its first line")
    elif [event["device"], str(event["epoch"])] != parts[2:]:
        findings.broken(
            "journal.origin", "This line speaks of another device or epoch than the journal's name", first
        )
    return str(event.get("vkey", ""))


def _judge_key(walk: Walk, trust: Trust, key: Verifier | None, *, vouched: bool) -> None:
    findings, at = walk.eyes.findings, walk.at()
    if key is not None and walk.origin and key.name.split("/")[1:] != walk.origin.split("/")[2:]:
        what = f"This journal is signed with the key of another: {key.name}"
        findings.broken("key.impostor", what, at, needed="the true journal")
    elif key is not None and trust.impostor(key):
        what = f"This journal is signed with another key than the one you gave for {key.name}"
        findings.broken("key.impostor", what, at, needed="the true journal")
    elif key is None or not (trust.known(key) or vouched):
        needed = "the device's key or central's, from somebody whom you trust (--key)"
        findings.missing(
            "key.unknown",
            "Unknown device key: nobody whom you trust says whose journal this is",
            at,
            needed=needed,
        )
        findings.unproven("key.unknown", "Signatures of an unknown key prove nothing", at, needed=needed)

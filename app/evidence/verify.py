"""The check that anybody can make: was anything altered, is anything missing? Needs public keys only; with private ones it looks inside.

What is checked, and how to do it without this program, is written in resources/docs/formats.md.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from app.canonical import hexdigest
from app.errors import EvidenceError
from app.evidence.audit.calls import audit_calls
from app.evidence.audit.carrier import reconcile
from app.evidence.audit.epochs import audit_epochs
from app.evidence.audit.facts import Facts
from app.evidence.audit.journals import audit_journal
from app.evidence.audit.logged import Logged, Witnessed
from app.evidence.audit.objects import Shelf
from app.evidence.audit.packages import audit_packages, suite_in
from app.evidence.audit.place import OF_LINES, Eyes, Layout, Place, tree_size
from app.evidence.audit.seals import Seals
from app.evidence.audit.stamps import audit_stamps
from app.evidence.audit.trust import Trust
from app.evidence.audit.verdict import Finding, Findings, Kind, Severity, Verdict
from app.evidence.cdr import CarrierList
from app.evidence.note import Verifier
from app.evidence.stanza import Unwraps
from app.evidence.suite import Suite

__all__ = ["Finding", "Kind", "Severity", "Verdict", "verify"]

_COUNTED = ("journals", "lines", "checkpoints", "receipts", "calls", "interviews", "objects")
"""What is told even when there is none of it."""


def verify(
    path: Path,
    *,
    keys: Sequence[Verifier] = (),
    identities: Sequence[Unwraps] = (),
    carrier: CarrierList | None = None,
    witnessed: Witnessed | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verdict:
    """Check an archive, a workstation's data folder, or the folder of one journal. Changes nothing.

    keys: those that the auditor has from somewhere else; none = the archive's own. identities: private keys, to look into what they
    open. carrier: a carrier's list of calls, to compare with. witnessed: what a witness cosigned. progress: hears (work done, work
    in all); what it raises stops the check. Raises EvidenceError when path is nothing that can be checked or keys are given of
    another suite than the archive's, SealError when identities are given and open nothing here. Memory grows with the number of calls and
    files, not with their size.
    """
    place, findings, facts = Place.at(path), Findings(), Facts(keeps_answers=bool(identities))
    suite = _suite(place, keys, identities)
    eyes = Eyes(place, findings, progress, total=_work(place, identities), suite=suite)
    findings.counts.update(dict.fromkeys(_COUNTED, 0))
    trust = Trust(tuple(keys), eyes)
    trust.look()
    if not place.journals:
        findings.missing("journal.absent", "There is no journal here", needed="journals/<device>.<epoch>")
    manifests = _audit_journals(eyes, trust, facts, witnessed)
    audit_epochs(place.journals, eyes, facts)
    audit_calls(facts, findings)
    shelf = Shelf(eyes, facts, manifests)
    shelf.audit()
    if place.layout is not Layout.JOURNAL:
        audit_packages(eyes, trust, facts)
    if identities:
        Seals(eyes, facts, shelf.found, identities).audit()
    if carrier:
        reconcile(facts, carrier, findings)
    if progress is not None:
        progress(eyes.total, eyes.total)
    return findings.verdict(place.layout, _fingerprint(facts))


def check_history(path: Path, witnessed: Witnessed) -> Verdict:
    """Only whether an archive still begins with what a witness saw: its log and journals are read, no sealed file is.

    Raises EvidenceError when path is nothing that can be checked.
    """
    place = Place.at(path)
    findings, facts = Findings(), Facts()
    eyes = Eyes(place, findings, suite=suite_in(place))
    trust = Trust((), eyes)
    trust.look()
    _audit_journals(eyes, trust, facts, witnessed)
    whole = findings.verdict(place.layout)
    about = ("log.", "witness.", "timestamp.", "journal.", "file.unreadable")

    def told(half: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(each for each in half if each.rule.startswith(about))

    return Verdict(told(whole.integrity), told(whole.completeness), whole.counts, place.layout)


def _audit_journals(eyes: Eyes, trust: Trust, facts: Facts, witnessed: Witnessed | None) -> dict[str, int]:
    """Every journal by itself, then all of them against central's log. Returns SHA-256 → bytes of what the manifests name."""
    place, manifests, received = eyes.place, dict[str, int](), dict[str, tuple[Path, int]]()
    for path in place.odd:
        if not path.is_symlink() or eyes.plain(
            path
        ):  # a link is no small thing: what lies behind it was not looked at
            eyes.foreign(path)
    logged, roots = Logged(eyes, witnessed), dict[str, Mapping[int, bytes]]()
    logged.read(trust.of_log())
    for journal in place.journals:
        signatures, roots[journal.name] = audit_journal(
            journal, eyes, trust, facts, logged.sizes(journal.name)
        )
        manifests |= signatures.named
        received[journal.name] = (journal.lines, signatures.received)
    logged.check(roots, facts)
    logged.say_absent(received)
    if witnessed is not None:
        audit_stamps(witnessed, eyes.findings)
    return manifests


def _suite(place: Place, keys: Sequence[Verifier], identities: Sequence[Unwraps]) -> Suite:
    """The archive's. Nothing is negotiated: keys of another suite are refused, not passed over."""
    suite = suite_in(place)
    for means in (*(key.means for key in keys), *(key.means for key in identities)):
        if means != suite.means:
            raise EvidenceError(
                f"This archive is of the suite {suite.id}, but a key that you gave is of {means.suite}",
                where=str(place.root),
                todo="Give the keys of this study.",
            )
    return suite


def _fingerprint(facts: Facts) -> str:
    """Hex SHA-256 of one line a journal: its file, its lines, its root. Two archives that have the same are the same to every line, and to
    every sealed file that a line names."""
    return hexdigest("".join(f"{file} {told}\n" for file, told in sorted(facts.sums.items())).encode())


def _work(place: Place, identities: Sequence[Unwraps]) -> int:
    """What there is to do, in bytes that are hashed: everything once, what is opened once more; lines take longer."""
    if place.layout is Layout.JOURNAL:
        return tree_size(place.root) * OF_LINES
    sealed = sum(tree_size(place.root / part) for part in ("objects", "recordings"))
    lines = tree_size(place.root / "journals") * OF_LINES
    rest = sum(tree_size(place.root / part) for part in ("batches", "study", "devices", "log"))
    return lines + rest + sealed * (2 if identities else 1)

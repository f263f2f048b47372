"""What a check found, told in two verdicts that never mix: was anything altered (integrity), is anything missing (completeness)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.canonical import Value

MOST = 200
"""Findings of one rule that are listed singly; further ones are only counted, so that a ruined archive does not fill the memory."""

FEW = 3
"""Notes of one rule that are told to people; programs get them all."""


class Kind(StrEnum):
    """Which verdict a finding belongs to."""

    INTEGRITY = "integrity"
    COMPLETENESS = "completeness"


class Severity(StrEnum):
    """How much a finding weighs."""

    BROKEN = "broken"
    """What is here is not what was written."""
    MISSING = "missing"
    """What should be here is not, or nobody can tell yet."""
    NOTE = "note"
    """Explained, but worth knowing; does not spoil a verdict."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands. file: relative to the checked folder; line: from 1, 0 = none; call: call id or ""."""

    file: str = ""
    line: int = 0
    call: str = ""

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        call = f"call {self.call}" if self.call else ""
        return ", ".join(part for part in (self.file, line, call) if part)


_NOWHERE = Spot()
_UNTOUCHED = "what was here before, from an untouched copy"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. rule: its stable name for programs ("object.altered"). needed: what would settle it, "" if nothing."""

    kind: Kind
    severity: Severity
    rule: str
    what: str
    at: Spot = _NOWHERE
    needed: str = ""

    @property
    def spoils(self) -> bool:
        """The verdict cannot be good with this in it."""
        return self.severity is not Severity.NOTE

    def text(self) -> str:
        """One line for people."""
        place = f" ({self.at})" if self.at != _NOWHERE else ""
        needed = f" Needed: {self.needed}." if self.needed else ""
        return f"[{self.severity}] {self.what}{place}.{needed}"

    def to_json(self) -> dict[str, Value]:
        """For programs: strings and integers only."""
        return {
            "severity": str(self.severity),
            "rule": self.rule,
            "what": self.what,
            "file": self.at.file,
            "line": self.at.line,
            "call": self.at.call,
            "needed": self.needed,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a check. counts: what was looked at, by name ("lines", "recordings", "bytes", …). checked: what it was taken for:
    a workstation's data folder may have unsigned lines at its end, an archive may not. fingerprint: names every journal as it was
    checked, and by it every file (formats.md §12)."""

    integrity: tuple[Finding, ...]
    completeness: tuple[Finding, ...]
    counts: Mapping[str, int]
    checked: str = "an archive"
    fingerprint: str = ""

    @property
    def integrity_ok(self) -> bool:
        """Nothing that was looked at was altered."""
        return not any(finding.spoils for finding in self.integrity)

    @property
    def completeness_ok(self) -> bool:
        """Nothing is missing."""
        return not any(finding.spoils for finding in self.completeness)

    @property
    def ok(self) -> bool:
        """Both verdicts are good: exit status 0."""
        return self.integrity_ok and self.completeness_ok

    def text(self) -> str:
        """The verdicts in plain English: two headlines, what was looked at, then the findings, the gravest first."""
        counts = self.counts
        altered = sum(finding.spoils for finding in self.integrity)
        missing = sum(finding.spoils for finding in self.completeness)
        lines = [
            f"Integrity: {f'NOT PROVEN ({_things(altered)})' if altered else 'nothing was altered'}",
            f"Completeness: {f'NOT COMPLETE ({_things(missing)})' if missing else 'nothing is missing'}",
            f"Looked at {self.checked}: "
            + ", ".join(f"{name} {number}" for name, number in counts.items() if number),
        ]
        if self.fingerprint:
            lines.append(f"Fingerprint of the journals: {self.fingerprint}")
        if practice := counts.get("rehearsal lines", 0):
            lines.insert(
                0, f"REHEARSAL DATA: {practice} of {counts['lines']} journal lines are practice, not a survey"
            )
        for title, findings in (("Integrity", self.integrity), ("Completeness", self.completeness)):
            lines += _texts(findings, title)
        return "\n".join(lines)

    def to_json(self) -> dict[str, Value]:
        """For programs: canonical JSON can say it."""

        def half(findings: tuple[Finding, ...], *, ok: bool) -> dict[str, Value]:
            return {"ok": ok, "findings": [finding.to_json() for finding in findings]}

        return {
            "v": 1,
            "ok": self.ok,
            "checked": self.checked,
            "integrity": half(self.integrity, ok=self.integrity_ok),
            "completeness": half(self.completeness, ok=self.completeness_ok),
            "counts": dict(self.counts),
            "fingerprint": self.fingerprint,
        }


@dataclass
class Findings:
    """The book in which a running check writes. counts may be raised by anybody."""

    counts: Counter[str] = field(default_factory=Counter)
    _listed: list[Finding] = field(default_factory=list)
    _seen: Counter[tuple[Kind, Severity, str]] = field(default_factory=Counter)

    def broken(self, rule: str, what: str, at: Spot = _NOWHERE, *, needed: str = _UNTOUCHED) -> None:
        """Integrity: what is here is not what was written."""
        self.add(Finding(Kind.INTEGRITY, Severity.BROKEN, rule, what, at, needed))

    def unproven(self, rule: str, what: str, at: Spot = _NOWHERE, *, needed: str = "") -> None:
        """Integrity: cannot be judged with what is here."""
        self.add(Finding(Kind.INTEGRITY, Severity.MISSING, rule, what, at, needed))

    def missing(self, rule: str, what: str, at: Spot = _NOWHERE, *, needed: str = "") -> None:
        """Completeness: what should be here is not."""
        self.add(Finding(Kind.COMPLETENESS, Severity.MISSING, rule, what, at, needed))

    def note(self, rule: str, what: str, at: Spot = _NOWHERE, *, needed: str = "") -> None:
        """Completeness: explained, but worth knowing."""
        self.add(Finding(Kind.COMPLETENESS, Severity.NOTE, rule, what, at, needed))

    def add(self, finding: Finding) -> None:
        """Write a finding down, or only count it when there are very many like it."""
        at = Spot(_plain(finding.at.file), finding.at.line, _plain(finding.at.call))
        finding = replace(finding, what=_plain(finding.what), needed=_plain(finding.needed), at=at)
        key = (finding.kind, finding.severity, finding.rule)
        self._seen[key] += 1
        if self._seen[key] <= MOST:
            self._listed.append(finding)

    def verdict(self, checked: str = "an archive", fingerprint: str = "") -> Verdict:
        """The verdict at the end. checked: what was looked at; fingerprint: of its journals."""
        listed = (*self._listed, *self._unlisted())
        integrity = tuple(finding for finding in listed if finding.kind is Kind.INTEGRITY)
        completeness = tuple(finding for finding in listed if finding.kind is Kind.COMPLETENESS)
        return Verdict(integrity, completeness, dict(self.counts), checked, fingerprint)

    def _unlisted(self) -> Iterator[Finding]:
        for (kind, severity, rule), number in self._seen.items():
            if number > MOST:
                yield Finding(kind, severity, rule, f"{number - MOST} more of the kind {rule} are not listed")


def _plain(text: str) -> str:
    """Names and lines may come from an enemy: nothing in them may steer a terminal or break the JSON."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _things(number: int) -> str:
    return "one finding" if number == 1 else f"{number} findings"


def _texts(findings: tuple[Finding, ...], title: str) -> Iterator[str]:
    """Findings by weight, under the name of the verdict that they spoil. Notes spoil none; of those that are alike only the first few."""
    alike: Counter[str] = Counter()
    for finding in sorted(findings, key=lambda each: list(Severity).index(each.severity)):
        alike[finding.rule] += not finding.spoils
        if finding.spoils or alike[finding.rule] <= FEW:
            yield f"{title} {finding.text()}" if finding.spoils else finding.text()
    for rule, number in alike.items():
        if number > FEW:
            yield f"[note] {number - FEW} more notes of the kind {rule}."

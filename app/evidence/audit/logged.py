"""Central's own log in an archive, and what outside witnesses have cosigned: was anything rewritten since somebody else last saw it?

The log's lines come to the root that a witness signed, or they do not; and every line that speaks of a journal at some size is compared
with the journal that is here. So a cosigned checkpoint on a sheet of paper fixes every journal as central had it on that day.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.x509 import Certificate

from app.canonical import Value, decode
from app.errors import EvidenceError
from app.evidence.audit.facts import Facts
from app.evidence.audit.place import EPOCH_NAME, SHA256, Eyes, Layout
from app.evidence.audit.verdict import Spot
from app.evidence.journal import LONGEST
from app.evidence.merkle import Frontier, leaf_hash
from app.evidence.note import Checkpoint, Verifier, open_note


@dataclass(frozen=True)
class Witnessed:
    """What the auditor brought from a witness. notes: name → cosigned checkpoint, as a note; keys: the witness's; tokens: name → RFC 3161
    time-stamp token; authorities: certificates of those who may give such."""

    notes: Mapping[str, str]
    keys: Sequence[Verifier]
    tokens: Mapping[str, bytes] = field(default_factory=dict)
    authorities: Sequence[Certificate] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the log that says that central held so many lines of a journal, of this root (hex)."""

    journal: str
    size: int
    root: str
    number: int


@dataclass
class Logged:
    """The log of an archive. read() before the journals are walked: sizes() says at which lengths their roots are wanted. check() after."""

    eyes: Eyes
    witnessed: Witnessed | None
    lines: int = 0
    _entries: list[_Entry] = field(default_factory=list)
    _sizes: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _roots: dict[int, bytes] = field(default_factory=dict)
    _own: dict[Path, bytes] = field(default_factory=dict)
    _brought: dict[str, Checkpoint] = field(default_factory=dict)
    _origin: str = ""

    @property
    def _path(self) -> Path:
        return self.eyes.place.root / "log" / "entries.jsonl"

    def read(self, log_keys: Sequence[Verifier]) -> None:
        """Read the log, its own checkpoints and the witness's notes."""
        folder, wanted = self._path.parent, set[int]()
        self._origin = log_keys[0].name if log_keys else ""
        for part in ("checkpoints", "cosigned"):
            for path in self.eyes.files(folder / part):
                data = self.eyes.small(path)
                if data is not None and path.stem.isdecimal():
                    self._own[path] = data
                    wanted.add(int(path.stem))
        for name, note in (self.witnessed.notes if self.witnessed else {}).items():
            if (point := self._cosigned(name, note)) is not None:
                self._brought[name] = point
                wanted.add(point.size)
        if self.eyes.plain(self._path):
            self._walk(wanted)
        self._say_unjudged(log_keys)
        signed = [self._own_checkpoint(path, data, log_keys) for path, data in self._own.items()]
        behind = self.lines - max(signed, default=0)
        if behind > 0:
            what = f"The last {behind} lines of central's log are under no signature of its own yet"
            self.eyes.findings.note(
                "log.unsigned", what, self.eyes.at(self._path), needed="a later checkpoint of the log"
            )

    def _say_unjudged(self, log_keys: Sequence[Verifier]) -> None:
        """A log whose key is gone: that is no small thing."""
        if self._own and not log_keys:
            what = "The key of central's log is not here: its signatures could not be checked"
            at = self.eyes.at(self._path)
            self.eyes.findings.missing("log.unchecked", what, at, needed="log.vkey, or --key")

    def sizes(self, journal: str) -> set[int]:
        """The lengths of a journal ("<device>.<epoch>") of which the log, or a brought checkpoint, speaks."""
        brought = {each.size for each in self._brought.values() if _journal_of(each) == journal}
        return brought | self._sizes[journal]

    def check(self, roots: Mapping[str, Mapping[int, bytes]], facts: Facts) -> None:
        """Compare with the journals. roots: journal → size → Merkle root over its first lines, as far as they are here."""
        findings = self.eyes.findings
        findings.counts["log lines"] = self.lines
        for name, point in self._brought.items():
            self._judge(name, point, roots, facts)
        newest: dict[str, int] = defaultdict(int)
        for each in self._entries:
            root = roots.get(each.journal, {}).get(each.size)
            at = self.eyes.at(self._path, each.number)
            if root is not None and root.hex() != each.root:
                what = (
                    f"The first {each.size} lines of {each.journal} are not those that central had signed for"
                )
                needed = f"journals/{each.journal} as central had it then"
                findings.broken("log.journal", what, at, needed=needed)
            elif root is None:
                newest[each.journal] = max(newest[each.journal], each.size)
        for journal, size in newest.items():
            lines = facts.lengths.get(f"journals/{journal}/journal.jsonl", 0)
            if lines < size:
                what = f"Central had signed for {size} lines of {journal}, but {lines} are here"
                needed = f"lines {lines + 1} to {size} of journals/{journal}"
                findings.missing("log.cut", what, self.eyes.at(self._path), needed=needed)

    def say_absent(self, received: Mapping[str, tuple[Path, int]]) -> None:
        """Without the log nothing in a copy tells of lines that were cut off behind the newest receipt left in it, nor of a desk that was
        taken out whole; a log has the line of each desk and receipt, from before it was given. received: journal → its file, lines under
        its newest receipt."""
        if self.lines:
            self._has_each(received)
            return
        if self._origin:  # its key is known, so there was one
            what = "Central's log is not here: lines that central had signed for could be cut off unseen"
            needed = "log/entries.jsonl, or what a witness cosigned"
            self.eyes.findings.missing("log.absent", what, self.eyes.at(self._path), needed=needed)
            return
        for path, size in received.values():
            after = f"line {size} of this journal" if size else "this journal began"
            what = f"Central's log is not here: what was handed in after {after} and taken out again cannot be shown"
            needed = "log/ and log.vkey of central's folder, or a witness's sheet with his key"
            had = self.eyes.place.layout is Layout.ARCHIVE  # a workstation never had it
            say = self.eyes.findings.missing if had else self.eyes.findings.note
            say("log.absent", what, replace(self.eyes.at(path), line=size), needed=needed)

    def _has_each(self, received: Mapping[str, tuple[Path, int]]) -> None:
        for journal, (_, size) in received.items():
            if size and size not in self._sizes[journal]:
                what = f"Central has signed for {size} lines of {journal}, but its log does not say so"
                at, needed = self.eyes.at(self._path), "log/entries.jsonl as it was signed"
                self.eyes.findings.missing("log.cut", what, at, needed=needed)

    def _judge(
        self, name: str, point: Checkpoint, roots: Mapping[str, Mapping[int, bytes]], facts: Facts
    ) -> None:
        """A brought checkpoint, against what it is about."""
        journal = _journal_of(point)
        if journal:
            length = facts.lengths.get(f"journals/{journal}/journal.jsonl", 0)
            self._fixes(name, point, f"the journal {journal}", length, roots.get(journal, {}).get(point.size))
        elif self._origin in ("", point.origin):
            self._fixes(name, point, "central's log", self.lines, self._roots.get(point.size))
        else:
            what = f"The witness cosigned another log than the one here: {point.origin[:60]}"
            needed = "a checkpoint of this central's log"
            self.eyes.findings.broken("witness.foreign", what, Spot(name), needed=needed)

    def _walk(self, wanted: set[int]) -> None:
        frontier = Frontier()
        if 0 in wanted:
            self._roots[0] = frontier.root()
        for line in self._read_lines():
            frontier.append(leaf_hash(line))
            self.lines = frontier.size
            if frontier.size in wanted:
                self._roots[frontier.size] = frontier.root()
            try:
                self._take(decode(line))
            except EvidenceError:
                self.eyes.findings.broken(
                    "log.line", "This line of central's log was altered", self.eyes.at(self._path, self.lines)
                )

    def _read_lines(self) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as file:
                while line := file.readline(LONGEST + 1):
                    self.eyes.passed(len(line))
                    if not line.endswith(b"\n"):
                        what = "The last line of central's log stops in the middle"
                        self.eyes.findings.missing(
                            "log.torn", what, self.eyes.at(self._path, self.lines + 1), needed="the whole log"
                        )
                        return
                    yield line[:-1]
        except OSError as error:
            self.eyes.unreadable(self._path, error)

    def _take(self, data: Mapping[str, Value]) -> None:
        if data.get("seq") != self.lines - 1:
            raise EvidenceError("out of order")
        match data:
            case {"type": "checkpoint", "journal": str(journal), "size": int(size), "root": str(root)}:
                if EPOCH_NAME.fullmatch(journal) and SHA256.fullmatch(root) and size >= 0:
                    self._entries.append(_Entry(journal, size, root, self.lines))
                    self._sizes[journal].add(size)
            case {"type": "registry", "lines": int(lines)}:
                what = f"Central went on with an older copy of its registry, which knew of {lines} lines of this log"
                at = self.eyes.at(self._path, self.lines)
                self.eyes.findings.note("log.registry", what, at, needed="the operator's reason")

    def _own_checkpoint(self, path: Path, data: bytes, log_keys: Sequence[Verifier]) -> int:
        """A checkpoint of the log that lies in the archive. Returns the lines that it covers, 0 when it does not hold."""
        findings, at, needed = self.eyes.findings, self.eyes.at(path), "the note as it was signed"
        try:
            unchecked = (
                data.decode("utf-8", "replace").rpartition("\n\n")[0] + "\n"
            )  # without a key only compared
            point = Checkpoint.parse(open_note(data, log_keys).text if log_keys else unchecked)
        except EvidenceError as error:
            findings.broken("note.signature", f"This note does not hold: {error.what}", at, needed=needed)
            return 0
        if point.size > self.lines:
            what = f"Central signed its log at {point.size} lines, but {self.lines} are here"
            findings.missing(
                "log.cut", what, at, needed=f"lines {self.lines + 1} to {point.size} of log/entries.jsonl"
            )
        elif self._roots.get(point.size) != point.root:
            what = f"The first {point.size} lines of central's log are not those that it signed"
            findings.broken("log.rewritten", what, at, needed="log/entries.jsonl as it was signed")
        else:
            findings.counts["log checkpoints"] += 1
            if path.parent.name == "cosigned":
                self._cosigned_here(path, data)
            return point.size
        return 0

    def _cosigned_here(self, path: Path, data: bytes) -> None:
        """A checkpoint that central keeps with the witness's line under it: worth something only with the witness's key from himself."""
        findings, at = self.eyes.findings, self.eyes.at(path)
        keys = self.witnessed.keys if self.witnessed else ()
        try:
            open_note(data, keys)
        except EvidenceError as error:
            if any(f"\n— {key.name} ".encode() in data for key in keys):
                what, needed = (
                    f"This is not what the witness signed: {error.what}",
                    "the checkpoint as he cosigned it",
                )
                findings.broken("witness.signature", what, at, needed=needed)
            else:
                what = "Whether a witness cosigned this cannot be told without his key"
                findings.note(
                    "witness.unchecked", what, at, needed="what he cosigned, and his key, from himself"
                )

    def _cosigned(self, name: str, note: str) -> Checkpoint | None:
        assert self.witnessed is not None
        try:
            opened = open_note(note, self.witnessed.keys)
            point = Checkpoint.parse(opened.text)
        except EvidenceError as error:
            needed = "the cosigned checkpoint, and the witness's key from himself"
            self.eyes.findings.broken(
                "witness.signature",
                f"This is not what the witness signed: {error.what}",
                Spot(name),
                needed=needed,
            )
            return None
        self.eyes.findings.counts["witness cosignatures"] += len(opened.signatures)
        return point

    def _fixes(self, name: str, point: Checkpoint, where: str, lines: int, root: bytes | None) -> None:
        """The heart of it: what the witness saw is still the beginning of what is here."""
        findings = self.eyes.findings
        if point.size > lines:
            what = f"The witness has seen {where} at {point.size} lines, but {lines} are here"
            findings.missing(
                "witness.cut", what, Spot(name), needed=f"lines {lines + 1} to {point.size} of {where}"
            )
        elif not same_history(root, point.root):
            what = f"History was rewritten: the first {point.size} lines of {where} are not those that the witness saw"
            findings.broken(
                "witness.rewritten", what, Spot(name), needed="what the witness saw; his own copy has it"
            )
        else:
            counted = "lines fixed by the witness"
            findings.counts[counted] = max(findings.counts[counted], point.size)


def _journal_of(point: Checkpoint) -> str:
    """ "<device>.<epoch>" when a checkpoint is of a device's journal, "" when it is of a log."""
    parts = point.origin.split("/")
    name = ".".join(parts[2:])
    return name if len(parts) == 4 and parts[0] == "fangxin" and EPOCH_NAME.fullmatch(name) else ""


def same_history(computed: bytes | None, signed: bytes) -> bool:
    """The Merkle root over the log's lines that are here is the one that the witness signed."""
    return computed == signed

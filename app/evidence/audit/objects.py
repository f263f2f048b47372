"""Are the sealed files there, whole, and the very ones that the journals name? Needs no key: names and hashes tell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.evidence import wav
from app.evidence.audit.facts import Call, Facts, Sealed
from app.evidence.audit.place import SHA256, Digest, Eyes, Layout
from app.evidence.audit.remains import readable, samples_in
from app.evidence.tail import OVERHEAD
from hardware.base import RATE

_RECORDING = re.compile(r"([0-9a-f]{16})\.age(\.tail)?")
_SILENT_TAIL = OVERHEAD + len(wav.header())
"""Bytes of a tail that holds no sound yet."""
_WRITTEN = "This file was written to while the check read it"
_EXPLAIN = "the journal lines that name it, or whoever put it here"


@dataclass
class Found:
    """Where the files are that are whole, by their SHA-256. An archive may have a million of them: paths are made when asked for."""

    root: Path
    _names: dict[str, str] = field(default_factory=dict)

    def put(self, sha256: str, path: Path) -> None:
        """This is in that file."""
        self._names[sha256] = "" if path.name == sha256 else f"{path.parent.name}/{path.name}"

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self._names

    def get(self, sha256: str) -> Path | None:
        """The file, when it is here and whole."""
        name = self._names.get(sha256)
        return None if name is None else self.root / (name or f"objects/{sha256}")


@dataclass
class Shelf:
    """The sealed files of an archive or workstation. manifests: SHA-256 → bytes of what the devices' manifests name. found: after audit(),
    every file that is whole."""

    eyes: Eyes
    facts: Facts
    manifests: Mapping[str, int]
    found: Found = field(init=False)
    _uses: dict[str, Sealed] = field(default_factory=dict)
    _strays: list[Path] = field(default_factory=list)
    _heads: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.found = Found(self.eyes.place.root)

    def audit(self) -> None:
        """Hash every file and compare with the journals, both ways."""
        root = self.eyes.place.root
        if self.eyes.place.layout is Layout.JOURNAL:
            what = "Only the journal was checked: the sealed files that it names are not in this folder"
            self.eyes.findings.note("object.elsewhere", what)
            return
        self._collect()
        for path in self.eyes.files(root / "objects"):
            self._object(path)
        for path in self.eyes.files(root / "recordings"):
            self._recording(path)
        self._say_absent()
        self._say_strays()
        for call in self.facts.calls.values():
            if call.recovered and call.recording is not None:
                self._remains(call, call.recording)

    def _collect(self) -> None:
        for sealed in self.facts.named():
            other = self._uses.setdefault(sealed.sha256, sealed)
            if other is not sealed and (other.kind, other.at) != (sealed.kind, sealed.at):
                what = f"Two lines name one and the same {sealed.words}; the other is {other.at}"
                self.eyes.findings.missing(
                    "object.shared", what, sealed.at, needed="the file that belongs here"
                )

    def _object(self, path: Path) -> None:
        findings = self.eyes.findings
        if path.name.endswith(".part"):
            self.eyes.foreign(path)
            return
        if not SHA256.fullmatch(path.name):
            findings.missing(
                "object.stray",
                "This file is not named by its hash, so no line can name it",
                self.eyes.at(path),
                needed=_EXPLAIN,
            )
            return
        use = self._uses.get(path.name)
        call = self.facts.calls.get(use.at.call) if use else None
        digest = self._digest(path, call)
        if digest is None:
            return
        findings.counts["objects"] += 1
        if digest.sha256 == path.name:
            self._whole(path, digest, use, call)
        elif not digest.steady:
            self.eyes.changing(path, _WRITTEN)
        else:
            at = self.eyes.at(path, call=use.at.call if use else "")
            what = (
                f"This {use.words if use else 'file'} was altered: its bytes are not those that its name says"
            )
            findings.broken("object.altered", what, at, needed="the file as it was handed in")

    def _recording(self, path: Path) -> None:
        """On a workstation recordings lie under their call's name."""
        match = _RECORDING.fullmatch(path.name)
        if match is None:
            self._strays.append(path)
            return
        call = self.facts.calls.get(match[1])
        wanted = None if call is None else call.tail if match[2] else call.recording
        digest = self._digest(path, call)
        if digest is None:
            return
        if wanted is None:
            self._unclaimed(path, call, digest, tail=bool(match[2]))
        elif digest.sha256 == wanted.sha256:
            self._whole(path, digest, self._uses[wanted.sha256], call)
        elif not digest.steady:
            self.eyes.changing(path, _WRITTEN)
        else:
            what = f"This {wanted.words} was altered: it is not the one that the journal names"
            self.eyes.findings.broken(
                "object.altered",
                what,
                self.eyes.at(path, call=match[1]),
                needed="the recording as it was closed",
            )

    def _digest(self, path: Path, call: Call | None) -> Digest | None:
        return (
            self.eyes.digest(path, call.mark.bytes)
            if call is not None and call.mark is not None
            else self.eyes.digest(path)
        )

    def _unclaimed(self, path: Path, call: Call | None, digest: Digest, *, tail: bool) -> None:
        at, note = self.eyes.at(path, call=call.call if call else ""), self.eyes.findings.note
        if call is not None and call.recording is None:
            note("recording.running", "This recording is not closed yet", at)
        elif call is not None and tail:
            note(
                "recording.tail",
                "The tail of a closed recording came back after a power cut; it adds nothing",
                at,
            )
        elif digest.bytes == digest.head or (tail and digest.bytes <= _SILENT_TAIL):
            note("recording.empty", "This recording was prepared and never used: there is no sound in it", at)
        else:
            self._strays.append(path)

    def _whole(self, path: Path, digest: Digest, use: Sealed | None, call: Call | None) -> None:
        """The bytes are what the name, or the journal, says."""
        self.found.put(use.sha256 if use else digest.sha256, path)
        if use is None:
            self._unused(path, digest)
            return
        findings = self.eyes.findings
        findings.counts[use.plural] += 1
        if use.bytes not in (-1, digest.bytes):
            what = f"The journal gives this {use.words} {use.bytes} bytes, but it has {digest.bytes}"
            findings.broken("object.size", what, use.at)
        if call is not None and use.kind.startswith("recording"):
            self._continues(call, use, digest)

    def _continues(self, call: Call, use: Sealed, digest: Digest) -> None:
        """The file is the one that was begun before the call and marked while it ran: not another put in its place."""
        mark, findings = call.mark, self.eyes.findings
        if call.recovered:
            self._heads[call.call] = digest.head
        if call.header and digest.prefixes.get(digest.head) != call.header:
            what = "This recording does not begin as the one that was opened before the call"
            findings.broken("recording.forged", what, use.at, needed="the recording that was opened")
        elif mark is not None and mark.bytes > digest.bytes:
            what = (
                f"{mark.bytes} bytes of this recording were durable during the call; {digest.bytes} are left"
            )
            findings.missing("recording.short", what, use.at, needed="the rest of the file")
        elif mark is not None and mark.bytes and digest.prefixes[mark.bytes] != mark.sha256:
            what = "This recording is not the one that was marked during the call"
            findings.broken("recording.forged", what, use.at, needed="the recording that was marked")

    def _unused(self, path: Path, digest: Digest) -> None:
        if digest.sha256 in self.manifests:
            what = "The device handed this in, but no line needs it: a crash came before the line was written"
            self.eyes.findings.note("object.unused", what, self.eyes.at(path))
        else:
            self._strays.append(path)

    def _say_absent(self) -> None:
        missing = self.eyes.findings.missing
        for sha256, use in self._uses.items():
            if sha256 not in self.found:
                missing(
                    "object.absent",
                    f"The {use.words} that this line names is not here, or not whole",
                    use.at,
                    needed=f"objects/{sha256}",
                )
        for sha256, size in self.manifests.items():
            if sha256 not in self.found and sha256 not in self._uses:
                missing(
                    "object.absent",
                    f"A sealed file of {size} bytes that was handed in is not here",
                    needed=f"objects/{sha256}",
                )

    def _say_strays(self) -> None:
        explain = (
            f"{_EXPLAIN}; after a crash start Fangxin once, which tidies up"
            if self.eyes.place.live
            else _EXPLAIN
        )
        for path in self._strays:
            what = "No line of any journal names this file"
            self.eyes.findings.missing("object.stray", what, self.eyes.at(path), needed=explain)

    def _remains(self, call: Call, age: Sealed) -> None:
        """What a crash left must reach as far as was durable before it."""
        path = self.found.get(age.sha256)
        if path is None:
            return
        tail = self.found.get(call.tail.sha256) if call.tail else None
        try:
            if tail is not None:
                self._tail(call, tail)
            samples = samples_in(age.bytes - self._heads.get(call.call, 0), tail)
        except OSError as error:
            self.eyes.unreadable(tail or path, error)
            return
        needed = max(call.mark.samples if call.mark else 0, call.latest - RATE)
        if samples < needed:
            what = f"What is left of this recording holds at most {samples / RATE:.1f} s, but {needed / RATE:.1f} s were durable"
            self.eyes.findings.missing(
                "recording.short", what, age.at, needed=f"{(needed - samples) / RATE:.2f} s of sound"
            )

    def _tail(self, call: Call, tail: Path) -> None:
        whole, size = readable(tail)
        if size - whole > OVERHEAD + wav.SECOND:
            what = f"The tail of this recording can be read to byte {whole} of {size} only: it was damaged, not cut off in writing"
            at = self.eyes.at(tail, call=call.call)
            self.eyes.findings.broken("recording.unreadable", what, at, needed="the tail as it was")

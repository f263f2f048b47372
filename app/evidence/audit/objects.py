"""Are the sealed files there, whole, and the very ones that the journals name? Needs no key: names and hashes tell."""

import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from app.evidence import wav
from app.evidence.age import CHUNK, TAG
from app.evidence.audit.facts import Call, Facts, Sealed
from app.evidence.audit.place import CALL, SHA256, Digest, Eyes, Layout
from app.evidence.tail import OVERHEAD
from hardware.base import RATE

_FRAME = struct.Struct(">IQ")
_HEADER = len(wav.header())
_RECORDING = re.compile(r"([0-9a-f]{16})\.age(\.tail)?")
_NAMES = {
    "recording": "recording",
    "recording-part": "unclosed recording",
    "tail": "tail of an unclosed recording",
    "contact": "sealed contact",
    "interview": "sealed interview",
}


@dataclass(frozen=True, slots=True)
class _Use:
    """A sealed file as a journal names it."""

    sealed: Sealed
    call: str


@dataclass
class Shelf:
    """The sealed files of an archive or workstation. found: SHA-256 → path of every file that is whole."""

    eyes: Eyes
    facts: Facts
    manifests: Mapping[str, int]
    found: dict[str, Path] = field(default_factory=dict)
    _uses: dict[str, _Use] = field(default_factory=dict)
    _strays: list[Path] = field(default_factory=list)
    _heads: dict[str, int] = field(default_factory=dict)

    def audit(self) -> None:
        """Hash every file and compare with the journals, both ways."""
        self._collect()
        root = self.eyes.place.root
        for path in self.eyes.files(root / "objects"):
            self._object(path)
        for path in self.eyes.files(root / "recordings"):
            self._recording(path)
        self._absent()
        self._say_strays()
        for call in self.facts.calls.values():
            if call.recovered:
                self._remains(call)

    def _collect(self) -> None:
        for sealed, call in self.facts.named():
            other = self._uses.setdefault(sealed.sha256, _Use(sealed, call))
            if other.sealed.spot != sealed.spot:
                self.eyes.findings.missing(
                    "object.shared",
                    f"Two lines name one and the same {_NAMES[sealed.kind]}; the other is at line {other.sealed.spot.line} of {other.sealed.spot.file}",
                    file=sealed.spot.file,
                    line=sealed.spot.line,
                    call=call,
                    needed="the other file",
                )

    def _object(self, path: Path) -> None:
        findings, name = self.eyes.findings, self.eyes.name(path)
        if path.name.endswith(".part") and self.eyes.place.live:
            findings.note("file.part", "A half-written file, left by a crash", file=name)
            return
        if not SHA256.fullmatch(path.name):
            findings.missing(
                "object.unnamed",
                "This file is not named by its hash, so nothing can name it",
                file=name,
                needed="an explanation",
            )
            return
        use = self._uses.get(path.name)
        digest = self.eyes.digest(path, self._stops(use))
        if digest is None:
            return
        findings.counts["objects"] += 1
        if digest.sha256 != path.name:
            findings.broken(
                "object.altered",
                f"This {self._what(use)} is not what its name says: it was altered",
                file=name,
                call=use.call if use else "",
                needed="the file as it was handed in",
            )
            return
        self._whole(path, digest, use)

    def _recording(self, path: Path) -> None:
        """On a workstation recordings lie under their call's name."""
        match = _RECORDING.fullmatch(path.name)
        if match is None:
            self.eyes.findings.missing(
                "object.unnamed",
                "This file is not a recording of ours",
                file=self.eyes.name(path),
                needed="an explanation",
            )
            return
        call = self.facts.calls.get(match[1])
        wanted = None if call is None else call.tail if match[2] else call.recording
        digest = self.eyes.digest(path, self._stops(_Use(wanted, match[1]) if wanted else None))
        if digest is None:
            return
        if wanted is None:
            self._unclaimed(path, call, digest, tail=bool(match[2]))
        elif digest.sha256 != wanted.sha256:
            self.eyes.findings.broken(
                "object.altered",
                f"This {_NAMES[wanted.kind]} is not the one that the journal names",
                file=self.eyes.name(path),
                line=0,
                call=match[1],
                needed="the recording as it was closed",
            )
        else:
            self._whole(path, digest, self._uses.get(digest.sha256))

    def _unclaimed(self, path: Path, call: Call | None, digest: Digest, *, tail: bool) -> None:
        findings, name = self.eyes.findings, self.eyes.name(path)
        if tail and call is not None and call.recording is not None:
            findings.note(
                "recording.tail",
                "The tail of a closed recording came back with a power cut; it adds nothing",
                file=name,
                call=call.call,
            )
        elif call is not None and call.recording is None:
            findings.note("recording.running", "This recording is not closed yet", file=name, call=call.call)
        elif digest.bytes == digest.head or (tail and digest.bytes <= OVERHEAD + _HEADER):
            findings.note(
                "recording.empty",
                "This recording was prepared and never used: there is no sound in it",
                file=name,
            )
        else:
            self._strays.append(path)

    def _whole(self, path: Path, digest: Digest, use: _Use | None) -> None:
        """The file is what its name, or its journal, says it is."""
        self.found[digest.sha256] = path
        if use is None:
            self._unused(path, digest)
            return
        sealed, findings = use.sealed, self.eyes.findings
        findings.counts[f"{sealed.kind}s"] += 1
        if sealed.bytes not in (-1, digest.bytes):
            findings.broken(
                "object.size",
                f"The journal gives this {_NAMES[sealed.kind]} {sealed.bytes} bytes, but it has {digest.bytes}",
                file=sealed.spot.file,
                line=sealed.spot.line,
                call=use.call,
            )
        call = self.facts.calls.get(use.call)
        if call is not None and sealed.kind in ("recording", "recording-part"):
            self._continues(call, sealed, digest)

    def _continues(self, call: Call, sealed: Sealed, digest: Digest) -> None:
        """The file is the one that was begun before the call, and marked while it ran: not another put in its place."""
        findings, mark = self.eyes.findings, call.mark
        self._heads[call.call] = digest.head
        if call.header and digest.prefixes.get(digest.head) != call.header:
            findings.broken(
                "recording.forged",
                "This recording does not begin as the one that was opened before the call",
                file=sealed.spot.file,
                line=sealed.spot.line,
                call=call.call,
                needed="the recording that was opened",
            )
        elif mark is not None and mark.bytes > digest.bytes:
            findings.missing(
                "recording.cut",
                f"{mark.bytes} bytes of this recording were durable during the call, {digest.bytes} are left",
                file=sealed.spot.file,
                line=sealed.spot.line,
                call=call.call,
                needed="the rest of the file",
            )
        elif mark is not None and mark.bytes and digest.prefixes.get(mark.bytes) != mark.sha256:
            findings.broken(
                "recording.forged",
                "This recording is not the one that was marked during the call",
                file=sealed.spot.file,
                line=sealed.spot.line,
                call=call.call,
                needed="the recording that was marked",
            )

    def _unused(self, path: Path, digest: Digest) -> None:
        if digest.sha256 in self.manifests:
            self.eyes.findings.note(
                "object.unused",
                "The device handed this in, but no line needs it: a crash came between",
                file=self.eyes.name(path),
            )
        else:
            self._strays.append(path)

    def _absent(self) -> None:
        if self.eyes.place.layout is Layout.JOURNAL:
            self.eyes.findings.note(
                "object.elsewhere",
                "Only the journal was checked: the sealed files that it names are not in this folder",
            )
            return
        for sha256, use in self._uses.items():
            if sha256 not in self.found:
                self._say_absent(use)
        for sha256, size in self.manifests.items():
            if sha256 not in self.found and sha256 not in self._uses:
                self.eyes.findings.missing(
                    "object.absent",
                    f"A sealed file of {size} bytes that the device handed in is not here",
                    needed=f"objects/{sha256}",
                )

    def _say_absent(self, use: _Use) -> None:
        sealed = use.sealed
        self.eyes.findings.missing(
            "object.absent",
            f"The {_NAMES[sealed.kind]} is not here, or not whole",
            file=sealed.spot.file,
            line=sealed.spot.line,
            call=use.call,
            needed=f"objects/{sealed.sha256}",
        )

    def _say_strays(self) -> None:
        """A crash between sealing a file and writing its line leaves one such file. More than crashes are files that nobody explains."""
        crashes = self.eyes.findings.counts["interrupted"] if self.eyes.place.live else 0
        explained = len(self._strays) <= crashes
        for path in self._strays:
            if explained:
                self.eyes.findings.note(
                    "object.unused",
                    "No line names this file; a crash came before the line was written",
                    file=self.eyes.name(path),
                )
            else:
                self.eyes.findings.missing(
                    "object.stray",
                    "No line of any journal names this file",
                    file=self.eyes.name(path),
                    needed="the journal lines that name it, or whoever put it here",
                )

    def _remains(self, call: Call) -> None:
        """What a crash left must reach as far as was durable before it."""
        age = self.found.get(call.recording.sha256) if call.recording else None
        if age is None or call.recording is None:
            return
        tail = self.found.get(call.tail.sha256) if call.tail else None
        samples = samples_in(call.recording.bytes - self._heads.get(call.call, 0), tail)
        needed = max(call.mark.samples if call.mark else 0, call.latest - RATE)
        if samples < needed:
            self.eyes.findings.missing(
                "recording.short",
                f"What is left of this recording can hold {samples} samples, but {needed} were durable",
                file=call.recording.spot.file,
                line=call.recording.spot.line,
                call=call.call,
                needed=f"{(needed - samples) / RATE:.2f} s of sound",
            )

    def _stops(self, use: _Use | None) -> Iterable[int]:
        call = self.facts.calls.get(use.call) if use else None
        return (call.mark.bytes,) if call is not None and call.mark is not None else ()

    def _what(self, use: _Use | None) -> str:
        return _NAMES[use.sealed.kind] if use else "file"


def samples_in(payload: int, tail: Path | None) -> int:
    """Samples (per channel) that an unclosed recording can hold at most. payload: bytes after its header and nonce."""
    whole, rest = divmod(payload, CHUNK + TAG)
    end = whole * CHUNK + max(0, rest - TAG)
    if tail is not None:
        with tail.open("rb") as file:
            end = max(end, _tail_end(file))
    return max(0, end - _HEADER) // wav.CHANNELS


def _tail_end(file: BinaryIO) -> int:
    """Where in the plaintext the last whole frame ends."""
    end = 0
    while len(head := file.read(_FRAME.size)) == _FRAME.size:
        length, offset = _FRAME.unpack(head)
        if length < TAG or len(file.read(min(length, CHUNK))) != length:
            break
        end = offset + length - TAG
    return end

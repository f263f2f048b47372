"""Which keys count. Those that the auditor brings, or else those in the archive itself: then the archive vouches for itself only.

A device's key that the auditor did not bring counts all the same when central, whose key he brought, has countersigned the
journal: the journal's first line names the device's key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import EvidenceError
from app.evidence.audit.place import EPOCH_NAME, Eyes, JournalPlace, Layout
from app.evidence.note import COSIGNATURE, PLAIN, Verifier

_NEEDED = "the key in its original spelling (one line: name+hash+key)"


@dataclass
class Trust:
    """given: what the auditor brought; empty = the keys found in the archive are used. central, publisher: keys that may sign as such."""

    given: Sequence[Verifier]
    eyes: Eyes
    central: tuple[Verifier, ...] = ()
    publisher: tuple[Verifier, ...] = ()
    _found: dict[str, Verifier] = field(default_factory=dict)

    def look(self) -> None:
        """Read the key files of the archive."""
        root, findings = self.eyes.place.root, self.eyes.findings
        if self.eyes.place.layout is not Layout.JOURNAL:
            self.central = self._whose(root / "central.vkey", COSIGNATURE, "Central")
            self.publisher = self._whose(root / "publisher.vkey", PLAIN, "The publisher of the study")
            self._devices(root / "devices")
        self.central = self.central or tuple(key for key in self.given if key.kind == COSIGNATURE)
        self.publisher = self.publisher or tuple(key for key in self.given if key.kind == PLAIN)
        if not self.given:
            findings.note(
                "key.own",
                "This check trusts the keys in the archive itself: it shows changes made by anybody who did not hold them",
                needed="the keys from somebody else, passed with --key",
            )

    def device(self, place: JournalPlace, claimed: str) -> Verifier | None:
        """The key that signs a journal's checkpoints, or None when nobody knows it. claimed: what its epoch.new says."""
        filed = self._found.get(place.name)
        try:
            own = Verifier.parse(claimed) if claimed else None
        except EvidenceError:
            own = None
        if filed is not None and own is not None and filed != own:
            self.eyes.findings.broken(
                "key.differs",
                "The journal names another key than the one filed for this device",
                file=f"devices/{place.name}.vkey",
                needed="the key that the device showed when it was enrolled",
            )
        return filed or own

    def known(self, key: Verifier) -> bool:
        """The auditor brought this key, or brought none at all."""
        return not self.given or key in self.given

    def impostor(self, key: Verifier) -> bool:
        """The auditor brought another key under this name."""
        return any(each.name == key.name and each != key for each in self.given)

    def _whose(self, path: Path, kind: int, who: str) -> tuple[Verifier, ...]:
        """The key in a file of the archive's root, as far as it may be used."""
        found = self._read(path)
        given = tuple(key for key in self.given if key.kind == kind)
        if found is None:
            return ()
        if found.kind != kind:
            self.eyes.findings.broken(
                "key.kind", "This key is of the wrong kind for this file", file=path.name, needed=_NEEDED
            )
            return ()
        if kind == COSIGNATURE and given and found not in given:
            self.eyes.findings.broken(
                "key.differs", f"{who}'s key here is not the one that you gave", file=path.name
            )
            return given
        if self.given and not given:
            self.eyes.findings.note(
                "key.own",
                f"{who}'s key was taken from the archive itself",
                file=path.name,
                needed="that key, passed with --key",
            )
        return (found, *(key for key in given if key != found)) if not given or found in given else given

    def _devices(self, folder: Path) -> None:
        for path in self.eyes.files(folder):
            name = path.name.removesuffix(".vkey")
            if path.name == name or not EPOCH_NAME.fullmatch(name):
                self.eyes.findings.note(
                    "file.foreign",
                    "This file does not belong here; it was not looked at",
                    file=self.eyes.name(path),
                )
            elif (key := self._read(path)) is not None:
                self._found[name] = key
                self._expect(name, path)

    def _expect(self, name: str, path: Path) -> None:
        if all(place.name != name for place in self.eyes.place.journals):
            self.eyes.findings.missing(
                "epoch.absent",
                "This device is enrolled, but its journal is not here",
                file=self.eyes.name(path),
                needed=f"journals/{name}; if the device was never used, say so",
            )

    def _read(self, path: Path) -> Verifier | None:
        if not self.eyes.plain(path):
            return None
        data = self.eyes.small(path)
        if data is None:
            return None
        self.eyes.passed(len(data))
        try:
            key = Verifier.parse(data.decode("utf-8"))
            if data in (key.vkey.encode(), key.vkey.encode() + b"\n"):
                return key
        except (EvidenceError, UnicodeError):
            pass
        self.eyes.findings.broken(
            "key.altered",
            "This is not a key file as it was written",
            file=self.eyes.name(path),
            needed=_NEEDED,
        )
        return None

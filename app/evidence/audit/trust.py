"""Which keys count. Those that the auditor brings, or else those in the archive itself: then the archive vouches for itself only.

A device's key that the auditor did not bring counts all the same when central, whose key he brought, has countersigned the
journal: the journal's first line names the device's key.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import EvidenceError
from app.evidence.audit.place import EPOCH_NAME, Eyes, JournalPlace, Layout
from app.evidence.note import COSIGNATURE, PLAIN, Verifier

_OTHERS = re.compile(r"fangxin/[0-9a-f]{8}/[0-9]+|.*/log")
"""Names of devices and of central's log: such a key is neither central's nor a publisher's."""
_BROUGHT = "the key that you gave, in its place"
_WHOSE = {COSIGNATURE: "Central's", PLAIN: "The publisher's"}


@dataclass
class Trust:
    """given: what the auditor brought; empty: the keys found in the archive are used. After look(), central and publisher: keys that
    may sign as such; filed: the archive has a publisher's key, so an unsigned study is no longer only unchecked."""

    given: Sequence[Verifier]
    eyes: Eyes
    central: tuple[Verifier, ...] = ()
    publisher: tuple[Verifier, ...] = ()
    filed: bool = False
    _devices: dict[str, Verifier] = field(default_factory=dict)

    def look(self) -> None:
        """Read the key files of the archive."""
        place = self.eyes.place
        own = None if place.layout is Layout.JOURNAL else place.root
        self.central = self._whose(own and own / "central.vkey", COSIGNATURE)
        self.publisher = self._whose(own and own / "publisher.vkey", PLAIN)
        if own is not None:
            self.filed = (own / "publisher.vkey").exists()
            self._enrolled(own / "devices")
        if not self.given:
            what = "This check trusts the keys in the archive itself, so it cannot show what whoever holds those keys has changed"
            self.eyes.findings.note("key.own", what, needed="the keys from somebody else: pass --key")

    def device(self, place: JournalPlace, claimed: str) -> Verifier | None:
        """The key that signs a journal's checkpoints, or None when nobody names it. claimed: the one in its first line."""
        filed = self._devices.get(place.name)
        try:
            own = self.eyes.suite.verifier(claimed) if claimed else None
        except EvidenceError:
            own = None
        if filed is not None and own is not None and filed != own:
            what = "The journal names another key than the one that was filed when this device was enrolled"
            at = self.eyes.at(self.eyes.place.root / "devices" / f"{place.name}.vkey")
            self.eyes.findings.broken("key.differs", what, at, needed="the key that the device showed then")
        if (
            filed is None
            and own is not None
            and self.eyes.place.layout is Layout.ARCHIVE
            and own not in self.given
        ):
            what = "The key that was filed when this device was enrolled is not here; its journal only names one itself"
            self.eyes.findings.missing(
                "key.absent", what, self.eyes.at(place.lines), needed=f"devices/{place.name}.vkey"
            )
        return filed or own

    def of_log(self) -> tuple[Verifier, ...]:
        """Keys under which central's own log may be signed: the auditor's, or the one in the archive if he brought none of that name."""
        path = self.eyes.place.root / "log.vkey"
        found = self._read(path) if self.eyes.place.layout is Layout.ARCHIVE else None
        # a log whose key was taken away is still judged by the one that the auditor brought
        named = tuple(
            key
            for key in self.given
            if key.kind == PLAIN and (key.name == found.name if found else key.name.endswith("/log"))
        )
        if found is not None and named and found not in named:
            what = "The key of central's log here is not the one that you gave"
            self.eyes.findings.broken("key.differs", what, self.eyes.at(path), needed=_BROUGHT)
        return named or ((found,) if found is not None else ())

    def known(self, key: Verifier) -> bool:
        """The auditor brought this key, or brought none at all."""
        return not self.given or key in self.given

    def impostor(self, key: Verifier) -> bool:
        """The auditor brought another key under this name."""
        return any(each.name == key.name and each != key for each in self.given)

    def _whose(self, path: Path | None, kind: int) -> tuple[Verifier, ...]:
        """Keys of this kind that may be used: the auditor's, and the one in a file of the archive if he brought none of the kind."""
        # who brought a device's key and no publisher's must not be told that the study was altered
        given = tuple(key for key in self.given if key.kind == kind and not _OTHERS.fullmatch(key.name))
        found = self._read(path) if path is not None else None
        if path is None or found is None:
            return given
        if found.kind != kind:
            self._altered(path)
            return given
        if not given:
            if self.given:
                self.eyes.findings.note(
                    "key.own",
                    "This key was taken from the archive itself",
                    self.eyes.at(path),
                    needed="that key: pass --key",
                )
            return (found,)
        rivals = given if kind == COSIGNATURE else [key for key in given if key.name == found.name]
        if rivals and found not in given:
            what = f"{_WHOSE[kind]} key here is not the one that you gave"
            self.eyes.findings.broken("key.differs", what, self.eyes.at(path), needed=_BROUGHT)
        return given

    def _enrolled(self, folder: Path) -> None:
        journals = {place.name for place in self.eyes.place.journals}
        for path in self.eyes.files(folder):
            name = path.name.removesuffix(".vkey")
            if path.name == name or not EPOCH_NAME.fullmatch(name):
                self.eyes.foreign(path)
                continue
            key = self._read(path)
            if key is not None:
                self._devices[name] = key
            if name not in journals:
                what = "This device is enrolled, but nothing that it wrote is here"
                self.eyes.findings.missing(
                    "epoch.absent",
                    what,
                    self.eyes.at(path),
                    needed=f"journals/{name}, once the device has synced",
                )

    def _read(self, path: Path) -> Verifier | None:
        data = self.eyes.small(path) if self.eyes.plain(path) else None
        if data is None:
            return None
        try:
            key = self.eyes.suite.verifier(data.decode("utf-8"))
            if data in (key.vkey.encode(), key.vkey.encode() + b"\n"):
                return key
        except (EvidenceError, UnicodeError):
            pass
        self._altered(path)
        return None

    def _altered(self, path: Path) -> None:
        what = "This is not a key as it was written"
        self.eyes.findings.broken(
            "key.altered", what, self.eyes.at(path), needed="the key: one line, name+hash+key"
        )

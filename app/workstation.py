"""One workstation put together on its data folder: keys, store, study, journal."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app import __version__
from app.canonical import Value, decode, encode
from app.clock import Clock, Entropy
from app.errors import EvidenceError, StudyError, UsageError
from app.evidence.durable import make_folder, storage_errors, sync_folder, write_file
from app.evidence.journal import Journal
from app.evidence.keys import DeviceKeys, choose_keystore
from app.evidence.note import Signer, Verifier
from app.evidence.suite import suite_of, verifier_of
from app.ledger import Ledger
from app.shift_log import Dialled
from app.store import Store
from app.study.bundle import open_bundle
from app.study.model import Study
from app.sync.renewal import RENEW, Reason, Succession

_PUBLISHER = "study.publisher"
_PACKAGE = "study.package"
_VERSION = "study.version"
_BEGUN = "journal.begun."
STORE = "store.db"
"""The encrypted memory in a data folder."""


@dataclass(frozen=True)
class Workstation:
    """An open data folder. keys: this device's; store: its encrypted memory; hint: what IT must know about the keystore, "" if nothing."""

    folder: Path
    keys: DeviceKeys
    store: Store
    clock: Clock
    entropy: Entropy
    hint: str = ""

    @property
    def name(self) -> str:
        """How requests and archive folders call this device epoch."""
        return f"{self.keys.device}.{self.keys.epoch}"

    @property
    def publisher(self) -> Verifier:
        """Whoever signed the installed study. Only while one is installed."""
        return verifier_of(self.store.setting(_PUBLISHER))

    def install_study(self, package: bytes, publisher: Verifier) -> Study:
        """Take a study package in and trust its publisher from now on. Raises StudyError when it is unsigned, altered, expired or older
        than the installed one."""
        with storage_errors(self.folder):
            make_folder(self.folder / "study")
            incoming = self.folder / "study" / f"incoming-{secrets.token_hex(4)}.study"
            write_file(incoming, package)
        try:
            study = open_bundle(
                incoming,
                trusted=[publisher],
                now=self.clock.wall(),
                installed=int(self.store.setting(_VERSION, "0")),
            )
            place = incoming.with_name(f"{study.id}-{study.version}.study")
            with storage_errors(place):
                incoming.replace(place)
                sync_folder(place.parent)  # before the store names it
        finally:
            incoming.unlink(missing_ok=True)
        self.store.set_setting(_PUBLISHER, publisher.vkey)
        self.store.set_setting(_PACKAGE, place.name)
        self.store.set_setting(_VERSION, str(study.version))
        return study

    def study(self, *, calling: bool = True) -> Study | None:
        """The installed study, checked again; None when there is none yet. calling: False to hand in what was done: that may come after
        the study's end, or on a day when the clock is wrong."""
        name = self.store.setting(_PACKAGE)
        if not name:
            return None
        path = self.folder / "study" / name
        if not path.exists():
            raise StudyError("The installed study package is gone", where=str(path), todo="Install it again.")
        trusted: Sequence[Verifier] = [self.publisher]
        now = self.clock.wall() if calling else 0
        return open_bundle(path, trusted=trusted, now=now, installed=int(self.store.setting(_VERSION, "0")))

    def installed(self, *, calling: bool = True) -> Study:
        """study(), where there must be one. Raises UsageError when there is none yet."""
        study = self.study(calling=calling)
        if study is None:
            raise UsageError("No study is installed here yet", todo="Run `fangxin sync enrol` first.")
        return study

    def open_ledger(self, study: Study, *, rehearsal: bool) -> Ledger:
        """The written record of this device epoch. Raises StorageError when another Fangxin has it open, EvidenceError when it does not
        hold or is shorter than it was."""
        folder = self.folder / "journals" / str(self.keys.epoch)
        dialled: dict[str, Dialled] = {}

        def heard(line: Mapping[str, Value]) -> None:
            if line["type"] == "dial.start":
                dialled[line["call"]] = Dialled(line["case"], line["wall"])

        origin = self.keys.origin(study.id)
        signer = replace(self.keys.signer, means=suite_of(study.suite).means)
        journal = Journal.open(folder, origin, signer, self.clock, rehearsal=rehearsal, heard=heard)
        try:
            self._as_remembered(journal)
            if journal.size == 0:
                self._begin(journal, signer)
            elif journal.torn:  # nothing is repaired without a word
                journal.append("io.error", where="journal", code=f"torn line, {journal.torn} bytes")
            self.store.set_setting(f"{_BEGUN}{origin}", "1")
            return Ledger(
                self.folder,
                self.store,
                journal,
                study,
                self.clock,
                self.entropy,
                dialled,
                rehearsal=rehearsal,
            )
        except BaseException:
            journal.close()
            raise

    def _as_remembered(self, journal: Journal) -> None:
        """The store remembers that this journal was begun, and how many lines central has signed for: fewer are no beginning but a loss,
        and to go on from there would make a second history. EvidenceError then."""
        receipt = self.store.last_receipt(journal.origin)
        signed = receipt.size if receipt else 0
        if journal.size < signed or (not journal.size and self.store.setting(f"{_BEGUN}{journal.origin}")):
            known = f"central has signed for {signed}" if signed else "it was begun before"
            what = f"The journal of this workstation has {journal.size} lines here, but {known}: it was removed, or an older copy restored"
            raise EvidenceError(what, where=str(journal.path), todo=RENEW)

    def _begin(self, journal: Journal, signer: Signer) -> None:
        journal.append(
            "epoch.new",
            device=self.keys.device,
            epoch=self.keys.epoch,
            vkey=signer.vkey,
            keystore=self.keys.keystore_kind,
            app=__version__,
            **self._succeeds(),
        )
        journal.checkpoint()

    def renew(self, succession: Succession) -> "Workstation":
        """Begin the next epoch; this object must not be used any more. Its journal is opened with open_ledger(), once it is enrolled."""
        following = self.keys.epoch + 1
        # Before the key: a crash between the two leaves the old epoch at work, never a new one that does not say why.
        self.store.set_setting(f"epoch.{following}", encode(succession.fields).decode())
        keys = DeviceKeys.new_epoch(self.folder, choose_keystore(self.folder))
        return replace(self, keys=keys)

    def unfinished(self) -> list[DeviceKeys]:
        """The keys of earlier epochs whose journals may still be handed in, oldest first. Not those that central would refuse: what a
        restored or forked journal says beyond its last receipt contradicts what central has."""
        found = []
        for epoch in range(1, self.keys.epoch):
            text = self.store.setting(f"epoch.{epoch + 1}")
            if text and decode(text.encode()).get("reason") not in (Reason.RESTORED, Reason.FORKED):
                found.append(DeviceKeys.earlier(self.folder, choose_keystore(self.folder), epoch))
        return found

    def _succeeds(self) -> dict[str, Value]:
        text = self.store.setting(f"epoch.{self.keys.epoch}")
        return decode(text.encode()) if text else {}


def open_workstation(folder: Path, clock: Clock, entropy: Entropy) -> Workstation:
    """Open a data folder, or make it. Raises StorageError in plain words when it cannot be written."""
    with storage_errors(folder):
        make_folder(folder)
    keystore = choose_keystore(folder)
    keys = DeviceKeys.load_or_create(folder, keystore, entropy)
    store = Store.open(folder / STORE, keys.store_key)
    return Workstation(folder, keys, store, clock, entropy, keystore.hint)

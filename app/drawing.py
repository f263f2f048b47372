"""A draw from its commitment to its sample, in a folder of the centre: what is frozen, what is published, what is secret.

    commit    secret.hex (mode 600), bundle.json; dnc.hashes, the do-not-call list as it stood; "draw.commit" in the signed journal; to
              print and sign before the dice: paper.txt and audit_draw.html, the auditors' script on one page, beside them as audit_draw.py
    draw      record.json (publishable), sample.csv (mode 600), beacon.txt of a draw by a drand round; "draw.made" in the journal
    audit     recomputes all of it; resources/audit_draw.py does the same without any code of ours

Every commitment ever made stays in the journal: who draws again shows it. The secret is destroyed together with the numbers.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from app.canonical import Value, decode, hexdigest
from app.centre_journal import DRAWS, centre_journal, journal_signer
from app.clock import Clock, Entropy
from app.draw_files import bundle_bytes, read_bundle, read_record, read_secret
from app.errors import EvidenceError, StorageError, StudyError, UsageError
from app.evidence.age import Identity
from app.evidence.durable import make_folder, storage_errors, write_file
from app.evidence.journal import Journal
from app.evidence.note import Signer
from app.sample.case import Case
from app.sample.draw import (
    Bundle,
    DrawRecord,
    cases,
    commitment,
    draw,
    draw_key,
    exclusion_digest,
    in_order,
    record,
    stage_one,
)
from app.sample.frame import Drawable
from app.sample.paper import paper, script, script_page
from app.sample.source import DICE, follows, keep, kept, named, taken

SECRET, BUNDLE, PAPER, RECORD, SAMPLE = "secret.hex", "bundle.json", "paper.txt", "record.json", "sample.csv"
DNC = "dnc.hashes"
SCRIPT, SCRIPT_PAGE = "audit_draw.py", "audit_draw.html"


@dataclass(frozen=True, slots=True)
class Checked:
    """One statement of an audit, and whether it holds."""

    what: str
    holds: bool


@dataclass(frozen=True)
class DrawRoom:
    """folder: of this study's draws, one subfolder each, with the journal beside them. signer: the centre's."""

    folder: Path
    study: str
    signer: Signer
    clock: Clock
    entropy: Entropy

    def commit(
        self,
        name: str,
        bundle: Bundle,
        secret: bytes,
        tables: Sequence[Mapping[str, Value]] = (),
        beacon: str = "",
        dnc: Collection[str] = (),
    ) -> str:
        """Freeze a design and commit to a secret before the public randomness is known. name: of the draw's subfolder. tables: where the
        frame comes from (records.read_records), for the paper and the journal. beacon: the drand round that will be taken, "" = dice.
        dnc: hashes of the do-not-call list as it stands now. Returns C. Raises StorageError when there is such a draw already."""
        place = self.folder / name
        if place.exists():
            raise StorageError(
                "There is a draw of this name already", where=str(place), todo="Choose another name."
            )
        committed = commitment(secret)
        source = named(beacon, name)
        with self._journal() as journal:
            journal.append(
                "draw.commit",
                commitment=committed,
                bundle=bundle.digest,
                **{field: getattr(bundle, field) for field in ("n", "replicate", "frame")},
                script=hexdigest(script()),
                source=source,
                tables=[{key: table[key] for key in ("table", "date", "sha256")} for table in tables],
            )
            journal.checkpoint()
        with storage_errors(place):
            make_folder(place)
            write_file(place / SECRET, f"{secret.hex()}\n".encode())
            write_file(place / BUNDLE, bundle_bytes(bundle) + b"\n")
            printed = paper(self.study, bundle, committed, self.signer.vkey, tables, beacon)
            write_file(place / PAPER, printed.encode())
            write_file(place / DNC, "".join(f"{each}\n" for each in sorted(dnc)).encode())
            write_file(place / SCRIPT, page := script())
            write_file(place / SCRIPT_PAGE, script_page(page.decode()).encode())
        return committed

    def draw(
        self,
        name: str,
        frame: Drawable,
        randomness: str,
        excluded: Iterable[str] = (),
        secret: bytes | None = None,
    ) -> int:
        """Draw with the public randomness: the dice, or the signature of the round that was named. secret: None = as it lies in the folder.
        Returns how many numbers.

        Raises StudyError when the frame or the exclusions are not those that were frozen, or the draw was made already: a second one needs
        a commitment of its own."""
        place = self.folder / name
        secret, bundle, barred = secret or self.secret(name), self.bundle(name), frozenset(excluded)
        if frame.digest != bundle.frame:
            raise StudyError("This frame is not the one that was frozen in the bundle", where=name)
        if exclusion_digest(secret, barred) != bundle.exclusions:
            raise StudyError("The do-not-call list is not the one that was frozen in the bundle", where=name)
        if (place / RECORD).exists():
            raise StudyError(
                "This draw was made already",
                where=name,
                todo="Commit to a new secret to draw again; both stay in the journal.",
            )
        source = self.source(name, secret)
        randomness, signature = taken(source, randomness, name), randomness
        key = draw_key(secret, randomness, bundle.digest)
        first = stage_one(frame, key, bundle.segments)
        drawn = draw(first, key, bundle.n, barred)
        made = record(secret, randomness, bundle, first, drawn)
        keep(place, source, signature)  # before the journal, which says that the draw is made
        with self._journal() as journal:
            journal.append("draw.made", **asdict(made))
            journal.checkpoint()
        with storage_errors(place):
            write_file(place / SAMPLE, sample_csv(key, [d.number for d in drawn], bundle.replicate))
            write_file(place / RECORD, made.to_bytes() + b"\n")
        return len(drawn)

    def audit(self, name: str, frame: Drawable, secret: bytes, excluded: Iterable[str] = ()) -> list[Checked]:
        """Recompute a draw. secret: as shown to the sworn auditors."""
        place, bundle, barred = self.folder / name, self.bundle(name), frozenset(excluded)
        published = self.published(name)
        with storage_errors(place / SAMPLE):
            sample = (place / SAMPLE).read_bytes()
        key = draw_key(secret, published.randomness, bundle.digest)
        first = stage_one(frame, key, bundle.segments)
        drawn = draw(first, key, bundle.n, barred)
        again = record(secret, published.randomness, bundle, first, drawn)
        with self._journal() as journal:
            known = [line["commitment"] for line in commitments(journal.path)]
        return [
            *self._beacon_holds(name, secret, published.randomness),
            Checked(
                "the secret is the one that was committed to", commitment(secret) == published.commitment
            ),
            Checked("the bundle is the one that was frozen", bundle.digest == published.bundle),
            Checked("the frame is the one in the bundle", frame.digest == bundle.frame),
            Checked(
                "the do-not-call list is the one in the bundle",
                exclusion_digest(secret, barred) == bundle.exclusions,
            ),
            Checked("what was published follows from secret and dice", again == published),
            Checked(
                "numbers, tickets and replicates are the drawn ones",
                sample == sample_csv(key, [d.number for d in drawn], bundle.replicate),
            ),
            Checked("the commitment stands in the journal", published.commitment in known),
        ]

    def source(self, name: str, secret: bytes) -> str:
        """Where the public randomness of a draw comes from, as it was named at the commitment: "dice", or "quicknet NUMBER". Raises
        EvidenceError when the journal knows no commitment to this secret."""
        with self._journal() as journal:
            known = [line for line in commitments(journal.path) if line["commitment"] == commitment(secret)]
        if not known:
            what = "The journal knows no commitment to this secret"
            raise EvidenceError(what, where=str(self.folder / "journal" / name))
        return known[0].get("source", DICE)

    def randomness(self, name: str) -> str:
        """B of a draw that was made."""
        return self.published(name).randomness

    def published(self, name: str) -> DrawRecord:
        """What was published of a draw that was made. Raises StorageError or StudyError."""
        return read_record(self.folder / name / RECORD)

    def _beacon_holds(self, name: str, secret: bytes, randomness: str) -> list[Checked]:
        """Of a draw by a beacon: its round's signature, once more. A commitment that is not there is said by another check."""
        with suppress(EvidenceError):
            if (source := self.source(name, secret)) != DICE:
                what = "the drand round is the one that was named, and signed by the beacon"
                return [Checked(what, follows(source, kept(self.folder / name), randomness))]
        return []

    def release(self, name: str, replicate: int, frame: Drawable) -> list[Case]:
        """The cases of one replicate, whole and in ticket order; the same cases again when it is asked again. It stands in the journal.
        Raises StudyError when the draw has no such replicate."""
        place, bundle, randomness = self.folder / name, self.bundle(name), self.randomness(name)
        with storage_errors(place / SAMPLE):
            rows = list(csv.DictReader(io.StringIO((place / SAMPLE).read_text(encoding="utf-8"))))
        chosen = [row["number"] for row in rows if row["replicate"] == str(replicate)]
        if not chosen:
            raise StudyError(f"This draw has no replicate {replicate}", where=name)
        with self._journal() as journal:
            journal.append("replicate.release", bundle=bundle.digest, replicate=replicate, cases=len(chosen))
            journal.checkpoint()
        key = draw_key(self.secret(name), randomness, bundle.digest)
        return list(cases(frame, key, chosen))

    def room_key(self, *, new: bool = False) -> Identity:
        """The key that the room's desks share: numbers in the pool are sealed for it. new: make it the first time. Raises StorageError."""
        path = self.folder / "room.key"
        if new and not path.exists():
            with storage_errors(path):
                make_folder(self.folder)
                write_file(path, f"{Identity.generate(self.entropy).export()}\n".encode())
        with storage_errors(path):
            return Identity.parse(path.read_text(encoding="ascii").strip())

    def dnc(self, name: str) -> frozenset[str]:
        """Hashes of the do-not-call list as it stood at the commitment."""
        path = self.folder / name / DNC
        with storage_errors(path):
            return frozenset(path.read_text(encoding="ascii").split()) if path.exists() else frozenset()

    def secret(self, name: str) -> bytes:
        """S of a draw. Raises StorageError when it is not there (destroyed, or a wrong name)."""
        return read_secret(self.folder / name / SECRET)

    def bundle(self, name: str) -> Bundle:
        """What was frozen. Raises StudyError when the file is not a bundle."""
        return read_bundle(self.folder / name / BUNDLE)

    def _journal(self) -> AbstractContextManager[Journal]:
        return centre_journal(self.folder / "journal", self.study, self.signer, self.clock)


def draws_signer(publisher: Signer) -> Signer:
    """The key of the draws' journal."""
    return journal_signer(publisher, DRAWS)


def commitments(journal: Path) -> list[dict[str, str]]:
    """The commitments of a draw journal, oldest first."""
    with storage_errors(journal):
        lines = [decode(line) for line in journal.read_bytes().splitlines()]
    return [line for line in lines if line["type"] == "draw.commit"]


def sample_csv(key: bytes, numbers: Sequence[str], size: int) -> bytes:
    """number, ticket, replicate (from 1), in ticket order."""
    made = bytearray(b"number,ticket,replicate\n")
    for at, line in enumerate(in_order(key, numbers)):
        ticket, _, number = line.partition(" ")
        made += f"{number},{ticket},{at // size + 1}\n".encode()
    return bytes(made)


def check_design(name: str, n: int, replicate: int) -> None:
    """Raises UsageError on a name that is no folder's; StudyError on a replicate outside 250–500, for draws that have more than one."""
    if not re.fullmatch(r"[\w-][\w.-]{0,63}", name):
        raise UsageError(f'"{name}" is no name of a draw', todo="Letters, digits, - and _, as wave1.")
    if n > replicate and not 250 <= replicate <= 500:
        raise StudyError(f"A replicate has 250 to 500 numbers, not {replicate}")


def check_frame(numbers: Drawable, bundle: Bundle) -> None:
    """Raises StudyError when the frame has not as much as is to be drawn: said before it is promised, not after the dice."""
    first = stage_one(
        numbers, bytes(32), bundle.segments
    )  # any key: raises when there are not so many segments
    if bundle.n > len(first):
        todo = "Draw fewer, or enlarge the frame."
        raise StudyError(f"{bundle.n} numbers cannot be drawn out of {len(first)}", todo=todo)

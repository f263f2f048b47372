"""A list of people checked and written clean, with the room's own key for repeats, so that lists of two waves can be compared."""

import csv
from pathlib import Path

from app.clock import Entropy
from app.errors import StudyError
from app.sample.listing import Report, read_listing

_KEY = "list.key"


def clean(table: Path, room: Path, out: Path, entropy: Entropy) -> Report:
    """Write the list without repeats; nothing when a row is wrong. room: folder of the study's draws, where the key lies. Raises
    StudyError when `out` is there already or the table is none."""
    if out.exists():
        raise StudyError("This file is there already", where=str(out), todo="Name another with --out.")
    listing, report = read_listing(table, _key(room, entropy))
    if not report.bad_in_all:
        with out.open("x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("number", "unit"))
            for at, number in enumerate(listing):
                writer.writerow((number, listing.codes[int(listing.unit[at])]))
        out.chmod(0o600)
    return report


def _key(room: Path, entropy: Entropy) -> bytes:
    path = room / _KEY
    if not path.exists():
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(entropy(32).hex() + "\n", encoding="ascii")
    return bytes.fromhex(path.read_text(encoding="ascii"))

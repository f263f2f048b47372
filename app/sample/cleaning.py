"""A list of people checked and written clean, with the room's own key for repeats, so that lists of two waves can be compared."""

import csv
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from app.clock import Entropy
from app.errors import StorageError, StudyError
from app.evidence.durable import make_folder, new_file, storage_errors, write_file
from app.sample.listing import Listing, Marks, Report, marks_of, read_listing
from app.sample.reading import Heard, unheard

_KEY = "list.key"
_HASHES = ".hashes"


def clean(
    table: Path,
    room: Path,
    out: Path,
    entropy: Entropy,
    *,
    without: Sequence[Path] = (),
    heard: Heard = unheard,
) -> Report:
    """Write the list without repeats, and beside it its keyed hashes (out.hashes); nothing when a row is wrong or it is stopped. room:
    folder of the study's draws, where the key lies. without: hashes of earlier lists, whose numbers are left out.

    Raises StudyError when the table is none, StorageError when `out` is there already."""
    if out.exists():
        raise StorageError("This file is there already", where=str(out), todo="Name another with --out.")
    with storage_errors(room / _KEY):
        key = _key(room, entropy)
    earlier = np.concatenate([_hashes(path) for path in without]) if without else None
    listing, report = read_listing(table, key, earlier, heard)
    if not report.bad_in_all:
        _write(listing, key, out)
    return report


def _write(listing: Listing, key: bytes, out: Path) -> None:
    hashes = out.with_name(out.name + _HASHES)
    with storage_errors(out), new_file(out) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("number", "unit"))
        writer.writerows(
            (number, listing.codes[at]) for number, at in zip(listing, listing.unit, strict=True)
        )
        with suppress(FileNotFoundError):
            hashes.unlink()  # left by a list that was taken away since
        with new_file(hashes) as beside:
            beside.writelines(f"{mark:016x}\n" for mark in marks_of(listing, key))


def _hashes(path: Path) -> Marks:
    with storage_errors(path):
        lines = path.read_bytes().split()
    try:
        return np.fromiter((int(line, 16) for line in lines), np.uint64, len(lines))
    except (ValueError, OverflowError) as error:
        todo = "`fangxin sample list` writes them beside a clean list."
        raise StudyError("These are no hashes of a list", where=str(path), todo=todo) from error


def _key(room: Path, entropy: Entropy) -> bytes:
    path = room / _KEY
    if not path.exists():
        make_folder(room)
        write_file(path, f"{entropy(32).hex()}\n".encode())
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii", errors="replace"))
    except ValueError:
        key = b""
    if len(key) != 32:  # an empty key would do, and hashes under it are anybody's
        todo = "Restore it, or delete it: hashes of earlier lists are then of no use."
        raise StudyError("The key of this room's lists is damaged", where=str(path), todo=todo)
    return key

"""The signed study package: one .study file that workstations take, and nothing else.

A zip (archive.py) whose first member, manifest.note, is a C2SP signed note over
    fangxin-study/v1 ⏎ id ⏎ version ⏎ expiry in ms since 1970 UTC ⏎ suite ⏎ one line "<sha256> <path>" for every other member
Each way in which a package can be wrong has its own sentence, because each calls for somebody else.
"""

import base64
import binascii
import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.canonical import decode, encode
from app.errors import EvidenceError, SealError, StorageError, StudyError
from app.evidence.note import Signer, Verifier, open_note, sign
from app.evidence.suite import S1, Suite, suite_of
from app.study.archive import MOST_BYTES, pack, unpack
from app.study.load import assemble
from app.study.model import Recipients, Study, StudySource

MANIFEST = "manifest.note"
KEYS = "keys.json"
FORMAT = "fangxin-study/v1"
_LINE = re.compile(r"([0-9a-f]{64}) ([A-Za-z0-9._/-]{1,250})")
_NUMBER = re.compile(r"[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What is signed. files: path → SHA-256 (hex)."""

    id: str
    version: int
    expires: int
    suite: Suite
    files: Mapping[str, str]

    @property
    def text(self) -> str:
        lines = [f"{digest} {path}" for path, digest in self.files.items()]
        return "\n".join((FORMAT, self.id, str(self.version), str(self.expires), self.suite.id, *lines, ""))


def build(
    source: StudySource,
    *,
    version: int,
    expires: int,
    recipients: Recipients,
    central_vkey: str,
    witness_vkeys: Sequence[str],
    signer: Signer,
    out: Path,
    suite: Suite = S1,
) -> Path:
    """Write <id>-<version>.study into the folder `out` (or to `out` itself, when it ends in .study). expires: ms since 1970 UTC.

    The same arguments give the same bytes. Raises StudyError, StorageError; an existing file is replaced as a whole or not at all.
    """
    if version < 1 or not recipients.centre:
        raise StudyError(
            "A study package needs a version from 1 up and a recipient at the centre", where=source.id
        )
    keys = {
        "v": 1,
        "centre": list(recipients.centre),
        "lead": list(recipients.lead),
        "contact": list(recipients.contact),
        "central": central_vkey,
        "witnesses": list(witness_vkeys),
    }
    members = dict(sorted({**source.files, KEYS: encode(keys)}.items()))
    digests = {path: suite.means.hexdigest(data) for path, data in members.items()}
    note = sign(_Manifest(source.id, version, expires, suite, digests).text, signer)
    path = out if out.suffix == ".study" else out / f"{source.id}-{version}.study"
    _write(path, pack({MANIFEST: note.encode(), **members}))
    return path


def open_bundle(path: Path, *, trusted: Sequence[Verifier], now: int, installed: int = 0) -> Study:
    """The study in a package. now: ms since 1970 UTC. installed: version that the workstation has already (0 = none).

    Raises StudyError, one sentence for each: no such file, not a package, not signed, signed by somebody else, list altered, file
    altered, added or missing, expired, older than what is installed, of another suite or format.
    """
    data = _read(path)
    try:
        return _opened(data, trusted, now, installed)
    except StudyError as error:
        place = f"{path.name}, {error.where}" if error.where else path.name
        raise StudyError(error.what, where=place, todo=error.todo) from error


def _opened(data: bytes, trusted: Sequence[Verifier], now: int, installed: int) -> Study:
    members = unpack(data)
    text = _signed_text(members, trusted)
    manifest = _parse(text)
    own = [verifier for verifier in trusted if verifier.means == manifest.suite.means]
    if not own:
        raise StudyError(
            f"This study package names the suite {manifest.suite.id}, but its signature is of another one"
        )
    _signed_text(members, own)
    _check_age(manifest, now, installed)
    files = {name: content for name, content in members.items() if name != MANIFEST}
    _check_files(manifest, files)
    if pack({MANIFEST: members[MANIFEST], **dict(sorted(files.items()))}) != data:
        raise StudyError("This study package has bytes in it that its signer did not put there")
    source = assemble(files)
    if source.id != manifest.id:
        raise StudyError(f"This study package is signed for {manifest.id}, but holds {source.id}")
    design: dict[str, Any] = {each.name: getattr(source, each.name) for each in fields(StudySource)}
    design["version"] = manifest.version
    return Study(
        **design,
        **_keys(files, manifest.suite),
        suite=manifest.suite.id,
        expires=manifest.expires,
        sha256=manifest.suite.means.hexdigest(text.encode()),
    )


def _signed_text(members: Mapping[str, bytes], trusted: Sequence[Verifier]) -> str:
    note = members.get(MANIFEST, b"")
    if next(iter(members), "") != MANIFEST or b"\n\n\xe2\x80\x94 " not in note:
        raise StudyError("This study package is not signed", todo="Ask the centre for the signed package.")
    try:
        return open_note(note, trusted).text
    except EvidenceError as error:
        if _names_one_of(note, trusted):
            raise StudyError(
                "The signature of this study package is false: its list of files was altered after signing"
            ) from error
        raise StudyError(
            "This study package is signed by nobody whom this workstation trusts",
            todo="Ask the centre whether its signing key has changed.",
        ) from error


def _names_one_of(note: bytes, trusted: Sequence[Verifier]) -> bool:
    """Some signature line claims to be by a trusted key (name and key id)."""
    known = {(verifier.name, verifier.key_id) for verifier in trusted}
    for line in note.decode(errors="replace").splitlines():
        mark, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            raw = base64.b64decode(encoded)
        except (binascii.Error, ValueError):
            continue
        if mark == "—" and (name, raw[:4]) in known:
            return True
    return False


def _parse(text: str) -> _Manifest:
    lines = text.removesuffix("\n").split("\n")
    if lines[0] != FORMAT:
        raise StudyError(f"This study package is of another format ({lines[0][:40]})", todo="Update Fangxin.")
    found = [_LINE.fullmatch(line) for line in lines[5:]]
    numbers = len(lines) > 5 and all(_NUMBER.fullmatch(line) for line in lines[2:4])
    if not numbers or not all(found):
        raise StudyError("The signed list of this study package cannot be read", where=MANIFEST)
    suite = suite_of(lines[4])
    files = {each[2]: each[1] for each in found if each}
    return _Manifest(lines[1], int(lines[2]), int(lines[3]), suite, files)


def _check_age(manifest: _Manifest, now: int, installed: int) -> None:
    if now >= manifest.expires:
        day = datetime.fromtimestamp(min(manifest.expires / 1000, 250_000_000_000), UTC).strftime("%Y-%m-%d")
        today = datetime.fromtimestamp(min(max(now, 0) / 1000, 250_000_000_000), UTC).strftime("%Y-%m-%d")
        raise StudyError(
            f"This study package expired on {day}",
            todo=f"This computer's clock says {today}: if that is wrong, set it. Else ask the centre for a new package.",
        )
    if manifest.version < installed:
        raise StudyError(
            f"This study package is version {manifest.version}, older than version {installed} that is installed"
        )


def _check_files(manifest: _Manifest, files: Mapping[str, bytes]) -> None:
    for name, digest in manifest.files.items():
        if name not in files:
            raise StudyError("A file is missing from this study package", where=name)
        if manifest.suite.means.hexdigest(files[name]) != digest:
            raise StudyError("A file in this study package was altered after signing", where=name)
    for name in files:
        if name not in manifest.files:
            raise StudyError("A file was added to this study package after signing", where=name)


def _keys(files: Mapping[str, bytes], suite: Suite) -> dict[str, Any]:
    try:
        keys = decode(files[KEYS])
        recipients = Recipients(tuple(keys["centre"]), tuple(keys["lead"]), tuple(keys["contact"]))
        witnesses, central = tuple(keys["witnesses"]), str(keys.get("central", ""))
        # Now, and not when somebody is about to be called: a key of another suite seals nothing here.
        for text in (*recipients.centre, *recipients.lead, *recipients.contact):
            suite.recipient(text)
        for vkey in (*witnesses, *((central,) if central else ())):
            suite.verifier(vkey)
    except (EvidenceError, SealError, KeyError, TypeError) as error:
        raise StudyError("The keys in this study package cannot be read", where=KEYS) from error
    return {
        "recipients": recipients,
        "central_vkey": central,
        "witness_vkeys": witnesses,
    }


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise StudyError("This study package is far too large", where=path.name)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise StudyError("There is no such study package", where=str(path)) from error
    except OSError as error:
        raise StudyError(f"The study package cannot be read: {error.strerror}", where=str(path)) from error


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise StorageError(
            f"The study package cannot be written: {error.strerror}", where=str(path)
        ) from error

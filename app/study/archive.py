"""A zip file that can be written in one way only: stored, in order, without dates. Equal content gives equal bytes, on any machine.

Reading takes nothing else, so a compressed bomb, a path that leads elsewhere or a hidden second copy has no place in it.
"""

import io
import re
import struct
import zipfile
from collections.abc import Mapping

from app.errors import StudyError

MOST_MEMBERS = 200
MOST_BYTES = 64 << 20
"""Of the package, and of all files in it."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,59}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,59}){0,3}")
_BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    struct.error,
)


def pack(members: Mapping[str, bytes]) -> bytes:
    """The zip file with these members, in this order. Raises StudyError for a name that no package may have."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            _check_name(name)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, data)
    return stream.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The members in their order. Raises StudyError: no zip, too much in it, compressed, a bad name, or bytes that pack() would not
    have written."""
    if len(data) > MOST_BYTES:
        raise StudyError("This study package is far too large")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _check_sizes(infos)
            return {info.filename: _member(archive, info) for info in infos}
    except _BROKEN as error:
        raise StudyError("This is not a study package, or it is damaged") from error


def _check_sizes(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_BYTES:
        raise StudyError("This study package unpacks to far too much")
    seen: set[str] = set()
    for info in infos:
        _check_name(info.filename)
        if info.filename.lower() in seen:
            raise StudyError("Two files in this study package have the same name", where=info.filename)
        seen.add(info.filename.lower())
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise StudyError("This study package is compressed, which none of ours is", where=info.filename)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise StudyError("This file name cannot stand in a study package", where=name[:80])


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(info)
    except zipfile.BadZipFile as error:
        # The zip's own checksum; whoever repairs that too meets the signature.
        raise StudyError("This file in the study package is damaged", where=info.filename) from error

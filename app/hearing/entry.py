"""One recording of the library as a file: what it means and its landmarks, never its sound. resources/docs/formats.md describes it."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.canonical import Value, decode, encode, hexdigest
from app.errors import EvidenceError, StudyError
from app.sample.outcome import Outcome
from hardware.announcements import Library, Reference
from hardware.base import Cause
from hardware.landmarks import Landmarks

FOLDER = "announcements"
"""Where they stand in a study's folder and package."""
LONGEST = 2_000_000
"""Bytes of one file."""

_CAUSES = {cause.value for cause in Cause}


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A recording that a team lead has heard and named. outcome: key of what a call that ends with it comes to."""

    outcome: str
    landmarks: Landmarks

    @property
    def id(self) -> str:
        """Its name: of the landmarks alone, so the same recording has one name everywhere. 16 hex digits."""
        return hexdigest(packed(self.landmarks))[:16]

    @property
    def seconds(self) -> int:
        """How long it is."""
        return int(self.landmarks.frames[-1]) * 16 // 1000 + 1 if len(self.landmarks) else 0

    @property
    def name(self) -> str:
        """Its file's name."""
        return f"{self.outcome}-{self.id}.json"

    def to_bytes(self) -> bytes:
        """The file's content."""
        content: dict[str, Value] = {
            "v": 1,
            "outcome": self.outcome,
            "seconds": self.seconds,
            "landmarks": base64.b64encode(packed(self.landmarks)).decode(),
        }
        return encode(content) + b"\n"


def read_entry(data: bytes, where: str) -> Entry:
    """The recording in a file. Raises StudyError naming it."""
    try:
        content = decode(data.strip())
        if not isinstance(content, dict) or content.get("v") != 1:
            raise StudyError("This is no recording of an announcement, or of a later version", where=where)
        marks = unpacked(base64.b64decode(str(content["landmarks"]), validate=True))
        return Entry(str(content["outcome"]), marks)
    except (EvidenceError, KeyError, ValueError, binascii.Error) as error:
        raise StudyError("This recording of an announcement cannot be read", where=where) from error


def entries(files: Mapping[str, bytes]) -> list[Entry]:
    """The recordings among a study's files. Raises StudyError: for whoever signs it."""
    return [read_entry(data, name) for name, data in sorted(files.items()) if name.startswith(f"{FOLDER}/")]


def readable(files: Mapping[str, bytes]) -> list[Entry]:
    """The same, without what cannot be read: a desk must dial whatever its library looks like."""
    found = []
    for name, data in sorted(files.items()):
        with suppress(StudyError):
            found += entries({name: data})
    return found


def known_in(folder: Path) -> list[Entry]:
    """The recordings in a folder that can be read."""
    files = {}
    for path in sorted(folder.glob("*.json")):
        with suppress(OSError):
            if path.stat().st_size <= LONGEST:
                files[f"{FOLDER}/{path.name}"] = path.read_bytes()
    return readable(files)


def library(known: Iterable[Entry], outcomes: Mapping[str, Outcome]) -> Library:
    """What the line worker listens with. An outcome that is none (any more) is left out."""
    references = [
        Reference(each.outcome, _cause(outcomes[each.outcome]), each.landmarks)
        for each in known
        if each.outcome in outcomes
    ]
    return Library(references)


def packed(landmarks: Landmarks) -> bytes:
    """Per landmark its hash and its frame, four and two bytes little-endian."""
    rows = np.zeros(len(landmarks), [("hash", "<u4"), ("frame", "<u2")])
    rows["hash"], rows["frame"] = landmarks.hashes, landmarks.frames
    return rows.tobytes()


def unpacked(data: bytes) -> Landmarks:
    """The landmarks again. Raises ValueError for what packed() cannot have written."""
    rows = np.frombuffer(data, [("hash", "<u4"), ("frame", "<u2")])
    lines = rows["hash"] >> 13
    if (
        not len(rows)
        or lines.max() > 256
        or rows["frame"].max() > 2500
        or (np.diff(rows["frame"].astype(int)) < 0).any()
    ):
        raise ValueError("not landmarks")
    return Landmarks(rows["hash"].astype(np.uint32), rows["frame"].astype(np.int32))


def _cause(outcome: Outcome) -> Cause:
    return next((Cause(cause) for cause in outcome.causes if cause in _CAUSES), Cause.UNKNOWN)

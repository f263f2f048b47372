"""What the line and the recording of a call come to, as it is written into the journal while the call runs."""

import os
from dataclasses import asdict
from errno import errorcode
from functools import partial
from pathlib import Path

from app.canonical import Value
from app.errors import FangxinError
from app.evidence.durable import storage_errors
from app.evidence.recording import Closed, Mark, remains_of, tail_of
from app.line.contract import Coverage
from app.shift_log import ShiftLog

CHECKPOINT_EVERY = 50_000
"""ms after which the next mark of a running recording is followed by a checkpoint. Marks come every ten seconds, so that no minute
of a call is without one: what is not under a signature that went out, whoever holds the key can still rewrite."""


class SoundLog(ShiftLog):
    """Every method raises StorageError when the disk does not take it."""

    def recording_path(self, call: str) -> Path:
        """Where the recording of a call lies."""
        return self.folder / "recordings" / f"{call}.age"

    def line(self, call: str, state: str, at: int, source: str = "") -> None:
        """The line went into a state ("dialing", "alerting", "answered")."""
        self.journal.append("line", call=call, state=state, at=at, source=source)

    def marked(self, call: str, mark: Mark) -> None:
        """The running recording has got this far; once a minute that is signed too."""
        self.journal.append("rec.mark", call=call, bytes=mark.bytes, sha256=mark.sha256, samples=mark.samples)
        self.room.spend(partial(self.journal.checkpoint_within, CHECKPOINT_EVERY))

    def gap(self, call: str, at: int, samples: int) -> None:
        """Sound was lost."""
        self.journal.append("rec.gap", call=call, at=at, samples=samples)

    def unheard(self, call: str, side: str, at: int) -> None:
        """A channel ("left", "right") has no signal."""
        self.journal.append("io.error", call=call, where=f"{side} channel", code="no signal", at=at)

    def saved(self, call: str, closed: Closed, coverage: Coverage | None = None) -> None:
        """The recording is closed and due for sending. coverage: None when nobody was on the line."""
        self.store.enqueue(closed.sha256, "recording", self.recording_path(call), closed.bytes)
        self.journal.append(
            "rec.close",
            call=call,
            sha256=closed.sha256,
            payload_sha256=closed.payload_sha256,
            bytes=closed.bytes,
            samples=closed.samples,
            **_covered(coverage),
        )

    def broke_off(self, call: str, error: FangxinError) -> None:
        """The recording cannot go on: what is there is hashed as it is and due for sending."""
        code = error.__cause__.errno if isinstance(error.__cause__, OSError) else None
        with self.journal.group():
            self.journal.append(
                "io.error", call=call, where="recording", code=errorcode.get(code or 0, "unknown")
            )
            self.recovered(call)

    def worker_lost(self, call: str, reason: str) -> None:
        """The line worker died in the middle of this recording: what it left is hashed as it is and due for sending."""
        with self.journal.group():
            self.journal.append("io.error", call=call, where="line worker", code=reason)
            self.recovered(call)

    def recovered(self, call: str) -> None:
        """A recording that was not closed: nothing is added to it (notes/security.md §2.2), it goes to the centre as it is."""
        path = self.recording_path(call)
        if not path.exists():
            return
        self.give_back(call)
        found = remains_of(path, self.suite.means)
        self.store.enqueue(found.age_sha256, "recording-part", found.age, found.age_bytes)
        if found.tail is not None:
            self.store.enqueue(found.tail_sha256, "tail", found.tail, found.tail_bytes)
        self.journal.append(
            "rec.recovered",
            call=call,
            age_sha256=found.age_sha256,
            age_bytes=found.age_bytes,
            tail_sha256=found.tail_sha256,
            tail_bytes=found.tail_bytes,
        )

    def give_back(self, call: str) -> None:
        """The room that was reserved beyond the end of an unclosed recording and its tail. Not a byte of them changes."""
        path = self.recording_path(call)
        for file in (path, tail_of(path)):
            if file.exists():
                with storage_errors(file):
                    os.truncate(file, file.stat().st_size)


def _covered(coverage: Coverage | None) -> dict[str, Value]:
    """The fields of rec.close that say what the recording holds of the conversation."""
    if coverage is None:
        return {}
    fields: dict[str, Value] = {"spoken": coverage.spoken, "covered": 1 if coverage.good else 0}
    for side, counts in (("left", coverage.left), ("right", coverage.right)):
        fields |= {f"{side}_{name}": count for name, count in asdict(counts).items()}
    return fields

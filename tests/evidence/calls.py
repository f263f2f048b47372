"""Calls for the recording tests: some tenths of a second of noise, and one that was never closed."""

from io import BytesIO
from pathlib import Path

from app.clock import seeded
from app.evidence import wav
from app.evidence.age import Identity
from app.evidence.recording import Recorder, plaintext, tail_of

CENTRE = Identity.generate(seeded("centre"))
LEAD = Identity.generate(seeded("lead"))
STRANGER = Identity.generate(seeded("stranger"))
TENTH = 1600
"""Bytes of a tenth of a second of int16."""
SECONDS = 21


def speech(name: str, tenths: int) -> bytes:
    return seeded(name)(tenths * TENTH)


def sealed_sound(tenths: int) -> bytes:
    """What the age file must hold after so many tenths of a second."""
    return wav.header() + wav.interleave(speech("interviewer", tenths), speech("respondent", tenths))


def begin(folder: Path, call: str = "c1", reserve: int = 60) -> Recorder:
    recipients = [CENTRE.recipient, LEAD.recipient]
    return Recorder(folder / f"{call}.age", call, recipients, seeded(call), reserve_seconds=reserve)


def talk(recorder: Recorder, start: int, end: int) -> None:
    """Tenths of a second from start to end."""
    left, right = speech("interviewer", end), speech("respondent", end)
    for tenth in range(start, end):
        at = tenth * TENTH
        recorder.write(left[at : at + TENTH], right[at : at + TENTH])


class Crashed:
    """A call that was never closed: what lay on the disk, and for each acknowledged second how long the files were then."""

    def __init__(self, folder: Path) -> None:
        recorder = begin(folder)
        age, tail = recorder.path, tail_of(recorder.path)
        self.acknowledged = [(age.stat().st_size, tail.stat().st_size)]
        for tenth in range(SECONDS * 10 + 4):
            talk(recorder, tenth, tenth + 1)
            while len(self.acknowledged) <= recorder.seconds_durable:
                self.acknowledged.append((age.stat().st_size, tail.stat().st_size))
        recorder.abandon()
        self.age, self.tail = age.read_bytes(), tail.read_bytes()

    def recovered(self, age: bytes, tail: bytes | None) -> bytes:
        """What the centre makes of files cut like this."""
        rest = None if tail is None else BytesIO(tail)
        return b"".join(plaintext(BytesIO(age), rest, [CENTRE], "c1"))

    def durable(self, age_size: int, tail_size: int) -> int:
        """Seconds that had been acknowledged when the files were this long."""
        return max(
            n for n, (age, tail) in enumerate(self.acknowledged) if age <= age_size and tail <= tail_size
        )

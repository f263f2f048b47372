"""What a team lead's window looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.progress import Sources
from app.results.field import FieldReport
from app.sample.frame import frame_size
from app.settings import Settings
from app.study.load import load
from app.study.model import StudySource
from ui.lead.look import LookProcess


class Looking(Protocol):
    """Who looks at the field work: ui.lead.look.LookProcess, or a stand-in."""

    def look(self, now: int, tell: Callable[[int, int], None]) -> tuple[StudySource, FieldReport]:
        """The report at `now`, ms wall; blocks. tell: hears (bytes read, bytes to read)."""

    def halt(self, *, for_good: bool = False) -> None:
        """End the running look, from any thread. for_good: no other can begin."""


@dataclass(frozen=True)
class Room:
    """looking: None = no archive is named. study: to design for; None = the archive's. frame: numbers in its frame, 0 = not known."""

    looking: Looking | None = None
    study: StudySource | None = None
    frame: int = 0


def room_of(settings: Settings, archive: Path | None, study: Path | None, draw: Path | None) -> Room:
    """The room as named here or, where it is not, in the settings. Raises StudyError on a study folder that cannot be used."""
    place = archive or (Path(settings.archive) if settings.archive else None)
    drawn = draw or (Path(settings.draw) if settings.draw else None)
    known = load(study) if study else None
    looking = LookProcess(Sources(place, known, draw=drawn)) if place else None
    return Room(looking, known, frame_size(study) if study else 0)

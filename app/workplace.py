"""A desk on this machine, put together: workstation, study, and a line worker in its own process. For the window; names no driver but the
rehearsal."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from app.clock import Clock, Entropy
from app.desk import Desk
from app.ear_verbs import Player, Teach
from app.errors import FangxinError, LineError, StorageError, StudyError, UsageError
from app.evidence.durable import Lock
from app.hearing.library import RoomLibrary
from app.ledger import Ledger
from app.line.child import worker_command
from app.line.contract import LineChoice
from app.line.messages import PROTOCOL, Begin
from app.line.process import WorkerProcess
from app.practice_room import open_practice_room
from app.settings import Settings
from app.study.model import Study
from app.workstation import open_workstation

REHEARSAL = "rehearsal"
_PREDECESSOR = 12.0
"""Seconds for a worker that was left behind to end its call and its recording."""


@dataclass(frozen=True)
class Place:
    """Where a desk keeps its data, its clock and its randomness."""

    folder: Path
    clock: Clock
    entropy: Entropy


def practice_desk(place: Place, study_folder: Path, player: Player | None = None) -> Desk:
    """The desk on the rehearsal line; nothing is learned from it. Call on the desk's own thread; raises FangxinError in plain words."""
    room = open_practice_room(place.folder, study_folder, place.clock, place.entropy)
    begin = replace(
        _begin(place.folder, LineChoice(REHEARSAL)),
        residents=tuple(room.residents.values()),
        seed=room.seed,
    )
    return _seated(room.ledger, place, begin, player=player)


def field_desk(place: Place, settings: Settings, player: Player | None = None) -> Desk:
    """The desk on this workplace's real line with the installed study. player: plays clips of the line. Call on the desk's own thread;
    raises FangxinError: what is missing, and how to get it."""
    begin = _begin(place.folder, line_choice(settings))
    station = open_workstation(place.folder, place.clock, place.entropy)
    try:
        ledger = station.open_ledger(_real(station.study()), rehearsal=False)
    except BaseException:
        station.store.close()
        raise
    room = RoomLibrary(place.folder)
    begin = replace(begin, announcements=str(room.publish(ledger.study.files)))
    return _seated(
        ledger, place, begin, auto_dial=settings.auto_dial, player=player, teach=_teach(room, ledger)
    )


def line_choice(settings: Settings) -> LineChoice:
    """The real line that is chosen here. Raises UsageError when none is."""
    line = settings.line
    where = str(settings.data_dir / "settings.toml")
    if not line.driver:
        raise UsageError(
            "No telephone line is chosen on this workstation",
            where=where,
            todo="`fangxin line list` shows what is plugged in, `fangxin line use` chooses; `fangxin --rehearse` opens the practice desk.",
        )
    if line.driver == REHEARSAL:
        raise UsageError(
            "The rehearsal line reaches nobody",
            where=where,
            todo="Choose a real line, or open the desk with --rehearse.",
        )
    return LineChoice(line.driver, line.port, line.options, settings.sound)


def _real(study: Study | None) -> Study:
    if study is None:
        raise StudyError(
            "No study is installed on this workstation",
            todo="Enrol it with `fangxin sync enrol`; `fangxin --rehearse` opens the practice desk.",
        )
    if study.rehearsal_only:
        raise StudyError(
            f"The study {study.id} is for practice only and is never dialled in earnest",
            todo="Install the real study, or open the desk with --rehearse.",
        )
    return study


def _begin(folder: Path, choice: LineChoice) -> Begin:
    return Begin(
        PROTOCOL, choice, transcript=str(folder / "logs" / "line.log"), lock=str(folder / "line.lock")
    )


def _teach(room: RoomLibrary, ledger: Ledger) -> Teach:
    """Clips are sealed for the team lead, or for the centre when the study names none."""
    keys = [
        ledger.suite.recipient(key) for key in ledger.study.recipients.lead or ledger.study.recipients.centre
    ]

    def teach(outcome: str, sound: bytes) -> None:
        try:
            room.offer(outcome, sound, keys, ledger.entropy)
        except FangxinError as error:  # learning is a courtesy: it must not stop a desk that can dial
            structlog.get_logger("hearing").warning("clip not offered", text=str(error))

    return teach


def _seated(
    ledger: Ledger,
    place: Place,
    begin: Begin,
    *,
    auto_dial: bool = False,
    player: Player | None = None,
    teach: Teach | None = None,
) -> Desk:
    """Ledger and worker come together: from here on the desk owns both."""
    log = structlog.get_logger("line")
    worker: WorkerProcess | None = None
    try:
        _alone(Path(begin.lock))
        worker = WorkerProcess(
            worker_command(),
            begin,
            place.clock,
            errors=place.folder / "logs" / "line-worker.txt",
            log=lambda text: log.warning("line", text=text),
        )
        practice = worker if worker.rehearsal else None
        by_hand = begin.line.driver == "manual"
        return Desk(
            ledger,
            worker,
            ledger.queue.plan.rules.outcomes,
            practice=practice,
            by_hand=by_hand,
            auto_dial=auto_dial,
            player=player,
            teach=teach,
        )
    except BaseException:
        if worker is not None:
            worker.close()
        ledger.close()
        raise


def _alone(lock: Path) -> None:
    """A desk that died may have left a worker that is still saying goodbye and closing its recording. What it writes must not be hashed
    before it is through."""
    until = time.monotonic() + _PREDECESSOR
    while True:
        try:
            Lock(lock).release()
        except StorageError as error:
            if time.monotonic() > until:
                raise LineError(
                    "The line worker of the last run still holds the line",
                    where=str(lock),
                    todo="Wait a minute, then start again.",
                ) from error
            time.sleep(0.1)
        else:
            return

"""Crashes without a killed process: the data folder is copied at chosen moments, and the copy is started as the next run would.

What a copy must show is what tests/faults judges after kill -9: nothing acknowledged is lost, the interruption is in the journal, the
case comes first, and verify is satisfied.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from app.clock import VirtualClock
from app.errors import EvidenceError
from app.evidence.verify import verify
from app.interview.events import Answered
from app.interview.screen import Notice, Page
from app.sample.case import State
from app.store import Store
from tests.desk_room import Room, centre
from tests.desk_talk import SAYS, answered, answers, commitments_open, events, hear, on, ring, seat, talk
from tests.faults.aftermath import judge
from tests.faults.told import Acknowledged

HOUR = 3_600_000


class Camera:
    """Takes pictures of a desk's folder, each with what the desk had told its interviewer by then."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.room, self.folder = room, folder
        self.told = Acknowledged()
        self.pictures: list[tuple[Path, Acknowledged, str]] = []

    def shoot(self, what: str, torn: bytes = b"") -> None:
        """One picture. torn: what a write that the crash cut short left at the end of the journal."""
        copy = self.folder / f"{len(self.pictures):03}"
        shutil.copytree(self.room.folder, copy)
        if torn:
            with next(copy.glob("journals/*/journal.jsonl")).open("ab") as journal:
                journal.write(torn)
        self.pictures.append((copy, deepcopy(self.told), what))

    def look(self) -> None:
        """Note what the desk has acknowledged."""
        work = self.room.desk._work
        if work is not None and work.call and self.room.worker.seconds_durable:
            self.told.sound[work.call] = self.room.worker.seconds_durable

    def acknowledge(self, question: str, value: str) -> None:
        """The next question came on screen."""
        case = self.room.desk.screen.case
        assert case is not None
        self.told.answers.append((case.case, question, value))

    @contextmanager
    def running(self, verb: str) -> Iterator[None]:
        """Within this block a picture is taken before every write and sync, and after every commit of the store: each is a moment at
        which the power may fail."""
        real = {name: getattr(os, name) for name in ("write", "fsync", "fdatasync", "replace", "unlink")}

        def watched(name: str) -> Callable[..., Any]:
            def call(*arguments: Any, **named: Any) -> Any:
                self._rest(real)
                torn = self._torn(name, arguments)
                self.shoot(f"{verb}: before {name}")
                if torn:
                    self.shoot(f"{verb}: {name} cut short", torn)
                self._watch(watched, real)
                return real[name](*arguments, **named)

            return call

        commit = Store._transaction

        @contextmanager
        def transaction(store: Store) -> Iterator[None]:
            with commit(store):
                yield
            self._rest(real)
            self.shoot(f"{verb}: the store has committed")
            self._watch(watched, real)

        self._watch(watched, real)
        Store._transaction = transaction  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            self._rest(real)
            Store._transaction = commit  # type: ignore[method-assign]
        self.shoot(f"{verb}: done")

    def _torn(self, name: str, arguments: tuple[Any, ...]) -> bytes:
        if name != "write" or not os.path.samestat(
            os.fstat(arguments[0]), self.room.ledger.journal.path.stat()
        ):
            return b""
        lines = bytes(arguments[1])
        return lines[: -len(lines) // 3]

    def _watch(self, watched: Callable[[str], Callable[..., Any]], real: dict[str, Any]) -> None:
        for name in real:
            setattr(os, name, watched(name))

    def _rest(self, real: dict[str, Any]) -> None:
        for name, function in real.items():
            setattr(os, name, function)

    def judged(self) -> None:
        """Every picture, started again."""
        print([w for _, _, w in self.pictures])
        assert self.pictures
        for number, (copy, told, what) in enumerate(self.pictures):
            try:
                judge(self.next_start(copy), told, another=False)
            except (AssertionError, EvidenceError) as error:
                raise AssertionError(f"picture {number}, {what}: {error}") from error

    def next_start(self, picture: Path) -> Room:
        """The room of a picture, a minute later, not open."""
        clock = VirtualClock(self.room.clock.wall() + 60_000)
        return Room(picture, self.room.seed, self.room.size, self.room.residents, clock)


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[Camera]:
    """A camera in a room whose first two respondents answer everything."""
    room = seat(tmp_path, answers(), answers())
    (tmp_path / "pictures").mkdir()
    yield Camera(room, tmp_path / "pictures")
    room.close()


def test_a_crash_at_any_moment_of_a_call_loses_nothing(camera: Camera) -> None:
    room, desk, tick = camera.room, camera.room.desk, 0
    desk.next_case()
    desk.dial()
    while desk.screen.page is not Page.OUTCOME:
        room.pass_time(250, step=250)
        tick += 1
        camera.look()
        question = desk.screen.question
        if question is not None and desk.screen.practice is not None:
            value = SAYS.get(question.name, "")
            desk.answer(value)
            camera.acknowledge(question.name, value or ("" if question.kind == "text" else "OK"))
        if tick % 13 == 0:
            camera.shoot(f"tick {tick}")
    assert len(camera.pictures) >= 10
    camera.judged()


@pytest.mark.parametrize("verb", ["dial", "answer", "correct", "hang up", "outcome"])
def test_a_crash_between_any_two_steps_of_a_verb_loses_nothing(camera: Camera, verb: str) -> None:
    room, desk = camera.room, camera.room.desk
    desk.next_case()
    if verb == "dial":
        with camera.running(verb):
            desk.dial()
        camera.judged()
        return
    desk.dial()
    room.wait_for(Page.INTERVIEW)
    talk(room, "q03")
    hear(room)
    camera.look()
    if verb == "correct":
        desk.back()
    if verb in ("answer", "correct"):
        with camera.running(verb):
            desk.answer("3")
        camera.acknowledge("q03" if verb == "answer" else "q02", "3")
        camera.shoot("acknowledged")
    elif verb == "hang up":
        with camera.running(verb):
            desk.hang_up()
    else:
        talk(room)
        with camera.running(verb):
            desk.choose_outcome("60")
        assert desk.screen.notice is Notice.SAVED
    camera.judged()


def test_the_judge_sees_a_lost_answer(camera: Camera) -> None:
    """The saboteur: an answer is acknowledged that never reached the disk."""
    ring(camera.room)
    talk(camera.room, "q02")
    camera.shoot("before")
    camera.told.answers.append((camera.room.desk.screen.case.case, "q02", "9"))  # type: ignore[union-attr]
    camera.shoot("a lie")
    with pytest.raises(AssertionError, match="picture 1, a lie: answer q02=9 is lost"):
        camera.judged()


def test_the_judge_sees_lost_sound(camera: Camera) -> None:
    """The saboteur: more seconds are acknowledged than are on the disk."""
    ring(camera.room)
    talk(camera.room, "q02")
    camera.look()
    call = camera.room.desk._work.call  # type: ignore[union-attr]
    camera.told.sound[call] += 3
    camera.shoot("a lie")
    with pytest.raises(AssertionError, match="acknowledged"):
        camera.judged()


def crashed(room: Room, later: int = 60_000) -> Room:
    """The next start, on a copy of the folder as the crash left it."""
    copy = room.folder.with_name(room.folder.name + "+")
    shutil.copytree(room.folder, copy)
    clock = VirtualClock(room.clock.wall() + later)
    return Room(copy, room.seed, room.size, room.residents, clock).open()


def test_after_a_crash_the_interview_goes_on_at_the_next_start(camera: Camera) -> None:
    ring(camera.room)
    talk(camera.room, "q05")
    room = crashed(camera.room)
    assert room.desk.screen.notice is Notice.RESUMED_AFTER_CRASH
    (interrupted,) = events(room, "call.interrupted")
    (found,) = events(room, "rec.recovered")
    assert interrupted["call"] == found["call"]
    kinds = {parcel.sha256: parcel.kind for parcel in room.ledger.store.pending()}
    assert (kinds[found["age_sha256"]], kinds[found["tail_sha256"]]) == ("recording-part", "tail")
    for file in (room.folder / "recordings").iterdir():
        assert file.stat().st_blocks * 512 < 1_000_000, "what was reserved is given back"
    room.desk.sign_in("小李")
    ring(room)
    assert room.desk.screen.case == camera.room.desk.screen.case.__class__(
        case=interrupted["case"],
        number=room.desk.screen.case.number,  # type: ignore[union-attr]
        unit=room.desk.screen.case.unit,  # type: ignore[union-attr]
        attempts=1,
        resumes=True,
    )
    assert on(room).name == "q05"
    talk(room)
    room.desk.choose_outcome("60")
    assert commitments_open(room) == 21
    assert {kind for kind, _ in answered(room)} == {"answer.commit"}
    room.desk.sign_out()
    room.close()
    assert verify(room.folder, identities=list(centre().identities.values())).ok


def test_whatever_the_first_step_of_an_interview_left_the_case_can_be_called_again(camera: Camera) -> None:
    """Once an interview without its first event stayed behind, and the desk stopped whenever this resident answered."""
    with camera.running("pick-up"):
        ring(camera.room)
    assert len(camera.pictures) > 40
    for picture, _, what in camera.pictures[-20:]:
        room = camera.next_start(picture).open()
        room.desk.sign_in("小李")
        ring(room)
        talk(room, "age")
        assert room.desk.screen.page is Page.INTERVIEW, what
        room.close()


def test_two_crashes_in_a_row_are_two_attempts_and_the_case_still_comes_first(camera: Camera) -> None:
    ring(camera.room)
    talk(camera.room, "q02")
    first = crashed(camera.room)
    first.desk.sign_in("小李")
    ring(first)
    talk(first, "q04")
    second = crashed(first)
    (case,) = [case for case in second.ledger.store.cases() if case.attempts]
    assert (case.state, [attempt.outcome for attempt in case.attempts]) == (State.RESUMABLE, ["", ""])
    assert len(events(second, "call.interrupted")) == 2
    second.desk.sign_in("小李")
    ring(second)
    assert on(second).name == "q04"
    for room in (first, second):
        room.close()


def test_a_crash_during_recovery_does_not_count_twice(camera: Camera, tmp_path: Path) -> None:
    ring(camera.room)
    talk(camera.room, "q04")
    camera.shoot("crash")
    copy = camera.pictures[0][0]
    witness = Camera(
        Room(copy, camera.room.seed, 40, clock=VirtualClock(camera.room.clock.wall() + 60_000)), tmp_path
    )
    (tmp_path / "again").mkdir()
    witness.folder = tmp_path / "again"
    witness._torn = lambda *_: b""  # type: ignore[method-assign]
    with witness.running("recovery"):
        witness.room.open()
    assert len(witness.pictures) > 10
    for picture, _, what in witness.pictures:
        room = Room(picture, camera.room.seed, 40, clock=VirtualClock(camera.room.clock.wall() + HOUR)).open()
        (case,) = [case for case in room.ledger.store.cases() if case.attempts]
        assert (case.state, len(case.attempts)) == (State.RESUMABLE, 1), what
        assert len(events(room, "call.interrupted")) == len(events(room, "rec.recovered")) == 1, what
        room.close()
        assert verify(picture, identities=list(centre().identities.values())).ok, what
    witness.room.close()


def test_a_start_without_a_crash_says_nothing_and_writes_nothing(camera: Camera) -> None:
    ring(camera.room)
    talk(camera.room)
    camera.room.desk.choose_outcome("60")
    lines = camera.room.ledger.journal.size
    room = crashed(camera.room)
    assert room.desk.screen.notice is Notice.NONE
    assert room.ledger.journal.size == lines
    room.close()


def test_an_outcome_without_its_interview_line_is_completed(camera: Camera) -> None:
    """A power cut may keep the first line of a group and not the second: the sealed interview must still be named."""
    ring(camera.room)
    talk(camera.room)
    with camera.running("outcome"):
        camera.room.desk.choose_outcome("60")
    before = next(copy for copy, _, what in camera.pictures if what == "outcome: write cut short")
    journal = next(before.glob("journals/*/journal.jsonl"))
    whole = camera.room.ledger.journal.path.read_bytes().splitlines(keepends=True)
    place = next(n for n, line in enumerate(whole) if b'"type":"outcome.commit"' in line)
    journal.write_bytes(b"".join(whole[: place + 1]) + whole[place + 1][:40])
    room = Room(before, camera.room.seed, 40, clock=VirtualClock(camera.room.clock.wall() + HOUR)).open()
    assert len(events(room, "outcome.commit")) == len(events(room, "interview.close")) == 1
    assert commitments_open(room) == 21
    assert not [c for c in room.ledger.store.open_interviews() if isinstance(c, Answered)]
    assert room.desk.screen.notice is Notice.NONE
    room.close()
    assert verify(before, identities=list(centre().identities.values())).ok


def test_an_answer_that_was_kept_a_moment_before_the_crash_is_committed_to_at_the_next_start(
    camera: Camera,
) -> None:
    """The store has it, the journal not yet. Without its line the sealed interview would say what nobody committed to."""
    ring(camera.room)
    talk(camera.room, "q03")
    with camera.running("answer"):
        camera.room.desk.answer("3")
    kept = next(copy for copy, _, what in camera.pictures if what.endswith("the store has committed"))
    room = camera.next_start(kept).open()
    (interrupted,) = events(room, "call.interrupted")
    interview = room.ledger.store.interview_of(interrupted["case"])
    assert interview is not None
    given = [event for event in room.ledger.store.events(interview) if isinstance(event, Answered)]
    assert given[-1].question == "q03"
    committed = [line["commit"] for line in events(room, "answer.commit", "answer.amend")]
    assert committed == [room.ledger.commitment(event) for event in given]
    room.close()


def test_sealed_files_are_left_alone_when_an_earlier_journal_cannot_be_read(camera: Camera) -> None:
    """What that journal named is not known, so no file may be taken for one that nobody names."""
    ring(camera.room)
    talk(camera.room, "q02")
    camera.shoot("crash")
    copy = camera.pictures[0][0]
    (copy / "objects" / ("e" * 64)).write_bytes(b"named by the earlier epoch, perhaps")
    (copy / "journals" / "0").mkdir()
    (copy / "journals" / "0" / "journal.jsonl").write_bytes(b"not a journal\n")
    room = Room(copy, camera.room.seed, 40, clock=VirtualClock(camera.room.clock.wall() + HOUR)).open()
    assert room.desk.screen.notice is Notice.RESUMED_AFTER_CRASH
    assert (copy / "objects" / ("e" * 64)).exists()
    room.close()

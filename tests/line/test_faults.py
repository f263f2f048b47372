"""What may go wrong around the line worker's process, with real processes, real signals and a disk that stalls."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from app import workplace
from app.clock import SystemClock, system_entropy
from app.errors import LineError, StorageError
from app.evidence.recording import join, tail_of
from app.interview.screen import Notice, Page
from app.line import child, process
from app.line.contract import Gap, Heard, LineChoice, Lost, Report, Saved
from app.line.worker import LineWorker
from hardware.base import RATE, Answered, Cause, Condition, DeviceLost, Ended
from hardware.rehearsal import Rehearsal
from tests.desk_talk import events
from tests.faults.owed import Look
from tests.line.bench import CENTRE, NUMBER, PATIENCE, Workplace
from tests.line.desk import real_room
from tests.line.stalling import with_a_real_buffer

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="signals; not tried on Windows"),
]
CALL = "c" * 16


def faulty(*fault: str) -> tuple[str, ...]:
    """Starts a worker with a fault."""
    return (sys.executable, "-m", "tests.line.stalling", *fault)


@contextmanager
def at(folder: Path, *fault: str, **options: object) -> Iterator[Workplace]:
    """A workplace, closed afterwards."""
    place = Workplace(folder, command=faulty(*fault or ("none",)), **options)
    try:
        yield place
    finally:
        place.worker.close()


def hung_up(place: Workplace) -> int:
    """Hang up; the samples of the closed recording, all of which are in the file."""
    place.worker.hang_up()
    place.until(lambda: bool(place.of(Saved)))
    (saved,) = place.of(Saved)
    assert isinstance(saved, Saved)
    assert join(place.path(CALL), None, [CENTRE], call_id=CALL) == saved.closed.samples
    return saved.closed.samples


# A disk that stalls


def call_over_a_slow_disk(place: Workplace) -> float:
    """A call of eight seconds; the longest time between two words of the worker about the recording, less what the machine owed both."""
    place.call(CALL)
    longest, last = 0.0, Look.now(place.pid)
    while (samples := place.worker.samples) < 8 * RATE:
        place.until(lambda before=samples: place.worker.samples > before)  # type: ignore[misc]
        now = Look.now(place.pid)
        longest, last = max(longest, now.at - last.at - now.owed_since(last)), now
    hung_up(place)
    return longest


def test_a_disk_that_stalls_for_two_seconds_costs_no_sound_and_no_attention(tmp_path: Path) -> None:
    with at(tmp_path, "stall", "2.0") as place:
        longest = call_over_a_slow_disk(place)
        assert place.of(Gap) == []
        assert longest < 1.5


def test_saboteur_a_worker_that_writes_on_its_own_thread_loses_sound(tmp_path: Path) -> None:
    with at(tmp_path, "direct", "4.0") as place:
        assert call_over_a_slow_disk(place) > 1.5
        assert place.of(Gap) != []


def test_a_disk_that_is_slow_to_open_a_recording_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is silent meanwhile; it must not be taken for dead."""
    monkeypatch.setattr(process, "SILENCE", 5000)
    with at(tmp_path, "opening", "8.0") as place:
        place.call(CALL)
        place.until(lambda: bool(place.heard(Answered)))
        assert place.of(Lost) == []
        hung_up(place)


# A desk that is busy


@contextmanager
def busy_threads(count: int) -> Iterator[None]:
    """Python threads that never rest."""
    over = threading.Event()

    def toil() -> None:
        while not over.is_set():
            sum(range(1000))

    threads = [threading.Thread(target=toil) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_four_busy_threads_and_a_blocked_desk_cost_no_sound(tmp_path: Path) -> None:
    with at(tmp_path) as place:
        place.call(CALL)
        place.until(lambda: bool(place.heard(Answered)))
        with busy_threads(4):
            time.sleep(3)  # the desk's thread does nothing at all, e.g. in a long write
            place.until(lambda: place.worker.samples > 4 * RATE)
        samples = hung_up(place)
        assert place.of(Gap) == []
        assert samples > 4 * RATE


def test_saboteur_a_worker_inside_the_blocked_desk_loses_sound(tmp_path: Path) -> None:
    clock = SystemClock()
    room = Rehearsal([], clock, "seed")
    worker = LineWorker(room.line, with_a_real_buffer(room.sound), system_entropy)
    worker.open(CALL, tmp_path / f"{CALL}.age", [CENTRE.recipient], 60)
    worker.dial(NUMBER)
    reports: list[Report] = worker.poll()
    time.sleep(3)
    reports += worker.poll() + worker.close()
    assert any(isinstance(report, Gap) for report in reports)


# A desk that dies


def alone(folder: Path, *fault: str) -> tuple["subprocess.Popen[str]", int]:
    """A desk process in a call, and its worker's process number."""
    desk = subprocess.Popen(
        [sys.executable, "-m", "tests.line.lone_desk", str(folder), *fault],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent.parent,
    )
    assert desk.stdout is not None
    return desk, int(desk.stdout.readline())


def lives(pid: int) -> bool:
    """There is such a process, and it is not a zombie."""
    with suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def within(seconds: float, true: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def ended_politely(folder: Path, worker: int, seconds: float) -> bool:
    """The worker has gone, hung up before that, and left a whole recording."""
    recording = folder / f"{CALL}.age"
    return (
        within(seconds, lambda: not lives(worker))
        and not tail_of(recording).exists()
        and "hang up while" in (folder / "line.log").read_text("utf-8")
        and join(recording, None, [CENTRE], call_id=CALL) >= 3 * RATE
    )


def test_when_the_desk_is_killed_the_worker_hangs_up_closes_the_recording_and_ends(tmp_path: Path) -> None:
    desk, worker = alone(tmp_path)
    desk.kill()
    desk.communicate()
    assert ended_politely(tmp_path, worker, PATIENCE)


def test_when_the_desk_hangs_the_worker_ends_the_call_too(tmp_path: Path) -> None:
    """A stopped process keeps its pipes open: only its silence tells."""
    desk, worker = alone(tmp_path, "patience", "10000")
    desk.send_signal(signal.SIGSTOP)
    try:
        assert ended_politely(tmp_path, worker, PATIENCE)
    finally:
        desk.kill()
        desk.communicate()


def test_saboteur_a_careless_worker_stays_on_the_line_of_a_dead_desk(tmp_path: Path) -> None:
    desk, worker = alone(tmp_path, "careless")
    desk.kill()
    desk.communicate()
    try:
        assert not ended_politely(tmp_path, worker, 4)
    finally:
        os.kill(worker, signal.SIGKILL)


def test_the_desk_s_next_start_finds_a_whole_recording_and_the_interview_goes_on(tmp_path: Path) -> None:
    desk, worker = alone(tmp_path, "interview")
    desk.kill()
    desk.communicate()
    workplace._alone(tmp_path / "desk" / "line.lock")
    assert within(PATIENCE, lambda: not lives(worker))
    room = real_room(tmp_path)
    try:
        assert room.desk.screen.notice is Notice.RESUMED_AFTER_CRASH
        (found,) = events(room, "rec.recovered")
        assert found["tail_sha256"] == "", "the worker closed it before it went"
        room.desk.next_case()
        room.desk.dial()
        room.shows(Page.INTERVIEW)
        assert room.desk.screen.question is not None
        assert room.desk.screen.question.name == "q03"
        room.answer_until("")
        room.shows(Page.OUTCOME)
        room.desk.choose_outcome("60")
        assert room.desk.screen.notice is Notice.SAVED
        verdict = room.verified()
        assert verdict.ok, verdict.text()
    finally:
        room.close()


# A worker that dies, hangs, or cannot


def test_a_worker_that_hangs_in_a_driver_is_killed_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SILENCE", 3000)
    with at(tmp_path, "deaf") as place:
        place.call(CALL)
        place.until(lambda: bool(place.of(Lost)))
        (lost,) = place.of(Lost)
        assert lost == Lost(CALL, "it said nothing any more, SIGKILL")
        (ended,) = place.heard(Ended)
        assert isinstance(ended, Ended)
        assert ended.cause is Cause.DEVICE
        assert place.worker.ready(PATIENCE)


def test_a_worker_that_is_asked_to_end_says_goodbye_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        child, "_LAST_BREATH", PATIENCE
    )  # a loaded machine takes its time to let a process go
    with at(tmp_path) as place:
        place.call(CALL)
        place.until(lambda: place.worker.seconds_durable >= 1)
        place.kill(signal.SIGTERM)
        place.until(lambda: bool(place.of(Lost)))
        assert [type(r) for r in place.reports if isinstance(r, Saved | Lost)] == [Saved, Lost]
        assert place.of(Lost) == [Lost("", "exit 0")]
        (ended,) = place.heard(Ended)
        assert isinstance(ended, Ended)
        assert ended.cause is Cause.LOCAL_HANGUP


def test_a_line_that_cannot_be_opened_is_said_once_in_plain_words_and_tried_again(tmp_path: Path) -> None:
    with at(tmp_path, line=LineChoice("softphone", "nonsense")) as place:
        place.until(lambda: bool(place.heard(Condition)))
        place.until(lambda: sum("started" in text for text in place.log) >= 3)
        (condition,) = place.heard(Condition)
        assert isinstance(condition, Condition)
        assert not condition.good
        assert "softphone cannot be opened" in condition.value
        with pytest.raises(LineError, match="cannot be opened"):
            place.worker.open(CALL, place.path(CALL), [CENTRE.recipient], 60)
        assert not place.path(CALL).exists()


def test_a_modem_that_is_not_plugged_in_is_waited_for_by_one_worker(tmp_path: Path) -> None:
    """Without sound cards, too: as on the machine that this runs on."""
    place = Workplace(
        tmp_path,
        command=(sys.executable, "-m", "app.line_worker"),
        line=LineChoice("voice_modem", "/dev/nothing"),
    )
    try:
        place.until(lambda: bool(place.heard(DeviceLost)))
        begun = time.monotonic()
        place.until(lambda: time.monotonic() - begun > 4)
        assert sum("started" in text for text in place.log) == 1
        assert place.of(Lost) == []
    finally:
        place.worker.close()


def test_a_worker_that_dies_at_once_is_not_started_in_a_circle(tmp_path: Path) -> None:
    place = Workplace(tmp_path, command=(sys.executable, "-c", "raise SystemExit(3)"))
    try:
        begun = time.monotonic()
        place.until(lambda: sum("started" in text for text in place.log) >= 4)
        assert time.monotonic() - begun > 2.9, "at once, then after a second, then after two"
        (condition,) = place.heard(Condition)
        assert isinstance(condition, Condition)
        assert "exit 3" in condition.value
    finally:
        place.worker.close()


def test_a_disk_that_refuses_the_recording_says_so_through_the_pipe(tmp_path: Path) -> None:
    with at(tmp_path) as place:
        with pytest.raises(StorageError):
            place.worker.open(CALL, place.path(CALL), [CENTRE.recipient], 10**9)
        assert not place.path(CALL).exists()
        place.call("d" * 16)
        place.until(lambda: bool(place.heard(Answered)))


def test_libraries_that_print_do_not_disturb_the_talk(tmp_path: Path) -> None:
    with at(tmp_path, "noisy") as place:
        place.call(CALL)
        place.until(lambda: bool(place.heard(Answered)))
        hung_up(place)
        assert sum("says nothing" in text for text in place.log) == 1
        assert "jack server" in place.errors.read_text("utf-8")


def test_a_second_worker_waits_for_the_first_to_close_its_recording(tmp_path: Path) -> None:
    with at(tmp_path) as first:
        assert first.worker.ready(PATIENCE)
        with at(tmp_path) as second:
            assert not second.worker.ready(2)
            first.worker.close()
            assert second.worker.ready(PATIENCE)


def test_the_last_words_of_a_closing_worker_are_heard(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    place.call(CALL)
    place.until(lambda: place.worker.seconds_durable >= 1)
    reports = place.worker.close()
    kinds = [type(r.event) if isinstance(r, Heard) else type(r) for r in reports]
    assert Ended in kinds
    assert kinds[-1] is Saved

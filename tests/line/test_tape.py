"""The recording behind its ring: put() never waits for the disk, and what the disk will not take ends the recording honestly."""

import threading
import time
from collections.abc import Callable, Iterator
from errno import errorcode
from pathlib import Path

import pytest

from app.clock import seeded
from app.errors import StorageError
from app.evidence import recording
from app.evidence.age import CHUNK, Identity
from app.evidence.recording import Recorder, join, remains_of, tail_of
from app.line import process, service
from app.line import tape as module
from app.line.contract import Marked, Report, Saved, Stalled, Trouble
from app.line.tape import RING, DirectTape, RingTape, Tape
from hardware.base import RATE

CENTRE = Identity.generate(seeded("centre"))
CALL = "c" * 16
SECOND = bytes(2 * RATE)


class Disk:
    """A recorder whose disk can be stopped. gate: set = the disk takes what it is given."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{CALL}.age"
        self.recorder = Recorder(self.path, CALL, [CENTRE.recipient], seeded("disk"), reserve_seconds=60)
        self.gate = threading.Event()
        self.gate.set()
        self.waiting = threading.Event()
        real = self.recorder.write

        def write(left: bytes, right: bytes) -> None:
            if not self.gate.is_set():
                self.waiting.set()
            assert self.gate.wait(60)
            real(left, right)

        self.recorder.write = write  # type: ignore[method-assign]

    def samples(self) -> int:
        """What the centre can open."""
        tail = tail_of(self.path)
        return join(self.path, tail if tail.exists() else None, [CENTRE], call_id=CALL)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path)
    yield disk
    disk.gate.set()
    disk.recorder.abandon()


def wait(true: Callable[[], bool]) -> None:
    """For something that another thread does."""
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


def told(tape: Tape) -> list[Report]:
    """All the news, to the last."""
    news: list[Report] = []
    wait(lambda: bool(news.extend(tape.news()) or any(isinstance(r, Saved | Trouble) for r in news)))
    return news


@pytest.mark.parametrize("kind", [DirectTape, RingTape])
def test_both_kinds_write_the_same_recording_and_say_the_same(
    disk: Disk, kind: Callable[[Recorder], Tape]
) -> None:
    tape = kind(disk.recorder)
    for second in range(1, 22):
        tape.put(SECOND, SECOND)
        wait(lambda second=second: tape.seconds_durable == second)  # type: ignore[misc]
    tape.put(SECOND[:800], SECOND[:800])
    tape.finish()
    news = told(tape)
    wait(lambda: tape.over)
    assert [type(report) for report in news] == [Marked, Marked, Saved]
    last = news[-1]
    assert isinstance(last, Saved)
    assert last.closed.samples == disk.samples() == 21 * RATE + 400


def test_a_disk_that_stalls_holds_nobody_up_and_everything_is_there_afterwards(disk: Disk) -> None:
    tape = RingTape(disk.recorder)
    disk.gate.clear()
    began = time.monotonic()
    for _ in range(20):
        tape.put(SECOND, SECOND)
    assert disk.waiting.wait(60)
    assert time.monotonic() - began < 20, "it waited for the disk"
    assert tape.seconds_durable == 0, "what waits in memory is not acknowledged"
    disk.gate.set()
    tape.finish()
    told(tape)
    assert disk.samples() == 20 * RATE


def test_all_that_waits_for_a_slow_disk_goes_out_with_one_sync(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a disk that takes two seconds for each would get a second of sound in each, and fall behind for ever."""
    syncs: list[int] = []
    real = recording.sync_data
    monkeypatch.setattr(recording, "sync_data", lambda handle: (syncs.append(handle), real(handle))[1])
    tape = RingTape(disk.recorder)
    disk.gate.clear()
    for _ in range(20):
        tape.put(SECOND, SECOND)
    assert disk.waiting.wait(60)
    disk.gate.set()
    tape.finish()
    told(tape)
    assert disk.samples() == 20 * RATE
    assert len(syncs) <= 4, "one batch that was being written, one of all the rest; tail and age file each"


def test_saboteur_a_direct_tape_is_held_up_by_the_disk(disk: Disk) -> None:
    tape = DirectTape(disk.recorder)
    disk.gate.clear()
    putting = threading.Thread(target=tape.put, args=(SECOND, SECOND))
    putting.start()
    assert disk.waiting.wait(60)
    assert putting.is_alive()
    disk.gate.set()
    putting.join()


def test_a_disk_that_takes_nothing_for_a_minute_ends_the_recording_and_keeps_what_was_acknowledged(
    disk: Disk,
) -> None:
    tape = RingTape(disk.recorder)
    for _ in range(3):
        tape.put(SECOND, SECOND)
    wait(lambda: tape.seconds_durable == 3)
    disk.gate.clear()
    for _ in range(RING // RATE + 2):
        tape.put(SECOND, SECOND)
    (stalled,) = tape.news()
    assert isinstance(stalled, Stalled)
    assert "has not taken any sound for 60 s" in stalled.error.what
    assert not tape.over, "the disk still has the files in hand"
    tape.put(SECOND, SECOND)
    disk.gate.set()
    *_, trouble = told(tape)
    assert isinstance(trouble, Trouble)
    assert isinstance(trouble.error.__cause__, OSError)
    assert errorcode[trouble.error.__cause__.errno or 0] == "ETIMEDOUT"
    wait(lambda: tape.over)
    assert tape.news() == []
    assert disk.samples() == 3 * RATE + RING, "what waited in memory is written after all"


def test_a_recording_that_broke_off_does_not_grow_once_that_is_told(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hash goes into the journal then. A disk that takes the rest later would make it look like a forged one."""
    stuck, free = threading.Event(), threading.Event()
    real = recording.sync_data

    def sync(descriptor: int) -> None:
        stuck.set()
        assert free.wait(60)
        real(descriptor)

    monkeypatch.setattr(recording, "sync_data", sync)
    monkeypatch.setattr(module, "RING", 12 * RATE)
    tape = RingTape(disk.recorder)
    tape.put(9 * SECOND, 9 * SECOND)
    assert stuck.wait(60)
    tape.put(9 * SECOND, 9 * SECOND)
    assert [type(report) for report in tape.news()] == [Stalled]
    free.set()
    assert [type(report) for report in told(tape)] == [Trouble]
    then = remains_of(disk.path)
    wait(lambda: tape._ended)
    assert remains_of(disk.path) == then
    assert then.age_bytes > 2 * CHUNK, (
        "it has grown while the disk was stuck: that is what must not be hashed"
    )


def test_the_ring_holds_a_stall_of_half_a_minute_and_nobody_gives_up_before_it_is_full() -> None:
    """The desk's journal lies on the same disk: while that stalls, the desk cannot say that it lives."""
    assert RING >= 30 * RATE * 1.5, "a stall, and what comes while the disk catches up"
    assert service.PATIENCE > 1000 * RING / RATE
    assert process._ANSWER > 30
    assert process._GOODBYE > module._PATIENCE > 30


def test_the_memory_that_waits_is_bounded(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RING", 2 * RATE)
    tape = RingTape(disk.recorder)
    disk.gate.clear()
    for _ in range(50):
        tape.put(SECOND, SECOND)
    assert tape._jobs.qsize() <= 4


@pytest.mark.parametrize("kind", [DirectTape, RingTape])
def test_a_disk_that_refuses_is_told_once_and_nothing_more_is_written(
    disk: Disk, kind: Callable[[Recorder], Tape]
) -> None:
    def full(left: bytes, right: bytes) -> None:
        disk.recorder.abandon()
        raise StorageError("The disk is full")

    disk.recorder.write = full  # type: ignore[method-assign]
    tape = kind(disk.recorder)
    tape.put(SECOND, SECOND)
    tape.put(SECOND, SECOND)
    tape.finish()
    news = told(tape)
    wait(lambda: tape.over)
    assert [type(report) for report in [*news, *tape.news()]] == [Trouble]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_ours_in_the_writing_thread_ends_the_call_instead_of_recording_nothing(disk: Disk) -> None:
    def bug(left: bytes, right: bytes) -> None:
        raise KeyError("a bug")

    disk.recorder.write = bug  # type: ignore[method-assign]
    tape = RingTape(disk.recorder)
    tape.put(SECOND, SECOND)
    (trouble,) = told(tape)
    assert isinstance(trouble, Trouble)
    wait(lambda: tape.over)
    tape._thread.join(10)  # what it raised is reported by then, within this test


def test_abandoning_waits_for_what_is_being_written_and_leaves_the_files(disk: Disk) -> None:
    tape = RingTape(disk.recorder)
    tape.put(SECOND, SECOND)
    tape.abandon()
    assert tail_of(disk.path).exists()
    assert disk.samples() == RATE

"""The line worker: line, sound and recording of one call, told in order with offsets that never run ahead of the sound."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import VirtualClock, seeded
from app.errors import LineError, StorageError
from app.evidence.age import Identity
from app.evidence.recording import Recorder, join, tail_of
from app.line.contract import Covered, Gap, Heard, Marked, Overheard, Refused, Report, Saved, Trouble
from app.line.tape import MARK_EVERY
from app.line.worker import LineWorker
from hardware.base import (
    RATE,
    Alerting,
    Answered,
    AudioBlock,
    Cause,
    Dialing,
    Ended,
    LineEvent,
    Pickup,
    Resident,
    ToneHeard,
)
from hardware.listen import CLIP, Listener
from hardware.rehearsal import Rehearsal

CENTRE = Identity.generate(seeded("centre"))
CALL = "c" * 16


class Place:
    """A worker on the rehearsal line, with a resident who picks up after three seconds."""

    def __init__(self, folder: Path, pickup: Pickup = Pickup.ANSWERS) -> None:
        self.clock = VirtualClock(1_700_000_000_000)
        self.room = Rehearsal([Resident("13800000000", pickup, 3.0)], self.clock, "worker")
        self.worker = LineWorker(self.room.line, self.room.sound, seeded("entropy"))
        self.path = folder / f"{CALL}.age"

    def begin(self) -> "Place":
        self.worker.open(CALL, self.path, [CENTRE.recipient], 60)
        self.worker.dial("13800000000")
        return self

    def after(self, milliseconds: int, step: int = 100) -> list[Report]:
        """What is reported while time passes."""
        reports: list[Report] = []
        for _ in range(0, milliseconds, step):
            self.clock.advance(step)
            reports += self.worker.poll()
        return reports


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.worker.close()


def heard(reports: Sequence[Report]) -> list[tuple[type, int]]:
    return [(type(report.event), report.at) for report in reports if isinstance(report, Heard)]


def test_a_call_is_told_in_order_with_its_place_in_the_recording(place: Place) -> None:
    reports = place.begin().after(6000)
    place.worker.hang_up()
    reports += place.after(100)
    assert [kind for kind, _ in heard(reports)] == [Dialing, Alerting, Answered, Ended]
    offsets = [at for _, at in heard(reports)]
    assert offsets == sorted(offsets)
    assert offsets[1] == pytest.approx(1.5 * RATE, abs=0.11 * RATE)
    assert isinstance(reports[-1], Saved)
    assert reports[-1].closed.samples == offsets[-1] == place.worker.samples


def test_the_recording_opens_with_the_centre_s_key_and_is_as_long_as_the_call(place: Place) -> None:
    place.begin().after(5000)
    place.worker.hang_up()
    (saved,) = [report for report in place.after(100) if isinstance(report, Saved)]
    assert join(place.path, None, [CENTRE], call_id=CALL) == saved.closed.samples == 5 * RATE + RATE // 10
    assert not tail_of(place.path).exists()


def test_every_second_but_the_last_is_durable_while_the_call_runs(place: Place) -> None:
    place.begin()
    for second in range(1, 8):
        place.after(1000)
        assert place.worker.seconds_durable >= second - 1
        assert place.worker.samples == second * RATE
    assert place.worker.seconds_durable == 7


def test_a_mark_every_ten_seconds(place: Place) -> None:
    reports = place.begin().after(35_000)
    marks = [report.mark for report in reports if isinstance(report, Marked)]
    assert [mark.samples // MARK_EVERY for mark in marks] == [1, 2, 3]
    assert [mark.bytes for mark in marks] == sorted(mark.bytes for mark in marks)


@pytest.mark.parametrize("step", [20, 50, 100, 625, 5000])
def test_the_sound_is_the_same_however_often_the_worker_looks(tmp_path: Path, step: int) -> None:
    place = Place(tmp_path).begin()
    place.after(10_000, step)
    place.worker.hang_up()
    reports = place.worker.poll()
    assert isinstance(reports[-1], Saved)
    assert place.worker.samples == 10 * RATE
    sound = tmp_path / "sound.wav"
    join(place.path, None, [CENTRE], sound, call_id=CALL)
    usual = Place(tmp_path / "usual").begin()
    usual.after(10_000, 100)
    usual.worker.hang_up()
    usual.worker.poll()
    join(usual.path, None, [CENTRE], tmp_path / "usual.wav", call_id=CALL)
    assert sound.read_bytes() == (tmp_path / "usual.wav").read_bytes()


class Holes:
    """A sound source that lost something."""

    def __init__(self, blocks: list[AudioBlock]) -> None:
        self._blocks = blocks

    def start(self, call_id: str) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
    def mute(self, *, on: bool) -> None: ...

    def heard(self) -> list[LineEvent]:
        """Nothing."""
        return []

    def poll(self) -> list[AudioBlock]:
        """Everything at once."""
        blocks, self._blocks = self._blocks, []
        return blocks


@given(st.lists(st.tuples(st.integers(1, 9000), st.booleans()), max_size=6))
def test_gaps_are_told_where_they_are(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[tuple[int, bool]]
) -> None:
    sound, start, gaps = [], 0, []
    for samples, lost in blocks:
        sound.append(AudioBlock(start, bytes(2 * samples), bytes(2 * samples), samples if lost else 0))
        gaps += [Gap(start, samples)] if lost else []
        start += samples
    place = Place(tmp_path_factory.mktemp("gaps"))
    worker = LineWorker(place.room.line, Holes(sound), seeded("e"))
    worker.open(CALL, place.path, [CENTRE.recipient], 60)
    worker.dial("13800000000")
    reports = worker.poll() + worker.close()
    assert [report for report in reports if isinstance(report, Gap)] == gaps
    assert worker.samples == start
    assert [report.closed.samples for report in reports if isinstance(report, Saved)] == [start]


def test_a_disk_that_refuses_in_mid_call_is_told_and_the_line_is_hung_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.begin().after(5000)

    def full(self: Recorder, left: bytes, right: bytes) -> None:
        self.abandon()
        raise StorageError("The disk is full")

    monkeypatch.setattr(Recorder, "write", full)
    reports = place.after(300)
    assert [type(report) for report in reports] == [Trouble, Heard, Covered]
    assert heard(reports)[0][0] is Ended
    assert place.worker.seconds_durable == 0
    assert join(place.path, tail_of(place.path), [CENTRE], call_id=CALL) == 5 * RATE


def test_a_disk_that_refuses_before_the_call_is_an_error_and_leaves_nothing(place: Place) -> None:
    with pytest.raises(StorageError):
        place.worker.open(CALL, place.path, [CENTRE.recipient], 10**9)
    assert list(place.path.parent.iterdir()) == []


def test_a_line_that_refuses_ends_the_call_with_a_closed_recording(place: Place) -> None:
    def refuses(number: str, call_id: str) -> None:
        raise LineError("The modem does not answer")

    place.room.line.dial = refuses  # type: ignore[method-assign]
    refused, ended, saved = place.begin().worker.poll()
    assert isinstance(refused, Refused)
    assert isinstance(ended, Heard)
    assert isinstance(ended.event, Ended)
    assert (ended.event.cause, ended.event.call_id) == (Cause.DEVICE, CALL)
    assert isinstance(saved, Saved)
    assert saved.closed.samples == 0


def test_abandoning_leaves_the_files_as_they_are(place: Place) -> None:
    place.worker.open(CALL, place.path, [CENTRE.recipient], 60)
    place.worker.abandon()
    assert place.path.exists()
    assert tail_of(place.path).exists()
    assert place.worker.seconds_durable == 0


def test_closing_in_mid_call_hangs_up_and_closes_the_recording(place: Place) -> None:
    place.begin().after(5000)
    reports = place.worker.close()
    assert [type(report) for report in reports] == [Heard, Covered, Saved]
    assert place.worker.poll() == []


def test_a_second_call_begins_at_zero(place: Place) -> None:
    place.begin().after(3000)
    place.worker.hang_up()
    place.after(100)
    place.path = place.path.with_name(f"{'d' * 16}.age")
    place.worker.open("d" * 16, place.path, [CENTRE.recipient], 60)
    assert place.worker.samples == 0
    place.worker.dial("13800000000")
    reports = place.after(1000)
    assert place.worker.samples == RATE
    assert heard(reports)[0] == (Dialing, pytest.approx(0, abs=0.11 * RATE))


def test_what_the_network_says_is_told_with_its_sound_and_a_resident_s_voice_never_is(tmp_path: Path) -> None:
    """Busy: the tone is recognised and its clip comes along. Answered: there is no clip, however long the call."""
    for pickup, heard_tones in ((Pickup.BUSY, ["busy"]), (Pickup.ANSWERS, [])):
        place = Place(tmp_path / pickup.value, pickup)
        place.worker = LineWorker(place.room.line, place.room.sound, seeded("entropy"), ear=Listener)
        reports = place.begin().after(8000)
        place.worker.hang_up()
        reports += place.after(100)
        events = [report.event for report in reports if isinstance(report, Heard)]
        assert [event.tone for event in events if isinstance(event, ToneHeard)] == heard_tones
        clips = [report for report in reports if isinstance(report, Overheard)]
        assert bool(clips) is (pickup is Pickup.BUSY)
        for clip in clips:
            assert 0 <= clip.at < place.worker.samples
            assert len(clip.sound) // 2 <= CLIP
        place.worker.close()


@pytest.mark.parametrize(("seconds", "good"), [(1, True), (5, False)])
def test_sound_that_stood_still_until_the_end_is_not_taken_for_a_whole_call(
    place: Place, monkeypatch: pytest.MonkeyPatch, seconds: int, good: bool
) -> None:
    """Whatever held it up. A second may be under way when the call ends; more is counted as missing."""
    levels_of_speech(monkeypatch)
    place.begin().after(20_000)
    monkeypatch.setattr(place.room.sound, "poll", list)
    place.after(seconds * 1000)
    place.worker.hang_up()
    reports = place.after(100)
    (covered,) = [report.coverage for report in reports if isinstance(report, Covered)]
    gaps = [(report.at, report.samples) for report in reports if isinstance(report, Gap)]
    lacking = 0 if good else seconds * RATE
    assert covered.left.missing == covered.right.missing == lacking == sum(samples for _, samples in gaps)
    assert covered.good is good
    assert all(at == place.worker.samples == 20 * RATE for at, _ in gaps)


def levels_of_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resident speaks all the time, so that only what is missing spoils the interview."""
    monkeypatch.setattr("app.line.levels._SPEECH", 0.0)

"""The line worker in its own process: real processes, real pipes, real kills."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.evidence.recording import join, tail_of
from app.line.contract import Lost, Saved
from hardware.base import RATE, Answered, Cause, Dialing, Ended
from tests.line.bench import CENTRE, Workplace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    place = Workplace(tmp_path)
    yield place
    place.worker.close()


def test_a_call_through_the_child_process(place: Workplace) -> None:
    call = place.call()
    place.until(lambda: bool(place.heard(Answered)))
    place.until(lambda: place.worker.samples > 3 * RATE)
    place.worker.hang_up()
    place.until(lambda: bool(place.of(Saved)))
    kinds = [type(report.event) for report in place.reports if hasattr(report, "event")]
    assert kinds[0] is Dialing
    assert kinds[-1] is Ended
    (saved,) = place.of(Saved)
    assert isinstance(saved, Saved)
    assert join(place.path(call), None, [CENTRE], call_id=call) == saved.closed.samples
    assert saved.closed.samples == place.worker.samples
    transcript = (place.folder / "line.log").read_text("utf-8")
    assert "line worker" in transcript
    assert "dial 138********" in transcript
    assert "13800000000" not in transcript


def test_a_killed_worker_is_lost_restarted_and_the_next_call_works(place: Workplace) -> None:
    call = place.call()
    place.until(lambda: place.worker.seconds_durable >= 2)
    durable, pid = place.worker.seconds_durable, place.pid
    place.kill()
    place.until(lambda: bool(place.of(Lost)))
    (ended,), (lost,) = place.heard(Ended), place.of(Lost)
    assert isinstance(ended, Ended)
    assert ended.cause is Cause.DEVICE
    assert lost == Lost(call, "SIGKILL")
    assert join(place.path(call), tail_of(place.path(call)), [CENTRE], call_id=call) >= durable * RATE
    place.reports.clear()
    place.call("d" * 16)
    assert place.pid != pid
    place.until(lambda: bool(place.heard(Answered)))
    place.worker.hang_up()
    place.until(lambda: bool(place.of(Saved)))

"""Crashes during a call: what was acknowledged is there whatever the disk kept, and nothing false ever comes out."""

import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import SealError
from app.evidence import recording, wav
from app.evidence.recording import join, plaintext, remains_of
from tests.evidence.calls import CENTRE, SECONDS, Crashed, sealed_sound


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Crashed:
    return Crashed(tmp_path_factory.mktemp("crashed"))


def check_nothing_acknowledged_is_lost(crashed: Crashed, age_size: int, tail_size: int) -> None:
    found = crashed.recovered(crashed.age[:age_size], crashed.tail[:tail_size])
    assert sealed_sound(SECONDS * 10 + 4).startswith(found)
    assert len(found) >= len(wav.header()) + crashed.durable(age_size, tail_size) * wav.SECOND


def check_every_second(crashed: Crashed) -> None:
    for age_size, tail_size in crashed.acknowledged:
        check_nothing_acknowledged_is_lost(crashed, age_size, tail_size)


def test_crash_at_any_second_loses_no_acknowledged_one(crashed: Crashed) -> None:
    check_every_second(crashed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.data())
def test_crash_at_any_byte_loses_no_acknowledged_second(crashed: Crashed, draw: st.DataObject) -> None:
    first_age, first_tail = crashed.acknowledged[0]
    age_size = draw.draw(st.integers(first_age, len(crashed.age)))
    tail_size = draw.draw(st.integers(first_tail, len(crashed.tail)))
    check_nothing_acknowledged_is_lost(crashed, age_size, tail_size)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.data())
def test_no_false_byte_is_ever_recovered(crashed: Crashed, draw: st.DataObject) -> None:
    """Whatever byte is changed in either file: what comes out is a true beginning of the call, or a SealError."""
    age, tail = bytearray(crashed.age), bytearray(crashed.tail)
    spoilt = draw.draw(st.sampled_from([age, tail]))
    at = draw.draw(st.integers(0, len(spoilt) - 1))
    spoilt[at] ^= draw.draw(st.integers(1, 255))
    try:
        found = crashed.recovered(bytes(age), bytes(tail))
    except SealError:
        return
    assert sealed_sound(SECONDS * 10 + 4).startswith(found)


def test_damage_in_the_age_file_is_made_good_from_the_tail(crashed: Crashed) -> None:
    age = bytearray(crashed.age)
    age[crashed.acknowledged[0][0] + 100] ^= 1
    assert len(crashed.recovered(bytes(age), crashed.tail)) == 58 + SECONDS * wav.SECOND


def test_tail_frames_cannot_be_swapped_dropped_doubled_or_taken_from_another_call(crashed: Crashed) -> None:
    ends = [tail for _, tail in crashed.acknowledged]
    one, two = crashed.tail[ends[0] : ends[1]], crashed.tail[ends[1] : ends[2]]
    head = crashed.tail[: ends[0]]
    nothing = crashed.age[: crashed.acknowledged[0][0]]
    assert len(crashed.recovered(nothing, head + two + one)) == 58
    assert len(crashed.recovered(nothing, head + two)) == 58
    assert len(crashed.recovered(nothing, head + one + one)) == 58 + wav.SECOND
    assert b"".join(plaintext(BytesIO(nothing), BytesIO(crashed.tail), [CENTRE], "c2")) == b""


def test_saboteur_without_the_tail_a_crash_loses_seconds(crashed: Crashed) -> None:
    lost = 0
    for age_size, tail_size in crashed.acknowledged:
        found = crashed.recovered(crashed.age[:age_size], None)
        lost = max(lost, crashed.durable(age_size, tail_size) * wav.SECOND + 58 - len(found))
    assert 4 * wav.SECOND <= lost < 5 * wav.SECOND


def test_saboteur_that_acknowledges_before_writing_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = recording._Growing.write
    late: list[bytes] = []

    def write(file: recording._Growing, data: bytes) -> None:
        if file._path.suffix == ".tail" and len(late) < 100:
            late.append(data)
            data = late[-2] if len(late) > 1 else b""
        kept(file, data)

    monkeypatch.setattr(recording._Growing, "write", write)
    lazy = Crashed(tmp_path)
    with pytest.raises(AssertionError):
        check_every_second(lazy)


_KILLED = """
import sys
from pathlib import Path
from tests.evidence.calls import begin, talk
recorder = begin(Path(sys.argv[1]))
for tenth in range(100_000):
    talk(recorder, 0, 1)
    print(recorder.seconds_durable, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 57, 200])
def test_kill_9_loses_no_acknowledged_second(tmp_path: Path, lines: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        for _ in range(lines):
            acknowledged = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    found = remains_of(tmp_path / "c1.age")
    assert join(found.age, found.tail, [CENTRE], call_id="c1") >= acknowledged * 8000

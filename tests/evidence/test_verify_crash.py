"""A crash that was written down is no fault; whoever uses a crash to change something is found by the marks."""

from pathlib import Path

import pytest

from app.canonical import hexdigest
from app.clock import seeded
from app.evidence.age import Identity, encrypt
from app.evidence.recording import Recorder, tail_of
from app.evidence.verify import verify
from tests.evidence.pen import CENTRE, EVERYBODY, Pen
from tests.evidence.scenes import begun, missing, noted, played


def crashed(pen: Pen) -> None:
    talk = begun(pen, 53)
    talk.mark()
    talk.answered()
    talk.answer("q01", "7")
    talk.speak(3)
    talk.crash()


def crashed_before_dialling(pen: Pen) -> None:
    pen.write("call.interrupted", call=pen.id(), case=pen.id())


def test_a_crash_that_was_written_down_is_no_fault(tmp_path: Path) -> None:
    made = played(tmp_path, crashed)
    found = noted(verify(made.archive, identities=EVERYBODY))
    assert {"call.interrupted", "recording.recovered", "interview.unfinished"} <= found
    assert noted(verify(made.workstation)) >= {"call.interrupted"}


def test_a_crash_before_the_call_is_no_fault(tmp_path: Path) -> None:
    assert "call.interrupted" in noted(verify(played(tmp_path, crashed_before_dialling).archive))


def put_object(folder: Path, data: bytes) -> None:
    (folder / "objects").mkdir(exist_ok=True)
    (folder / "objects" / hexdigest(data)).write_bytes(data)


def test_a_crash_explains_no_file_that_no_line_names(tmp_path: Path) -> None:
    made = played(tmp_path, crashed_before_dialling)
    for folder in (made.archive, made.workstation):
        put_object(folder, b"sealed before the crash")
        assert missing(verify(folder)) == ["object.stray"]


def test_what_was_handed_in_though_its_line_was_never_written_is_no_fault(tmp_path: Path) -> None:
    def scene(pen: Pen) -> None:
        pen.seal({"v": 1, "kind": "contact"}, CENTRE)
        crashed_before_dialling(pen)

    made = played(tmp_path, scene)
    assert "object.unused" in noted(verify(made.archive))
    for path in (made.archive / "objects").iterdir():
        path.unlink()
    assert missing(verify(made.archive)) == ["object.absent"], "the device had handed it in"


def running(pen: Pen) -> None:
    begun(pen)


def test_a_running_call_on_a_workstation_shows_its_recording_as_running(tmp_path: Path) -> None:
    made = played(tmp_path, running)
    verdict = verify(made.workstation)
    assert missing(verdict) == ["call.open"]
    assert "recording.running" in {finding.rule for finding in verdict.completeness}


def test_a_recording_that_was_prepared_and_never_used_holds_no_sound(tmp_path: Path) -> None:
    made = played(tmp_path, crashed)
    path = made.workstation / "recordings" / "00aa00aa00aa00aa.age"
    Recorder(path, path.stem, [CENTRE.recipient], seeded("prepared"), reserve_seconds=1).abandon()
    assert "recording.empty" in noted(verify(made.workstation))
    with path.open("ab") as file:
        file.write(bytes(100))
    assert missing(verify(made.workstation)) == ["object.stray"]


# Somebody uses the crash


def test_another_recording_put_in_place_before_recovery_does_not_fit_the_mark(tmp_path: Path) -> None:
    def scene(pen: Pen) -> None:
        talk = begun(pen, 53)
        talk.mark()
        talk.recorder.abandon()
        data = talk.recorder.path.read_bytes()
        talk.recorder.path.write_bytes(data[:600] + bytes(len(data) - 600))
        talk.crash()

    verdict = verify(played(tmp_path, scene).archive)
    assert [finding.rule for finding in verdict.integrity] == ["recording.forged"]


def test_a_recording_begun_anew_before_recovery_does_not_fit_its_opening(tmp_path: Path) -> None:
    def scene(pen: Pen) -> None:
        talk = begun(pen)
        talk.recorder.abandon()
        talk.recorder.path.write_bytes(encrypt(b"", [CENTRE.recipient], pen.entropy))
        talk.crash()

    verdict = verify(played(tmp_path, scene).archive)
    assert [finding.rule for finding in verdict.integrity] == ["recording.forged"]


@pytest.mark.parametrize("identities", [(), EVERYBODY])
def test_a_tail_cut_before_recovery_leaves_less_than_was_durable(
    tmp_path: Path, identities: tuple[Identity, ...]
) -> None:
    def scene(pen: Pen) -> None:
        talk = begun(pen, 73)
        talk.mark()
        talk.recorder.abandon()
        tail = tail_of(talk.recorder.path)
        tail.write_bytes(tail.read_bytes()[:60_000])
        talk.crash()

    assert set(missing(verify(played(tmp_path, scene).archive, identities=identities))) == {"recording.short"}


def test_bytes_gone_before_recovery_are_told_by_the_mark(tmp_path: Path) -> None:
    def scene(pen: Pen) -> None:
        talk = begun(pen, 53)
        talk.mark()
        talk.recorder.abandon()
        talk.recorder.path.write_bytes(talk.recorder.path.read_bytes()[:5000])
        talk.crash()

    assert "recording.short" in missing(verify(played(tmp_path, scene).archive))


def hurt_at_its_end(pen: Pen, *, seconds: int) -> None:
    """What the crash left of the recording's last seconds does not open."""
    talk = begun(pen, 40)
    tail = tail_of(talk.recorder.path)
    frame = tail.stat().st_size // 4
    whole = bytearray(tail.read_bytes())
    for second in range(4 - seconds, 4):
        whole[(second + 1) * frame - 1] ^= 1
    tail.write_bytes(whole)
    talk.crash()


def test_remains_whose_last_second_does_not_open_are_named_and_no_fault(tmp_path: Path) -> None:
    made = played(tmp_path, lambda pen: hurt_at_its_end(pen, seconds=1))
    assert "recording.end" in noted(verify(made.archive, identities=EVERYBODY))
    assert "recording.end" not in noted(verify(made.archive)), "without a key nobody can tell"


def test_remains_that_are_damaged_further_back_are(tmp_path: Path) -> None:
    made = played(tmp_path, lambda pen: hurt_at_its_end(pen, seconds=3))
    verdict = verify(made.archive, identities=EVERYBODY)
    assert "recording.unreadable" in {each.rule for each in verdict.integrity if each.spoils}, verdict.text()


def test_whole_remains_say_neither(tmp_path: Path) -> None:
    made = played(tmp_path, lambda pen: hurt_at_its_end(pen, seconds=0))
    assert not {"recording.end", "recording.unreadable"} & noted(verify(made.archive, identities=EVERYBODY))

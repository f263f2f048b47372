"""What a workstation itself leaves open: signed, unaltered, and still not complete."""

import re
from pathlib import Path

import pytest

from app.evidence.note import Signer
from app.evidence.verify import verify
from tests.evidence.archive import hand_in
from tests.evidence.pen import CENTRE, Pen
from tests.evidence.scenes import Scene, begun, closed, ended, missing, noted, played, settled


def open_dial(pen: Pen) -> None:
    begun(pen)


def no_outcome(pen: Pen) -> None:
    talk = begun(pen)
    ended(talk)
    closed(talk)


def no_end(pen: Pen) -> None:
    talk = begun(pen)
    closed(talk)
    settled(talk)


def no_recording(pen: Pen) -> None:
    talk = begun(pen)
    ended(talk)
    settled(talk)


def dialled_without_recording(pen: Pen) -> None:
    call, case = pen.id(), pen.id()
    contact = pen.seal({"v": 1, "kind": "contact"}, CENTRE)
    pen.write("dial.start", call=call, case=case, number="22" * 32, contact=contact, ticket="")
    pen.write("dial.end", call=call, cause="busy", raw="", at=0)
    pen.write("outcome.commit", call=call, case=case, outcome="22", at=0, proposed="22")


def never_dialled(pen: Pen) -> None:
    pen.write("rec.open", call=pen.id(), header_sha256="33" * 32, rate=8000, channels=2, codec="alaw")


def call_without_beginning(pen: Pen) -> None:
    pen.write("line", call=pen.id(), state="alerting", at=0)


def dialled_twice(pen: Pen) -> None:
    talk = begun(pen)
    again = {
        "call": talk.call,
        "case": talk.case,
        "number": "22" * 32,
        "contact": next(iter(pen.parcels)),
        "ticket": "",
    }
    pen.write("dial.start", **again)
    ended(talk)
    closed(talk)
    settled(talk)


def shorter_than_its_lines(pen: Pen) -> None:
    talk = begun(pen)
    ended(talk, at=talk.sample + 1)
    closed(talk)
    settled(talk)


def shorter_than_the_clock(pen: Pen) -> None:
    talk = begun(pen)
    pen.clock.advance(2_600)
    ended(talk)
    closed(talk)
    settled(talk)


def longer_than_it_was_late(pen: Pen) -> None:
    talk = begun(pen)
    pen.clock.advance(62_600)
    ended(talk, late=60_000)
    closed(talk)
    settled(talk)


def interview_not_sealed(pen: Pen) -> None:
    talk = begun(pen)
    talk.answered()
    talk.answer("q01", "7")
    ended(talk)
    closed(talk)
    settled(talk)


def one_recording_for_two_calls(pen: Pen) -> None:
    first, second = begun(pen), begun(pen)
    ended(first)
    done = first.recorder.close()
    first.pen.parcels[done.sha256] = (first.recorder.path, "recording")
    ended(second)
    for talk in (first, second):
        fields = {"sha256": done.sha256, "payload_sha256": done.payload_sha256}
        pen.write("rec.close", call=talk.call, bytes=done.bytes, samples=done.samples, **fields)
        settled(talk)


@pytest.mark.parametrize(
    ("scene", "rule"),
    [
        (open_dial, "call.open"),
        (no_outcome, "call.outcome"),
        (no_end, "call.open"),
        (no_recording, "call.unrecorded"),
        (dialled_without_recording, "call.unrecorded"),
        (never_dialled, "call.open"),
        (call_without_beginning, "call.headless"),
        (dialled_twice, "call.twice"),
        (shorter_than_its_lines, "recording.short"),
        (shorter_than_the_clock, "recording.short"),
        (longer_than_it_was_late, "recording.short"),
        (interview_not_sealed, "interview.unsealed"),
    ],
)
def test_what_a_workstation_left_open_is_missing(tmp_path: Path, scene: Scene, rule: str) -> None:
    verdict = verify(played(tmp_path, scene).archive)
    assert rule in missing(verdict)
    for finding in verdict.completeness:
        if finding.rule == rule:
            assert finding.at.file.endswith("journal.jsonl")
            assert finding.at.line > 1
            assert re.fullmatch("[0-9a-f]{16}", finding.at.call)
            assert finding.needed


def corrected(pen: Pen, was: str) -> None:
    talk = begun(pen)
    talk.end("remote_hangup", "21")
    told = {"was": was, "outcome": "22", "reason": "44" * 32}
    pen.write("outcome.amend", call=talk.call, case=talk.case, **told)


def test_an_outcome_that_was_put_right_is_noted(tmp_path: Path) -> None:
    assert "call.corrected" in noted(verify(played(tmp_path, lambda pen: corrected(pen, "21")).archive))


def test_a_correction_of_an_outcome_that_never_was_needs_an_explanation(tmp_path: Path) -> None:
    verdict = verify(played(tmp_path, lambda pen: corrected(pen, "60")).archive)
    assert missing(verdict) == ["call.outcome"]
    assert "from 60 to 22, and it was 21" in verdict.text()


def test_sound_that_was_lost_in_a_call_is_said_with_its_length(tmp_path: Path) -> None:
    def scene(pen: Pen) -> None:
        talk = begun(pen)
        for at in (0, 800):
            pen.write("rec.gap", call=talk.call, at=at, samples=4000)
        talk.end("remote_hangup", "21")

    verdict = verify(played(tmp_path, scene).archive)
    assert "recording.gap" in noted(verdict)
    assert "1.00 s of sound were lost" in verdict.text()


def test_an_end_that_was_written_late_does_not_make_the_call_longer(tmp_path: Path) -> None:
    def late(pen: Pen) -> None:
        talk = begun(pen)
        pen.clock.advance(60_000)
        ended(talk, late=60_000)
        closed(talk)
        settled(talk)

    verdict = verify(played(tmp_path, late).archive)
    assert verdict.ok, verdict.text()


@pytest.mark.parametrize("field", [{"late": "soon"}, {"late": -1}, {"at": "soon"}, {"call": ["0" * 16]}])
def test_a_field_that_a_line_need_not_have_is_named_where_it_is_not_of_its_shape(
    tmp_path: Path, field: dict[str, object]
) -> None:
    def odd(pen: Pen) -> None:
        pen.write("io.error", where="recording", code="EIO", **field)

    verdict = verify(played(tmp_path, odd).archive)
    (found,) = [each for each in verdict.integrity if each.rule == "line.malformed"]
    assert next(iter(field)) in found.what


def test_one_recording_cannot_stand_for_two_calls(tmp_path: Path) -> None:
    verdict = verify(played(tmp_path, one_recording_for_two_calls).archive)
    assert "object.shared" in {finding.rule for finding in verdict.completeness if finding.spoils}


def test_an_epoch_that_is_not_there_leaves_a_gap(tmp_path: Path) -> None:
    second = Signer("fangxin/0a1b2c3d/2", b"\x08" * 32)
    pen = Pen.begin(tmp_path / "workstation", second)
    with pen.journal:
        hand_in(pen, tmp_path / "archive", name="0a1b2c3d.2")
    verdict = verify(tmp_path / "archive", keys=[second.verifier])
    assert [finding.needed for finding in verdict.completeness if finding.rule == "epoch.absent"] == [
        "journals/0a1b2c3d.1"
    ]


def test_lines_of_a_kind_from_the_future_are_noted_and_malformed_ones_are_faults(tmp_path: Path) -> None:
    assert "line.unknown" in noted(
        verify(played(tmp_path / "a", lambda pen: pen.write("coffee.made", cups=2)).archive)
    )
    verdict = verify(
        played(tmp_path / "b", lambda pen: pen.write("rec.gap", call="../../etc", at=0, samples=1)).archive
    )
    assert [finding.rule for finding in verdict.integrity] == ["line.malformed"]

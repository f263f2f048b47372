"""What a check says about a device's epochs, its clock, and practice among a survey."""

from pathlib import Path
from typing import Any

import pytest

from app.canonical import hexdigest
from app.evidence.audit import epochs
from app.evidence.note import Signer
from app.evidence.verify import Verdict, verify
from tests.evidence.archive import NAME, Made, hand_in, make, put
from tests.evidence.pen import CENTRAL, DEVICE, PUBLISHER, Pen
from tests.evidence.scenes import missing, noted, played

SECOND = Signer("fangxin/0a1b2c3d/2", b"\x08" * 32)
KEYS = [each.verifier for each in (DEVICE, SECOND, CENTRAL, PUBLISHER)]


def succeeded(folder: Path, **changes: Any) -> Made:
    """The afternoon's archive, and the same device's next epoch beside it."""
    made = make(folder)
    receipt = (made.journal.parent / "receipts" / "000000000048.note").read_bytes()
    told = {
        "previous": NAME,
        "previous_size": 48,
        "previous_receipt": hexdigest(receipt),
        "reason": "restored",
    }
    whole = Pen.write

    def explained(pen: Pen, kind: str, /, **fields: Any) -> None:
        whole(pen, kind, **fields, **({**told, **changes} if kind == "epoch.new" else {}))

    Pen.write = explained  # type: ignore[method-assign]
    try:
        pen = Pen.begin(folder / "second", SECOND)
    finally:
        Pen.write = whole  # type: ignore[method-assign]
    with pen.journal:
        hand_in(pen, made.archive, name="0a1b2c3d.2")
    put(made.archive / "devices" / "0a1b2c3d.2.vkey", SECOND.vkey.encode() + b"\n")
    return made


def found(verdict: Verdict) -> set[str]:
    return {each.rule for each in (*verdict.integrity, *verdict.completeness) if each.spoils}


def test_a_new_epoch_that_says_why_is_an_ordinary_event(tmp_path: Path) -> None:
    assert "epoch.new" in noted(verify(succeeded(tmp_path).archive, keys=KEYS))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"reason": ""}, "epoch.unexplained"),
        ({"previous_size": 60}, "journal.cut"),
        ({"previous_receipt": "00" * 32}, "receipt.differs"),
    ],
)
def test_what_does_not_join_the_epoch_before_is_named(
    tmp_path: Path, changes: dict[str, Any], rule: str
) -> None:
    assert found(verify(succeeded(tmp_path, **changes).archive, keys=KEYS)) == {rule}


def test_lines_that_came_after_the_successor_are_noted(tmp_path: Path) -> None:
    made = succeeded(tmp_path, previous_size=30, previous_receipt=receipt_of(tmp_path))
    assert "epoch.late" in noted(verify(made.archive, keys=KEYS))


def receipt_of(folder: Path) -> str:
    """The hash of the afternoon's first receipt: the same every time."""
    made = make(folder / "other")
    return hexdigest((made.journal.parent / "receipts" / "000000000030.note").read_bytes())


def test_saboteur_without_comparing_epochs_a_cut_before_the_new_one_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = succeeded(tmp_path, previous_size=60)
    monkeypatch.setattr(epochs, "_ended", lambda *_: None)
    assert verify(made.archive, keys=KEYS).ok


def test_a_clock_that_jumped_in_a_call_is_noted_and_spoils_neither_order_nor_length(tmp_path: Path) -> None:
    def scene(pen: Pen) -> None:
        talk = pen.dial(pen.id())
        talk.speak(20)
        pen.clock.now -= 3_600_000
        talk.speak(20)
        talk.end("no_answer", "21")

    assert "clock.jump" in noted(verify(played(tmp_path, scene).archive))


def test_who_began_to_listen_and_did_not_stop_is_noted(tmp_path: Path) -> None:
    def scene(pen: Pen) -> None:
        talk = pen.dial(pen.id())
        talk.speak(20)
        talk.end("no_answer", "21")
        for name in ("ab" * 8, "cd" * 8):
            pen.write("listen.start", listening=name, call=talk.call, listener="0f" * 32, way="review")
        pen.write("listen.stop", listening="ab" * 8, call=talk.call, samples=1000)

    verdict = verify(played(tmp_path, scene).archive)
    assert [each.rule for each in verdict.completeness].count("call.listening") == 1


def test_practice_among_a_survey_is_no_survey(tmp_path: Path) -> None:
    def scene(pen: Pen) -> None:
        pen.journal._rehearsal = 0
        pen.write("shift.close")

    assert missing(verify(played(tmp_path, scene).archive)) == ["data.mixed"]

"""Short stories at one workstation, for what a check says about them."""

from collections.abc import Callable
from pathlib import Path

from app.evidence.verify import Verdict
from tests.evidence.archive import Made, hand_in, make
from tests.evidence.pen import Pen, Talk

Scene = Callable[[Pen], None]


def played(folder: Path, scene: Scene) -> Made:
    def story(pen: Pen, archive: Path, calls: dict[str, str]) -> None:
        pen.sign_in()
        scene(pen)
        hand_in(pen, archive)

    return make(folder, story=story)


def missing(verdict: Verdict) -> list[str]:
    assert verdict.integrity_ok, verdict.text()
    return [finding.rule for finding in verdict.completeness if finding.spoils]


def noted(verdict: Verdict) -> set[str]:
    assert verdict.ok, verdict.text()
    return {finding.rule for finding in verdict.completeness}


def begun(pen: Pen, tenths: int = 12) -> Talk:
    talk = pen.dial(pen.id())
    talk.speak(tenths)
    return talk


def closed(talk: Talk, **changes: object) -> None:
    """The recording's end, perhaps with something else in it than is so."""
    done = talk.recorder.close()
    fields = {
        "sha256": done.sha256,
        "payload_sha256": done.payload_sha256,
        "bytes": done.bytes,
        "samples": done.samples,
    }
    talk.pen.parcels[done.sha256] = (talk.recorder.path, "recording")
    talk.pen.write("rec.close", call=talk.call, **{**fields, **changes})


def ended(talk: Talk, at: int = -1, **more: int) -> None:
    at = talk.sample if at < 0 else at
    talk.pen.write("dial.end", call=talk.call, cause="remote_hangup", raw="", at=at, **more)


def settled(talk: Talk) -> None:
    told = {"outcome": "21", "at": talk.sample, "proposed": "21"}
    talk.pen.write("outcome.commit", call=talk.call, case=talk.case, **told)

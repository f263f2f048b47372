"""With private keys: what an insider who holds the device's key puts into sealed files is held against what was committed to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.canonical import hexdigest
from app.evidence import wav
from app.evidence.age import encrypt
from app.evidence.verify import Verdict, verify
from tests.evidence.archive import Made, make
from tests.evidence.pen import CENTRE, EVERYBODY, LEAD, Pen
from tests.evidence.scenes import begun, ended, played, settled

Content = dict[str, Any]


def say_ten(content: Content) -> None:
    for answer in (*content["trail"], *content["answers"]):
        answer["value"] = "10"


def say_ten_last(content: Content) -> None:
    content["answers"] = [{**answer, "value": "10"} for answer in content["answers"]]


def forget_the_first_answer(content: Content) -> None:
    first = content["trail"].pop(0)["question"]
    content["answers"] = [answer for answer in content["answers"] if answer["question"] != first]
    content["trail"] = [answer for answer in content["trail"] if answer["question"] != first]


def move_an_answer(content: Content) -> None:
    for answer in content["trail"]:
        answer["at"] += 1


def invent_an_answer(content: Content) -> None:
    extra = {**content["trail"][0], "question": "q99"}
    content["trail"].append(extra)
    content["answers"].append(extra)


def other_outcome(content: Content) -> None:
    content["outcome"] = "21"


def other_case(content: Content) -> None:
    content["case"] = "00" * 8


def not_an_interview(content: Content) -> None:
    content["kind"] = "assignment"


def no_trail(content: Content) -> None:
    content["trail"] = "none"


def answers_that_are_numbers(content: Content) -> None:
    content["answers"] = [1, 2]


@pytest.mark.parametrize(
    ("lie", "half", "rule"),
    [
        (say_ten, "integrity", "answer.altered"),
        (say_ten_last, "integrity", "answer.altered"),
        (move_an_answer, "integrity", "answer.altered"),
        (invent_an_answer, "integrity", "answer.altered"),
        (forget_the_first_answer, "completeness", "answer.absent"),
        (other_outcome, "integrity", "interview.differs"),
        (other_case, "integrity", "interview.differs"),
        (not_an_interview, "integrity", "seal.malformed"),
        (no_trail, "integrity", "seal.malformed"),
        (answers_that_are_numbers, "integrity", "seal.malformed"),
    ],
)
def test_an_interview_that_says_something_else_than_was_committed_to(
    tmp_path: Path, lie: Callable[[Content], None], half: str, rule: str
) -> None:
    made = make(tmp_path, lie=lie)
    assert verify(made.archive).ok  # nobody can see it from outside
    verdict = verify(made.archive, identities=[CENTRE])
    assert rule in spoilt(verdict, half), verdict.text()


def spoilt(verdict: Verdict, half: str) -> set[str]:
    return {finding.rule for finding in getattr(verdict, half) if finding.spoils}


# Recordings that the device's own journal lies about


def closed_as(tmp_path: Path, data: Callable[[Pen, bytes], bytes], **changes: object) -> Made:
    """A call whose recording is replaced before it is written down."""

    def scene(pen: Pen) -> None:
        talk = begun(pen)
        ended(talk)
        done = talk.recorder.close()
        path = talk.recorder.path
        path.write_bytes(data(pen, path.read_bytes()))
        sha = hexdigest(path.read_bytes())
        pen.parcels[sha] = (path, "recording")
        fields = {
            "sha256": sha,
            "payload_sha256": done.payload_sha256,
            "bytes": path.stat().st_size,
            "samples": done.samples,
        }
        pen.write("rec.close", call=talk.call, **{**fields, **changes})
        settled(talk)

    return played(tmp_path, scene)


def same(pen: Pen, data: bytes) -> bytes:
    return data


@pytest.mark.parametrize(
    ("data", "changes", "rule"),
    [
        (same, {"samples": 9601}, "recording.samples"),
        (same, {"payload_sha256": "00" * 32}, "recording.payload"),
        (lambda pen, data: data[:-40], {}, "recording.unreadable"),
        (
            lambda pen, data: encrypt(wav.header()[:40] + bytes(19218), [LEAD.recipient], pen.entropy),
            {},
            "recording.format",
        ),
        (lambda pen, data: b"RIFF" + data, {}, "seal.malformed"),
    ],
)
def test_a_recording_that_is_not_what_its_line_says(
    tmp_path: Path, data: Callable[[Pen, bytes], bytes], changes: dict[str, object], rule: str
) -> None:
    verdict = verify(closed_as(tmp_path, data, **changes).archive, identities=EVERYBODY)
    assert rule in spoilt(verdict, "integrity"), verdict.text()


def test_bytes_that_differ_from_the_line_are_told_without_any_key(tmp_path: Path) -> None:
    assert "object.size" in spoilt(verify(closed_as(tmp_path, same, bytes=5).archive), "integrity")


# Contacts


def test_a_contact_with_another_number_than_was_dialled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = Pen.seal

    def other_number(pen: Pen, content: Content, to: Any) -> str:
        return true(
            pen, {**content, "number": "08180000000"} if content["kind"] == "contact" else content, to
        )

    monkeypatch.setattr(Pen, "seal", other_number)
    made = make(tmp_path)
    assert verify(made.archive, identities=[CENTRE]).ok
    assert spoilt(verify(made.archive, identities=EVERYBODY), "integrity") == {"contact.differs"}

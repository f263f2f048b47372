"""An afternoon at the desk, opened at the centre: what was chosen and answered there is what the rows say here."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from app.clock import VirtualClock, seeded
from app.errors import EvidenceError, SealError
from app.evidence.age import Identity
from app.evidence.journal import read
from app.evidence.verify import verify
from app.interview.screen import Page
from app.interviewer import Interviewer
from app.results.open import Opened, open_archive
from app.results.summary import build, subject_of
from app.results.table import CallRow
from app.sample.outcome import load_outcomes
from hardware.base import Pickup, Utterance
from tests.desk_room import NOON, Room, centre, source, talker
from tests.evidence.archive import make
from tests.evidence.pen import CENTRE
from tests.evidence.tampering import append_call

PEOPLE: tuple[dict[str, object], ...] = (
    {},
    {"hangs_up_at": "q05"},
    {"hangs_up_at": "q11"},
    {"pickup": Pickup.BUSY},
    {"refuses_at": "consent"},
    {"pickup": Pickup.VACANT},
    {"says": {**talker("").says, "residence": Utterance("不是。", "2", 0.5)}},
)
"""One after the other: finishes; hangs up early; hangs up late; busy; refuses; no such number; has not lived there long enough."""


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workstation's data folder after calls with these people."""
    folder = tmp_path_factory.mktemp("open")
    first = Room(folder / "look", size=30).open()
    numbers = [case.number for case in first.station.store.cases()]
    first.close()
    people = {number: talker(number, **PEOPLE[n % len(PEOPLE)]) for n, number in enumerate(numbers)}
    room = Room(folder / "work", size=30, residents=people).open()
    room.work(21)
    room.close()
    return folder / "work"


@pytest.fixture(scope="module")
def opened(worked: Path) -> Opened:
    return open_archive(worked, keys())


def keys() -> list[Identity]:
    return list(centre().identities.values())


def calls_with(opened: Opened, outcome: str) -> list[CallRow]:
    return [call for call in opened.calls if call.outcome == outcome]


def test_every_call_is_a_row_with_the_outcome_that_was_chosen(worked: Path, opened: Opened) -> None:
    lines = [entry.data for entry in read(worked / "journals" / "1" / "journal.jsonl")]
    assert [call.call for call in opened.calls] == [
        line["call"] for line in lines if line["type"] == "dial.start"
    ]
    chosen = {line["call"]: line["outcome"] for line in lines if line["type"] == "outcome.commit"}
    assert {call.call: call.outcome for call in opened.calls} == chosen
    assert {"60", "39", "15", "11"} <= set(chosen.values())


def test_rows_say_device_time_length_and_that_it_was_practice(worked: Path, opened: Opened) -> None:
    device = next(read(worked / "journals" / "1" / "journal.jsonl")).data["device"]
    assert {call.device for call in opened.calls} == {device}
    assert all(call.rehearsal for call in opened.calls)
    assert all(call.rehearsal for call in opened.interviews)
    assert [call.started for call in opened.calls] == sorted(call.started for call in opened.calls)
    assert all(0 < call.seconds < 300 for call in opened.calls)
    assert len({call.interviewer for call in opened.calls}) == 1


def test_the_time_on_the_line_is_that_of_the_journal_to_half_a_second_a_call(
    worked: Path, opened: Opened
) -> None:
    """Cut off below it would lack half a second with each call: of short calls 2 % of an interviewer's hours."""
    lines = [entry.data for entry in read(worked / "journals" / "1" / "journal.jsonl")]
    ended = {line["call"]: int(str(line["mono"])) for line in lines if line["type"] == "dial.end"}
    begun = {line["call"]: int(str(line["mono"])) for line in lines if line["type"] == "dial.start"}
    lasted = {call.call: ended[call.call] - begun[call.call] for call in opened.calls if call.call in ended}
    assert any(length % 1000 >= 500 for length in lasted.values()), "else nothing is shown"
    for call in opened.calls:
        if call.call in lasted:
            assert abs(call.seconds * 1000 - lasted[call.call]) <= 500


def test_answers_and_unit_are_what_the_resident_said(opened: Opened) -> None:
    finished = [row for row in opened.interviews if row.outcome == "60"]
    assert finished
    for row in finished:
        assert row.unit == "4"
        assert {row.answers[f"q{n:02}"] for n in range(1, 13)} == {"7"}
        assert row.answers["age"] == "45"
        assert "thanks" not in row.answers  # a note is no answer
        assert 0 < row.seconds < 120


def test_who_had_answered_half_before_hanging_up_is_a_partial_interview(opened: Opened) -> None:
    codes = {
        len(row.answers): call
        for row in opened.interviews
        for call in opened.calls
        if call.case == row.case and call.outcome == "39"
    }
    assert {(call.aapor, call.category) for call in codes.values()} == {("2.12", "R"), ("1.2", "P")}
    assert codes[min(codes)].aapor == "2.12"
    assert codes[max(codes)].aapor == "1.2"


@pytest.mark.parametrize(("question", "aapor"), [("consent", "3.21"), ("age", "3.21"), ("q03", "2.332")])
def test_a_language_barrier_before_screening_leaves_eligibility_unknown(
    tmp_path: Path, question: str, aapor: str
) -> None:
    look = Room(tmp_path / "look", size=1).open()
    (case,) = look.station.store.cases()
    look.close()
    room = Room(
        tmp_path / "room", size=1, residents={case.number: talker(case.number, hangs_up_at=question)}
    ).open()
    person = Interviewer(room.desk, "小李")
    while room.desk.screen.page is not Page.OUTCOME:
        if not person.step():
            room.pass_time(200)
    room.desk.choose_outcome("40", "只讲方言")
    room.close()
    (call,) = open_archive(tmp_path / "room", keys()).calls
    assert call.aapor == aapor


def test_rows_go_straight_into_a_report(opened: Opened) -> None:
    report = build(subject_of(source()), opened.calls, opened.interviews, created=date(2023, 11, 15))
    assert report.rehearsal
    assert report.scored == sum(row.outcome == "60" for row in opened.interviews)
    assert report.calls == len(opened.calls)


def test_a_study_that_is_passed_in_is_used_instead_of_the_package(
    worked: Path, opened: Opened, tmp_path: Path
) -> None:
    bare = copied(worked, tmp_path)
    shutil.rmtree(bare / "study")
    assert open_archive(bare, keys(), source(), verdict=verify(worked)) == opened
    with pytest.raises(EvidenceError, match="package is not in the archive") as caught:
        open_archive(bare, keys(), verdict=verify(worked))
    assert caught.value.where.endswith("dazhou-2017-1.study")


def test_an_interrupted_call_is_a_row_without_an_outcome(tmp_path: Path) -> None:
    room = Room(tmp_path / "room", residents={}).open()
    person = Interviewer(room.desk, "小李")
    while room.desk.screen.page is not Page.DIALING:
        person.step()
    room.pass_time(3_000)
    room.ledger.close()  # the program dies here
    Room(tmp_path / "room", clock=VirtualClock(NOON + 10**6)).open().close()
    (call,) = open_archive(tmp_path / "room", keys()).calls
    assert (call.outcome, call.aapor, call.category) == ("", "", "")
    assert call.seconds > 0


# What is refused


def copied(worked: Path, tmp_path: Path) -> Path:
    shutil.copytree(worked, tmp_path / "copy")
    return tmp_path / "copy"


def sealed_interview(folder: Path) -> Path:
    lines = [entry.data for entry in read(folder / "journals" / "1" / "journal.jsonl")]
    return folder / "objects" / next(line["object"] for line in lines if line["type"] == "interview.close")


def test_an_altered_archive_is_not_opened(worked: Path, tmp_path: Path) -> None:
    bad = copied(worked, tmp_path)
    path = sealed_interview(bad)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(EvidenceError, match="was altered"):
        open_archive(bad, keys())
    with pytest.raises(EvidenceError, match="was altered"):
        open_archive(bad, keys(), verdict=verify(bad))


def test_calls_that_anybody_may_have_added_are_not_counted(tmp_path: Path) -> None:
    made = make(tmp_path)
    append_call(made)
    with pytest.raises(EvidenceError, match="under no signature"):
        open_archive(made.archive, [CENTRE])


def test_what_is_altered_after_the_check_is_noticed_all_the_same(worked: Path, tmp_path: Path) -> None:
    bad = copied(worked, tmp_path)
    path = sealed_interview(bad)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(EvidenceError, match="altered since it was checked"):
        open_archive(bad, keys(), verdict=verify(worked))


def test_how_far_the_opening_is_can_be_heard(worked: Path, opened: Opened) -> None:
    heard: list[tuple[int, int]] = []
    open_archive(worked, keys(), verdict=verify(worked), progress=lambda done, of: heard.append((done, of)))
    of = len(opened.interviews)
    assert heard == [(done, of) for done in range(1, of + 1)]


def test_something_missing_does_not_stop_the_counting(worked: Path, opened: Opened, tmp_path: Path) -> None:
    less = copied(worked, tmp_path)
    next((less / "recordings").glob("*.age")).unlink()
    assert open_archive(less, keys()) == opened


def test_the_wrong_keys_open_nothing(worked: Path) -> None:
    with pytest.raises(SealError, match="None of the given"):
        open_archive(worked, [Identity.generate(seeded("stranger"))])
    with pytest.raises(SealError, match="None of the given"):
        open_archive(worked, [centre().identities["lead"]])


def test_a_journal_alone_holds_no_interviews(worked: Path) -> None:
    with pytest.raises(EvidenceError, match="not here"):
        open_archive(worked / "journals" / "1", keys())


def test_an_outcome_that_the_table_does_not_know_is_named(worked: Path) -> None:
    known = {key: value for key, value in load_outcomes().items() if key != "15"}
    with pytest.raises(EvidenceError, match="outcome 15 is not in the outcome table"):
        open_archive(worked, keys(), outcomes=known)

"""What the ledger writes, in which order, and that "saved" means on the disk."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.canonical import commit, decode
from app.errors import StorageError
from app.evidence.age import decrypt
from app.evidence.journal import Journal, read
from app.evidence.note import Checkpoint, open_note
from app.interview.interview import Interview
from app.ledger import Ledger
from app.sample.case import Case, State
from app.store import Store
from tests.desk_room import NOON, Room, centre
from tests.desk_talk import events, seat

HEADER = "e" * 64


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A desk at which nobody sits."""
    room = seat(tmp_path)
    yield room
    room.close()


@pytest.fixture
def ledger(room: Room) -> Ledger:
    return room.ledger


@pytest.fixture
def case(ledger: Ledger) -> Case:
    return ledger.store.cases()[0]


def begun(ledger: Ledger, case: Case) -> tuple[str, Interview]:
    """A call in which somebody answered."""
    call = ledger.new_id()
    ledger.store.open_call(call, case.id, NOON)
    ledger.call_opened(case, call, HEADER)
    return call, ledger.begin(case, call, "zh")


def types(ledger: Ledger) -> list[str]:
    return [entry.data["type"] for entry in read(ledger.journal.path)]


def test_the_number_stands_in_the_journal_as_a_commitment_that_the_contact_opens(
    room: Room, ledger: Ledger, case: Case
) -> None:
    ledger.call_opened(case, "a" * 16, HEADER)
    opened, started = events(room, "rec.open", "dial.start")
    assert (opened["type"], opened["header_sha256"]) == ("rec.open", HEADER)
    sealed = room.folder / "objects" / started["contact"]
    contact = json.loads(decrypt(sealed, [centre().identities["contact"]]))
    assert (contact["number"], contact["case"], contact["rehearsal"]) == (case.number, case.id, 1)
    assert commit(bytes.fromhex(contact["salt"]), contact["number"]) == started["number"]
    assert started["contact"] in {parcel.sha256 for parcel in ledger.store.pending()}


@pytest.mark.parametrize("role", ["centre", "lead"])
def test_only_the_contact_key_opens_a_contact(room: Room, ledger: Ledger, case: Case, role: str) -> None:
    ledger.call_opened(case, "a" * 16, HEADER)
    (started,) = events(room, "dial.start")
    with pytest.raises(Exception, match=r"opens|key|identit"):
        decrypt(room.folder / "objects" / started["contact"], [centre().identities[role]])


def test_the_same_number_looks_different_in_every_call(room: Room, ledger: Ledger, case: Case) -> None:
    for call in ("a" * 16, "b" * 16):
        ledger.call_opened(case, call, HEADER)
    first, second = events(room, "dial.start")
    assert first["number"] != second["number"]
    assert first["contact"] != second["contact"]


def test_the_draft_is_committed_before_the_journal_and_both_before_the_answer_counts(
    ledger: Ledger, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, state = begun(ledger, case)
    order: list[str] = []
    record, commit_lines = Store.record_event, Journal._commit

    def recorded(self: Store, interview: str, event: bytes) -> int:
        number = record(self, interview, event)
        order.append("draft")
        return number

    def committed(self: Journal, batch: list[bytes]) -> None:
        commit_lines(self, batch)
        order.extend(str(decode(line)["type"]) for line in batch)

    monkeypatch.setattr(Store, "record_event", recorded)
    monkeypatch.setattr(Journal, "_commit", committed)
    after = ledger.answer(state, call, "q01", "7", 8000, "")
    assert order == ["draft", "answer.commit"]
    assert after.values == {"q01": "7"}
    ledger.answer(after, call, "q01", "8", 9000, "corrected")
    assert order[2:] == ["draft", "answer.amend"]


def test_an_answer_that_the_journal_did_not_take_is_not_acknowledged(
    ledger: Ledger, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, state = begun(ledger, case)
    lines = ledger.journal.size

    def full(*_: object, **__: object) -> None:
        raise StorageError("The disk is full")

    monkeypatch.setattr(type(ledger.journal), "append", full)
    with pytest.raises(StorageError):
        ledger.answer(state, call, "q01", "7", 8000, "")
    assert ledger.journal.size == lines


def test_neither_value_nor_salt_stands_in_the_journal(ledger: Ledger, case: Case) -> None:
    call, state = begun(ledger, case)
    state = ledger.answer(state, call, "suggestion", "路灯修一下", 8000, "")
    text = ledger.journal.path.read_text(encoding="utf-8")
    assert "路灯" not in text
    assert state.answers["suggestion"].salt not in text


def test_two_equal_answers_have_different_commitments(room: Room, ledger: Ledger, case: Case) -> None:
    call, state = begun(ledger, case)
    state = ledger.answer(state, call, "q01", "7", 8000, "")
    ledger.answer(state, call, "q02", "7", 9000, "")
    first, second = events(room, "answer.commit")
    assert first["commit"] != second["commit"]


def test_an_outcome_is_sealed_then_journalled_then_settled(ledger: Ledger, case: Case) -> None:
    call, state = begun(ledger, case)
    state = ledger.answer(state, call, "q01", "7", 8000, "")
    ledger.outcome(case, call, state, "60", at=9000, proposed="60", final=True)
    assert types(ledger)[-2:] == ["outcome.commit", "interview.close"]
    assert ledger.store.open_calls() == {call: case.id}, "not settled yet"
    ledger.settle(case, call, "60", final=True)
    assert ledger.store.open_calls() == {}
    settled = ledger.store.case(case.id)
    assert (settled.state, [attempt.outcome for attempt in settled.attempts]) == (State.OPEN, ["60"])
    assert ledger.store.open_interviews() == ()
    note = sorted(ledger.journal.checkpoints.iterdir())[-1].read_bytes()
    checkpoint = Checkpoint.parse(open_note(note, [_verifier(ledger)]).text)
    assert (checkpoint.size, checkpoint.root) == (ledger.journal.size, ledger.journal.root)


def _verifier(ledger: Ledger):  # type: ignore[no-untyped-def]
    return ledger.journal._signer.verifier


def test_settling_twice_is_settling_once(ledger: Ledger, case: Case) -> None:
    call, state = begun(ledger, case)
    ledger.outcome(case, call, state, "39", at=9000, proposed="39", final=False)
    for _ in range(2):
        ledger.settle(case, call, "39", final=False)
    assert len(ledger.store.case(case.id).attempts) == 1
    assert ledger.store.interview_of(case.id) == state.interview, "it can still be resumed"


def test_an_outcome_without_a_conversation_closes_no_interview(
    room: Room, ledger: Ledger, case: Case
) -> None:
    call = ledger.new_id()
    ledger.store.open_call(call, case.id, NOON)
    ledger.outcome(case, call, None, "15", at=0, proposed="15", final=False)
    assert types(ledger)[-1] == "outcome.commit"
    assert [parcel for parcel in ledger.store.pending() if parcel.kind == "interview"] == []


def test_a_resumed_interview_is_the_same_one(ledger: Ledger, case: Case) -> None:
    call, state = begun(ledger, case)
    state = ledger.answer(state, call, "q01", "7", 8000, "")
    again = ledger.begin(case, "c" * 16, "en")
    assert again.interview == state.interview
    assert again.calls == (call, "c" * 16)
    assert (again.values, again.language) == ({"q01": "7"}, "zh")
    assert types(ledger)[-1] == "interview.resume"


def test_an_assignment_and_its_hash_are_written_down(room: Room, ledger: Ledger) -> None:
    before = len(ledger.store.cases())
    ledger.assigned("f" * 64, [Case("1" * 16, "2" * 64, "13900000000")])
    assert len(ledger.store.cases()) == before + 1
    assert events(room, "assignment.accept")[-1]["sha256"] == "f" * 64


def test_an_interviewer_s_name_is_a_commitment_that_the_store_can_open(room: Room, ledger: Ledger) -> None:
    (shift,) = events(room, "shift.open")
    kept = decode(ledger.store.setting(f"shift.{shift['shift']}").encode())
    assert kept["name"] == "小李"
    assert commit(bytes.fromhex(kept["salt"]), kept["name"]) == shift["interviewer"]


def test_an_object_that_the_store_does_not_take_is_not_left_lying_about(
    room: Room, ledger: Ledger, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full")

    monkeypatch.setattr(Store, "enqueue", full)
    with pytest.raises(StorageError):
        ledger.call_opened(case, "a" * 16, HEADER)
    assert list((room.folder / "objects").iterdir()) == []
    assert not events(room, "rec.open", "dial.start")

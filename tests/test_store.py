"""The desk's own memory: what was confirmed is there after a crash, what was closed is gone, and trouble is told in plain words."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.errors import StorageError
from app.interview.events import Moved, Opened, to_line
from app.sample.case import Attempt, Case, State
from app.store import Receipt, Store
from tests.store_room import KEY, answer, case


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, KEY) as store:
        yield store


@pytest.fixture
def begun(store: Store) -> Store:
    store.put_cases([case()])
    store.open_call("call1", case().id, 1)
    store.open_interview("i1", case().id, "call1")
    return store


def test_importing_the_store_leaves_no_stand_in_behind() -> None:
    check = "import sys, app.store; assert not {'pysqlite3', 'pysqlite3.dbapi2'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-W", "error", "-c", check], check=True)


def test_a_database_layer_bound_to_another_sqlite_is_refused() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import sqlite_utils, app.store"], capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "bound to another SQLite" in run.stderr


class TestCases:
    def test_come_back_in_the_order_of_their_tickets(self, store: Store) -> None:
        late, early = case("b" * 16, "ff"), case("a" * 16, "01")
        store.put_cases([late, early])
        assert store.cases() == (early, late)
        assert store.case(late.id) == late

    def test_a_case_that_is_known_keeps_its_attempts_when_the_assignment_comes_again(
        self, store: Store
    ) -> None:
        store.put_cases([case()])
        tried = case().with_attempt(Attempt(5, "busy", 9))
        store.save_case(tried)
        store.put_cases([case()])
        assert store.case(case().id) == tried

    def test_an_unknown_case_is_told_in_plain_words(self, store: Store) -> None:
        with pytest.raises(StorageError, match="no such case"):
            store.case("ffff")

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        attempts=st.lists(
            st.builds(Attempt, st.integers(0, 2**50), st.text(max_size=5), st.integers(0, 2**50))
        ),
        state=st.sampled_from(State),
        number=st.from_regex(r"\A[0-9]{5,12}\Z"),
    )
    def test_any_case_round_trips(
        self, store: Store, attempts: list[Attempt], state: State, number: str
    ) -> None:
        wanted = Case(number.rjust(16, "0"), "77", number, "", tuple(attempts), state)
        store.save_case(wanted)
        kept = store.case(wanted.id)
        assert (kept.attempts, kept.state) == (wanted.attempts, wanted.state)


class TestInterview:
    def test_answers_come_back_in_order_and_add_up(self, begun: Store) -> None:
        begun.record_event("i1", to_line(Opened("i1", case().id, "call1", "", "zh", 1)))
        assert [begun.record_event("i1", answer("7")), begun.record_event("i1", answer("8"))] == [1, 2]
        assert begun.interview("i1").values == {"q1": "8"}
        assert [event.value for event in begun.interview("i1").trail] == ["7", "8"]

    def test_an_unfinished_interview_is_found_by_its_case(self, begun: Store) -> None:
        assert begun.interview_of(case().id) == "i1"
        assert begun.open_interviews() == ("i1",)
        begun.close_interview("i1")
        assert begun.interview_of(case().id) is None
        assert begun.open_interviews() == ()

    def test_a_case_has_at_most_one_unfinished_interview(self, begun: Store) -> None:
        with pytest.raises(Exception, match="UNIQUE"):
            begun.open_interview("i2", case().id, "call1")

    def test_a_closed_interview_takes_no_more_answers(self, begun: Store) -> None:
        begun.close_interview("i1")
        with pytest.raises(StorageError, match="not open"):
            begun.record_event("i1", answer())

    def test_an_event_is_never_changed(self, begun: Store, path: Path) -> None:
        begun.record_event("i1", answer())
        with pytest.raises(Exception, match="never changed"):
            begun._database.execute("UPDATE interview_events SET event = x'00'")

    def test_an_answer_is_on_the_disk_before_the_method_returns(self, begun: Store, path: Path) -> None:
        begun.record_event("i1", answer("6"))
        with Store.open(path, KEY) as second:  # another connection sees only what is committed
            assert second.interview("i1").values == {"q1": "6"}


class TestCalls:
    def test_a_call_that_a_crash_cut_off_stays_open_until_it_is_settled(self, begun: Store) -> None:
        begun.open_call("call2", case().id, 5)
        assert begun.open_calls() == {"call1": case().id, "call2": case().id}
        begun.close_call("call1", outcome="busy", ended=4)
        begun.interrupt_call("call2", ended=6)
        assert begun.open_calls() == {}


class TestSending:
    def test_a_parcel_waits_until_central_has_signed_for_it(self, store: Store, path: Path) -> None:
        store.enqueue("aa", "recording", path.parent / "recordings" / "x.age", 12)
        store.enqueue("bb", "interview", path.parent / "objects" / "bb", 13)
        store.enqueue("aa", "recording", path.parent / "elsewhere", 99)
        first, second = store.pending()
        assert (first.sha256, first.path, first.bytes) == ("aa", path.parent / "recordings" / "x.age", 12)
        store.mark_sent([first.sha256])
        assert store.pending() == (second,)
        store.mark_waiting(["aa"])
        assert {parcel.sha256 for parcel in store.pending()} == {"aa", "bb"}

    def test_a_moved_data_folder_still_finds_its_files(self, store: Store, path: Path) -> None:
        store.enqueue("aa", "recording", path.parent / "recordings" / "x.age", 12)
        store.close()
        moved = path.parent.rename(path.parent.with_name("moved"))
        with Store.open(moved / "store.db", KEY) as again:
            assert again.pending()[0].path == moved / "recordings" / "x.age"

    def test_the_longest_receipt_counts(self, store: Store) -> None:
        for size in (7, 12, 9):
            store.keep_receipt(Receipt("origin", size, f"note {size}"))
        assert store.last_receipt("origin") == Receipt("origin", 12, "note 12")
        assert store.last_receipt("other") is None

    def test_settings(self, store: Store) -> None:
        assert store.setting("x", "none") == "none"
        store.set_setting("x", "1")
        store.set_setting("x", "2")
        assert store.setting("x") == "2"


def test_two_threads_each_with_their_own_store(store: Store, path: Path) -> None:
    def send() -> None:
        with Store.open(path, KEY) as mine:
            for number in range(50):
                mine.enqueue(f"{number}", "contact", path, 1)
                mine.mark_sent([f"{number}"])

    thread = threading.Thread(target=send)
    thread.start()
    for number in range(50):
        store.set_setting("n", str(number))
    thread.join()
    assert store.setting("n") == "49"
    assert store.pending() == ()


class DeskMemory(RuleBasedStateMachine):
    """Whatever the desk does and whenever it is started again, the store holds what a plain dictionary would."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(os.environ["PYTEST_DESK_MEMORY"]) / os.urandom(8).hex()
        self.store = Store.open(self.folder / "store.db", KEY)
        self.cases = [Case(f"{n:016}", f"{n}", "1") for n in range(3)]
        self.store.put_cases(self.cases)
        self.drafts: dict[str, list[bytes]] = {}
        self.calls: dict[str, str] = {}
        self.number = 0

    def _new(self) -> str:
        self.number += 1
        return f"id{self.number:06}"

    @rule(index=st.integers(0, 2))
    def open_call(self, index: int) -> None:
        call = self._new()
        self.store.open_call(call, self.cases[index].id, self.number)
        self.calls[call] = self.cases[index].id

    @precondition(lambda self: self.calls)
    @rule(interrupted=st.booleans())
    def end_call(self, interrupted: bool) -> None:
        call, _ = self.calls.popitem()
        if interrupted:
            self.store.interrupt_call(call, ended=9)
        else:
            self.store.close_call(call, outcome="busy", ended=9)

    @rule(index=st.integers(0, 2))
    def begin(self, index: int) -> None:
        if self.store.interview_of(self.cases[index].id) is None:
            interview = self._new()
            self.store.open_interview(interview, self.cases[index].id, "call")
            self.drafts[interview] = []

    @precondition(lambda self: self.drafts)
    @rule(value=st.text(max_size=20), index=st.integers(0, 2))
    def answer(self, value: str, index: int) -> None:
        interview = sorted(self.drafts)[index % len(self.drafts)]
        line = answer(value)
        assert self.store.record_event(interview, line) == len(self.drafts[interview])
        self.drafts[interview].append(line)

    @precondition(lambda self: self.drafts)
    @rule()
    def close(self) -> None:
        interview, _ = self.drafts.popitem()
        self.store.close_interview(interview)
        self.store.close_interview(interview)

    @rule()
    def start_again(self) -> None:
        self.store.close()
        self.store = Store.open(self.folder / "store.db", KEY)

    @invariant()
    def the_same_as_a_dictionary(self) -> None:
        assert self.store.open_calls() == self.calls
        assert sorted(self.store.open_interviews()) == sorted(self.drafts)
        for interview, lines in self.drafts.items():
            assert [to_line(event) for event in self.store.events(interview)] == lines

    def teardown(self) -> None:
        self.store.close()


def test_the_store_is_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DESK_MEMORY", str(tmp_path))
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        DeskMemory, settings=settings(max_examples=20, stateful_step_count=20, deadline=None)
    )


def test_moved_is_an_event_too(begun: Store) -> None:
    begun.record_event("i1", to_line(Moved("q2", 3)))
    assert begun.interview("i1").position == "q2"

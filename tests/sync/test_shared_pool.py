"""Many desks, one pool at a central that cannot read a number: no case twice, nothing lost, told once."""

import multiprocessing as mp
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from app.central.pool_routes import pool_of
from app.central.pool_wire import Offered
from app.central.shared import LEASE
from app.clock import seeded, system_entropy
from app.errors import StorageError
from app.evidence.note import Signer
from app.leases import held, let_go, on_hand, owe_again
from app.queue_order import Asked
from app.sample.case import Attempt
from app.sample.plan import Caller
from app.sync.shared_pool import lease, pool_round
from tests.sync.pool_room import HASHED, MEN, OURS, Desk, Room, attempts_at_central, numbers
from tests.sync.world import NOW


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path, 30)
    yield room
    room.close()


def test_a_desk_gets_the_best_cases_and_can_read_their_numbers(room: Room) -> None:
    desk = room.desk(1)
    assert desk.take("I01", 3) == 3
    assert [case.number for case in desk.store.cases()] == ["13882800000", "13882800001", "13882800002"]
    assert len(on_hand(desk.store)) == 3


def test_a_desk_at_which_nobody_has_signed_in_yet_gets_cases_too(room: Room) -> None:
    desk = room.desk(1)
    assert desk.take("", 3) == 3


def test_central_holds_no_number_and_no_name(room: Room) -> None:
    desk = room.desk(1)
    desk.take("访问员01", 3)
    desk.work("16", NOW, by="访问员01")
    desk.tell()
    for path in (room.folder / "central").rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert b"13882800" not in data
        assert "访问员".encode() not in data


def test_two_desks_never_have_the_same_case(room: Room) -> None:
    one, two = room.desk(1), room.desk(2)
    for _ in range(4):
        one.take("I01", 4)
        two.take("I02", 4)
    mine, theirs = ({case.id for case in desk.store.cases()} for desk in (one, two))
    assert not mine & theirs
    assert len(mine | theirs) == 30


def test_what_was_done_is_told_once_and_the_case_comes_back_when_it_is_due(room: Room) -> None:
    desk, other = room.desk(1), room.desk(2)
    desk.take("I01", 1)
    desk.work("15", NOW)
    assert desk.tell() == 1
    assert desk.tell() == 0
    other.take("I02", 30)
    assert f"{0:016x}" not in {case.id for case in other.store.cases()}
    room.clock.advance(31 * 60_000)
    desk.take("I01", 1)
    again = desk.store.case(f"{0:016x}")
    assert [attempt.outcome for attempt in again.attempts] == ["15"]
    assert len(on_hand(desk.store)) == 1


def test_a_settlement_that_was_sent_twice_counts_once(room: Room) -> None:
    desk = room.desk(1)
    desk.take("I01", 1)
    told = {"v": 1, "case": f"{0:016x}", "attempts": [[NOW, "16", 0, "x"]]}
    desk.client.post("/v1/pool/settle", told)
    desk.client.post("/v1/pool/settle", told)
    room.clock.advance(5 * 60 * 60_000)
    desk.take("I01", 1)
    assert len(desk.store.case(f"{0:016x}").attempts) == 1


def test_edge_02_a_desk_that_is_never_heard_of_again_loses_its_cases_and_each_call_counts_once(
    room: Room,
) -> None:
    dead, other = room.desk(1), room.desk(2)
    dead.take("I01", 20)
    room.clock.advance(LEASE - 1)
    other.take("I02", 20)
    assert len(other.store.cases()) == 10
    room.clock.advance(2)
    other.take("I02", 20)
    assert len(other.store.cases()) == 30
    assert [attempt.outcome for attempt in other.store.case(f"{0:016x}").attempts] == [""]


def test_a_desk_that_was_off_line_tells_late_what_really_happened(room: Room) -> None:
    late, other = room.desk(1), room.desk(2)
    late.take("I01", 1)
    late.work("60", NOW + 1000)
    room.clock.advance(LEASE + 1)
    other.take("I02", 1)
    late.tell()
    room.clock.advance(30 * 24 * 60 * 60_000)
    other.take("I02", 30)
    central = pool_of(room.registry)._row(f"{0:016x}")
    assert '"60"' in central["attempts"]


def test_what_may_be_another_desks_by_now_is_not_dialled(room: Room) -> None:
    """A desk that cannot reach central stops by itself when its leases end: the others call these cases then."""
    late, other = room.desk(1), room.desk(2)
    late.take("I01", 2)
    late.clock.advance(LEASE)
    room.clock.advance(LEASE)
    other.take("I02", 2)
    assert late.queue.best(Asked(late.clock.wall())) is not None
    let_go(late.store, late.clock.wall())
    assert late.queue.best(Asked(late.clock.wall())) is None
    assert len(on_hand(late.store)) == 0


def test_a_desk_that_is_heard_of_keeps_its_cases(room: Room) -> None:
    desk, other = room.desk(1), room.desk(2)
    desk.take("I01", 2)
    for _ in range(3):
        for clock in (room.clock, desk.clock, other.clock):
            clock.advance(LEASE - 1)
        desk.take("I01", 0)
        other.take("I02", 20)
    assert not {c.id for c in desk.store.cases()} & {c.id for c in other.store.cases()}
    let_go(desk.store, desk.clock.wall())
    assert len(on_hand(desk.store)) == 2
    assert attempts_at_central(room, 0) == []


def test_a_case_in_hand_is_not_let_go_and_none_of_its_calls_is_lost(room: Room) -> None:
    desk = room.desk(1)
    desk.take("I01", 2)
    case = desk.queue.pick(Asked(desk.clock.wall()))
    assert case is not None
    let_go(desk.store, desk.clock.wall() + LEASE, all_=True)
    assert [c.state for c in desk.store.cases()] == ["fresh", "closed"]
    desk.store.save_case(desk.store.case(case).with_attempt(Attempt(NOW, "16", by="I01")))
    assert desk.tell() == 2
    assert [call[1] for call in attempts_at_central(room, 0)] == ["16"]


def test_what_nobody_called_goes_back_and_counts_as_no_call(room: Room) -> None:
    desk, other = room.desk(1), room.desk(2)
    desk.take("I01", 2)
    pool_round(desk.client, desk.store, OURS, Caller(), desk.quotas, desk.clock, system_entropy, 0)
    assert (held(desk.store), attempts_at_central(room, 0)) == ({}, [])
    other.take("I02", 1)
    assert other.store.case(f"{0:016x}").number == "13882800000"


def test_a_call_that_is_told_late_explains_its_own_lease_and_no_other(room: Room) -> None:
    """Twice the desk was not heard of; once it had called, the other time its call is not known."""
    desk, other = room.desk(1), room.desk(2)
    pool = pool_of(room.registry)
    pool.lease("00000001", Caller("x"), 1, NOW, frozenset())
    room.clock.advance(LEASE)
    other.take("I02", 1)  # lapsed, and given to somebody else
    pool.settle("00000002", f"{0:016x}", [], room.clock.wall())
    pool.lease("00000001", Caller("x"), 1, room.clock.wall(), frozenset())
    room.clock.advance(LEASE)
    pool.lease("00000003", Caller("y"), 0, room.clock.wall(), frozenset())
    first, second = attempts_at_central(room, 0)
    assert [first[3], second[3]] == ["00000001"] * 2
    told = Attempt(int(first[0]) - 1000, "16", by="x")
    pool.settle("00000001", f"{0:016x}", [told], room.clock.wall())
    assert attempts_at_central(room, 0) == [told.to_list(), second]
    pool.settle("00000001", f"{0:016x}", [told], room.clock.wall())
    assert attempts_at_central(room, 0) == [told.to_list(), second]
    assert desk.name.startswith("00000001")


def test_a_late_settlement_ends_nobody_elses_lease(room: Room) -> None:
    """The other desk is on the telephone with this resident."""
    late, other = room.desk(1), room.desk(2)
    late.take("I01", 1)
    late.work("16", NOW + 1000)
    room.clock.advance(LEASE)
    other.take("I02", 1)
    late.tell()
    assert pool_of(room.registry)._pool.holder(f"{0:016x}", room.clock.wall()) == "00000002"
    third = room.desk(3)
    third.take("I03", 30)
    third.take("I03", 30)
    assert f"{0:016x}" not in {case.id for case in third.store.cases()}


def test_interviewers_are_known_again_at_the_desk_and_not_at_central(room: Room) -> None:
    desk = room.desk(1)
    desk.take("I01", 1)
    desk.work("36", NOW, by="I01")
    desk.tell()
    assert attempts_at_central(room, 0)[0][3] == OURS.alias("I01") != "I01"
    room.clock.advance(8 * 24 * 60 * 60_000)
    senior = Caller("I02", frozenset({"refusal"}))
    lease(desk.client, desk.store, OURS, senior, 30, desk.clock)
    assert desk.store.case(f"{0:016x}").attempts[0].by == "I01"


def test_a_disk_that_refuses_is_told_in_words(room: Room) -> None:
    pool = pool_of(room.registry)
    room.stores.index._database.execute("PRAGMA query_only = ON")
    steps: list[Callable[[], object]] = [
        lambda: pool.add([Offered("f" * 16, "f" * 64, "", True, "", b"x")], NOW),
        lambda: pool.tell_cells("00000001", b"x", NOW),
        lambda: pool.settle("00000001", f"{0:016x}", [Attempt(NOW, "16")], NOW),
        lambda: pool.decide("note"),
    ]
    for step in steps:
        with pytest.raises(StorageError):
            step()
    room.stores.index._database.execute("PRAGMA query_only = OFF")


def _stations(folder: str, url: str, vkey: Signer, codes: dict[int, str]) -> list[str]:
    """What the desks of one process do, by turns, until there is nothing left; the cases that they called."""
    desks = [Desk(Path(folder), url, vkey, code, number) for number, code in codes.items()]
    called: list[str] = []
    left = list(desks)
    while left:
        left = [desk for desk in left if desk.take("I01", 2)]
        for desk in left:
            desk.talk()
            if desk.quotas.verdict({"sex": "1"}, started=False).open:
                desk.quotas.finished(["sex=1"])
                desk.talk()
            for case in desk.store.cases():
                assert desk.store.columns_of(case.id)["sex"] == str(1 + int(case.id, 16) % 2)
            called += desk.work("60", NOW)
            desk.tell()
    for desk in desks:
        desk.close()
    return called


@pytest.mark.parametrize(
    ("desks", "cases"),
    [
        pytest.param(8, 64, marks=pytest.mark.slow),
        pytest.param(100, 600, marks=pytest.mark.long),
    ],
)
def test_desks_in_eight_real_processes_empty_one_pool_through_central_without_a_double_call(
    tmp_path: Path, desks: int, cases: int
) -> None:
    """No clock is in it: what a process raises is raised here, and however slow the machine is, the answer is waited for."""
    room = Room(tmp_path, cases)
    codes = {number: room.stores.index.issue_code(seeded(f"code {number}"), NOW) for number in range(desks)}
    began = time.perf_counter()
    with ProcessPoolExecutor(8, mp.get_context("spawn")) as processes:
        shifts = [
            processes.submit(
                _stations,
                str(tmp_path),
                room.url,
                room.stores.signer,
                {number: code for number, code in codes.items() if number % 8 == process},
            )
            for process in range(8)
        ]
        called = [case for shift in shifts for case in shift.result()]
    print(f"{desks} desks called {cases} cases in {time.perf_counter() - began:.1f} s")
    last = room.desk(desks)
    last.talk()
    counted = last.quotas.filling().done[MEN]
    room.close()
    assert 3 <= counted <= 3 + 7, "each of the others may have begun while the last place was taken"
    assert sorted(called) == sorted(case.id for case in numbers(cases))


def test_edge_16_a_corrected_call_takes_the_place_of_the_one_that_was_told(room: Room) -> None:
    desk = room.desk(1)
    desk.take("I01", 1)
    (case,) = [desk.store.case(one) for one in desk.work("38", NOW)]
    desk.tell()
    assert pool_of(room.registry).withdrawn()
    right = replace(case.attempts[0], outcome="16")
    desk.store.save_case(replace(desk.store.case(case.id), attempts=(right,)))
    owe_again(desk.store, case.id, 0)
    assert desk.tell() == 1
    assert [attempt[1] for attempt in attempts_at_central(room, int(case.id, 16))] == ["16"]
    assert not pool_of(room.registry).withdrawn(), "and nobody is barred by a slip of the finger"


def test_edge_16_a_correction_made_while_a_round_is_telling_the_call_is_told_once_more(room: Room) -> None:
    desk = room.desk(1)
    desk.take("I01", 1)
    (case,) = [desk.store.case(one) for one in desk.work("36", NOW)]
    post = desk.client.post

    def meanwhile(path: str, document: dict[str, object]) -> dict[str, object]:
        answer = post(path, document)
        desk.client.post = post  # type: ignore[method-assign]
        right = replace(case.attempts[0], outcome="16")
        desk.store.save_case(replace(desk.store.case(case.id), attempts=(right,)))
        owe_again(desk.store, case.id, 0)
        return answer

    desk.client.post = meanwhile  # type: ignore[method-assign]
    desk.tell()
    assert desk.tell() == 1
    assert [attempt[1] for attempt in attempts_at_central(room, int(case.id, 16))] == ["16"]


def known_to(who: str, *cases: int) -> Caller:
    """Somebody who is never given the numbers of these cases; this room's desks hash a number to itself."""
    return Caller(who, knows=frozenset(numbers(1 + max(cases))[n].number for n in cases))


def a_round(desk: Desk, caller: Caller, keep: int) -> tuple[str, ...]:
    """One round with the pool. Returns what the desk has on hand then."""
    pool_round(desk.client, desk.store, OURS, caller, desk.quotas, desk.clock, system_entropy, keep)
    return on_hand(desk.store)


def test_edge_13_ones_mothers_number_goes_back_at_once_and_a_colleague_is_given_it(room: Room) -> None:
    """The desk alone sees whose number it is. Kept, it would lie there until the lease ends, and longer while the desk is heard of."""
    desk, other = room.desk(1), room.desk(2)
    mother, *rest = [case.id for case in numbers(3)]
    assert a_round(desk, known_to("I01", 0), 2) == tuple(rest)
    assert other.take("I02", 1) == 1
    assert on_hand(other.store) == (mother,)
    assert attempts_at_central(room, 0) == []


def test_edge_13_central_does_not_give_it_to_him_again(room: Room) -> None:
    desk, caller = room.desk(1), known_to("I01", 0)
    a_round(desk, caller, 2)
    asked: list[dict[str, object]] = []
    post = desk.client.post

    def heard(path: str, document: dict[str, object]) -> dict[str, object]:
        answer = post(path, document)
        if path == "/v1/pool/lease":
            asked.append({**document["caller"], "got": [case["case"] for case in answer["cases"]]})  # type: ignore[dict-item]
        return answer

    desk.client.post = heard  # type: ignore[method-assign]
    a_round(desk, caller, 4)
    (told,) = asked
    assert told["knows"] == [HASHED(numbers(1)[0].number)], "its hash in the pool, which the case brought"
    assert told["got"] == [case.id for case in numbers(5)[3:]]


def test_edge_13_also_when_he_sits_down_where_a_colleague_has_fetched_the_cases(room: Room) -> None:
    desk = room.desk(1)
    assert len(a_round(desk, Caller("I02"), 2)) == 2
    assert a_round(desk, known_to("I01", 1), 2) == (numbers(1)[0].id, numbers(3)[2].id)
    assert set(held(desk.store)) == {numbers(1)[0].id, numbers(3)[2].id}

"""A case that a supervisor gives to a desk, on the wire: what central takes, what a desk takes, and what neither lets itself be told."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from app.canonical import Value
from app.central.pool_routes import pool_of
from app.central.shared import LEASE
from app.clock import VirtualClock, seeded, system_entropy
from app.errors import StudyError, SyncError
from app.evidence.age import Identity
from app.evidence.note import Signer
from app.leases import held
from app.pulls import Pulls
from app.queue_people import Bar
from app.sample.case import Attempt
from app.sample.plan import Caller
from app.sample.pull import WEEK, Fate, Pull
from app.store import Store
from app.sync.client import Client, RefusedError
from app.sync.pool_pulls import given as written
from app.sync.shared_pool import Round, pool_round
from app.withdrawal import Entry, entry_note
from tests.sync.pool_room import HASHED, OURS, ROOM, Desk, Room, attempts_at_central, numbers
from tests.sync.world import CENTRE, NOW, STUDY


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path, 30)
    yield room
    room.close()


def decision(case: int, desk: int, wall: int = NOW) -> Pull:
    return Pull(f"{case:016x}", f"{desk:08x}", "督导01", "邻居转告请回电", wall)


def note(
    pull: Pull, *, study: str = STUDY, signer: Signer = CENTRE, key: Identity = ROOM
) -> dict[str, Value]:
    return written(study, pull, signer, key.recipient, system_entropy)


def hand_in(room: Room, document: dict[str, Value], address: str = "/v1/pool/give") -> None:
    vkey = room.stores.signer.verifier
    with Client(room.url, "centre", CENTRE, [vkey], VirtualClock(NOW), system_entropy) as centre:
        centre.post(address, document)


def go_round(desk: Desk, keep: int = 2, who: str = "I01") -> Round:
    """One round of sending, as the desk makes it."""
    caller = Caller(who)
    return pool_round(desk.client, desk.store, OURS, caller, desk.quotas, desk.clock, system_entropy, keep)


def fates(room: Room) -> list[str]:
    return [row["fate"] for row in pool_of(room.registry).given(room.clock.wall()).all(room.clock.wall())]


def comes_next(desk: Desk) -> str:
    pull = Pulls(desk.store).next(desk.queue, desk.clock.wall(), None, lambda number: number)
    return pull.case if pull else ""


def test_it_is_leased_to_its_desk_whatever_comes_first_and_to_no_other(room: Room) -> None:
    one, two = room.desk(1), room.desk(2)
    hand_in(room, note(decision(0, 2)))
    assert go_round(one).on_hand == 2
    assert f"{0:016x}" not in held(one.store)
    assert go_round(two).leased == 3, "beside those that it wants"
    assert comes_next(two) == f"{0:016x}"


def test_given_twice_it_stands_in_the_log_once_and_the_later_word_holds(room: Room) -> None:
    one, two = room.desk(1), room.desk(2)
    first = note(decision(5, 1))
    lines = len(room.stores.log.tree)
    hand_in(room, first)
    hand_in(room, first)
    assert len(room.stores.log.tree) == lines + 1
    hand_in(room, note(decision(5, 2, NOW + 1)))
    with pytest.raises(RefusedError, match="later decision"):
        hand_in(room, first)  # played again
    go_round(one)
    go_round(two)
    assert (comes_next(one), comes_next(two)) == ("", f"{5:016x}")


def test_central_refuses_what_the_centre_did_not_sign_for_this_study_now(room: Room) -> None:
    room.desk(1)
    stranger, good = Signer("centre", b"z" * 32), note(decision(5, 1))
    other = note(decision(6, 1))
    for document in (
        note(decision(5, 1), signer=stranger),
        note(decision(5, 1), study="another"),
        {**good, "sealed": other["sealed"]},
        {"v": 1, "note": "nothing"},
    ):
        with pytest.raises(RefusedError, match="no decision about a case"):
            hand_in(room, document)
    with pytest.raises(RefusedError, match="older than a week"):
        hand_in(room, note(decision(5, 1, NOW - WEEK)))
    with pytest.raises(RefusedError, match="no desk"):
        hand_in(room, note(decision(5, 7)))
    assert fates(room) == []


@pytest.mark.parametrize("sabotage", ["forged", "another study", "another desk", "swapped words"])
def test_a_desk_takes_nothing_from_a_central_that_gives_cases_by_itself(room: Room, sabotage: str) -> None:
    """The saboteur sits at central: whoever steers who calls whom must not."""
    desk = room.desk(1)
    pull, stranger = decision(5, 1), Signer("centre", b"z" * 32)
    document = {
        "forged": note(pull, signer=stranger),
        "another study": note(pull, study="another"),
        "another desk": note(decision(5, 2)),
        "swapped words": {**note(pull), "sealed": note(decision(6, 1))["sealed"]},
    }[sabotage]
    pool_of(room.registry).given(NOW).keep(pull, str(document["note"]), str(document["sealed"]))
    with pytest.raises(SyncError, match="cases given to this desk"):
        go_round(desk)
    assert comes_next(desk) == ""
    assert held(desk.store) == {}


def test_words_for_another_room_stop_nobody_and_are_told(room: Room) -> None:
    desk = room.desk(1)
    hand_in(room, note(decision(5, 1), key=Identity.generate(seeded("another room"))))
    assert go_round(desk).on_hand == 2
    assert comes_next(desk) == ""
    go_round(desk)
    assert fates(room) == [Fate.SEALED]


def test_what_central_plays_again_after_the_call_is_not_called_again(room: Room) -> None:
    desk = room.desk(1)
    pull = decision(5, 1)
    document = note(pull)
    hand_in(room, document)
    go_round(desk)
    (taken, _), *_ = Pulls(desk.store).of(pull.case)
    Pulls(desk.store).end(taken, Fate.TAKEN)
    desk.clock.advance(60_000)
    case = desk.store.case(pull.case)
    desk.store.save_case(case.with_attempt(Attempt(desk.clock.wall(), "16", by="I01")))
    go_round(desk)
    assert fates(room) == [Fate.TAKEN]
    pool_of(room.registry).given(NOW).keep(taken, str(document["note"]), str(document["sealed"]))
    go_round(desk)
    assert comes_next(desk) == ""
    assert Pulls(desk.store).wanted(desk.clock.wall()) == ()


def test_a_call_that_another_process_enters_while_the_decision_is_taken_does_not_use_it_up(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The saboteur's reading before the transaction: the call would count as the decision's own, and its case would not come again."""
    desk, pull = room.desk(1), decision(5, 1)
    hand_in(room, note(pull))
    go_round(desk)
    (taken, _), *_ = Pulls(desk.store).of(pull.case)
    case, turn = desk.store.case(pull.case), desk.store.together
    with closing(Store.open(room.folder / "desk-1.db", bytes([2]) * 32)) as other:

        def after_the_other() -> AbstractContextManager[None]:
            other.save_case(case.with_attempt(Attempt(NOW - 1, "16", by="I02")))
            return turn()

        monkeypatch.setattr(desk.store, "together", after_the_other)
        Pulls(desk.store).end(taken, Fate.TAKEN)
    assert comes_next(desk) == pull.case, "taken, and not called yet"


def test_a_decision_is_forgotten_after_a_week_and_the_case_is_everybodys(room: Room) -> None:
    one, two = room.desk(1), room.desk(2)
    hand_in(room, note(decision(0, 2)))
    room.clock.advance(WEEK)
    two.clock.advance(WEEK)
    go_round(two, keep=0)
    go_round(one)
    assert f"{0:016x}" in held(one.store)
    assert (comes_next(two), fates(room)) == ("", [Fate.LATE])


def test_a_desk_at_which_nobody_sits_is_given_nothing_until_somebody_does(room: Room) -> None:
    desk = room.desk(1)
    hand_in(room, note(decision(5, 1)))
    assert go_round(desk, keep=0).leased == 0
    assert (comes_next(desk), fates(room)) == ("", [Fate.WAITS])
    go_round(desk)
    assert comes_next(desk) == f"{5:016x}"


def test_an_answer_that_is_lost_on_the_way_loses_no_case(room: Room) -> None:
    desk = room.desk(1)
    hand_in(room, note(decision(5, 1)))
    pool = pool_of(room.registry)
    assert len(pool.lease("00000001", Caller("I01"), 0, NOW, frozenset(), [f"{5:016x}"])) == 1
    go_round(desk)
    assert comes_next(desk) == f"{5:016x}"


def test_in_hand_finished_barred_or_on_the_telephone_is_refused_in_words(room: Room) -> None:
    one = room.desk(1)
    room.desk(2)
    go_round(one)
    with pytest.raises(RefusedError, match="desk 00000001 has the case"):
        hand_in(room, note(decision(0, 2)))
    hand_in(room, note(decision(0, 1)))
    entry = Entry(HASHED(numbers(4)[3].number), True, "督导01", "来信要求", NOW)
    hand_in(room, {"v": 1, "notes": [entry_note(STUDY, entry, CENTRE)]}, "/v1/pool/do-not-call")
    with pytest.raises(RefusedError, match="do-not-call list"):
        hand_in(room, note(decision(3, 2)))
    pool = pool_of(room.registry)._pool
    pool._database.execute(
        'UPDATE queue SET number_key = ? WHERE "case" = ?', [HASHED(numbers(1)[0].number), f"{9:016x}"]
    )
    with pytest.raises(RefusedError, match="in hand in another case"):
        hand_in(room, note(decision(9, 2)))
    one.work("20", NOW - 1)
    go_round(one, keep=0)
    with pytest.raises(RefusedError, match="finished"):
        hand_in(room, note(decision(1, 2)))


def test_who_is_barred_meanwhile_is_not_handed_over_and_the_supervisor_sees_it(room: Room) -> None:
    desk = room.desk(1)
    hand_in(room, note(decision(5, 1)))
    pool_of(room.registry).bar(HASHED(numbers(6)[5].number), Bar(NOW, "", "督导01", "来信要求"), "note")
    go_round(desk)
    assert (comes_next(desk), fates(room)) == ("", [Fate.BARRED])


def test_a_desk_that_was_off_line_beyond_its_lease_gets_its_case_back(room: Room) -> None:
    one, two = room.desk(1), room.desk(2)
    hand_in(room, note(decision(5, 1)))
    go_round(one)
    for clock in (room.clock, one.clock):
        clock.advance(LEASE + 1)
    go_round(two, keep=20)
    assert f"{5:016x}" not in held(two.store)
    go_round(one)
    assert comes_next(one) == f"{5:016x}"
    assert attempts_at_central(room, 5) == [], "no call is counted that nobody made"


def test_a_decision_needs_one_line_for_who_and_one_for_why() -> None:
    for by, reason in ((" ", "邻居转告"), ("督导01", ""), ("督导01", "一\n二")):
        with pytest.raises(StudyError, match="one line"):
            note(Pull("0" * 16, "00000001", by, reason, NOW))

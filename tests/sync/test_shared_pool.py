"""Many desks, one pool at a central that cannot read a number: no case twice, nothing lost, told once."""

import multiprocessing as mp
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.central.pool_routes import pool_of
from app.central.registry import Registry
from app.central.server import running
from app.central.shared import LEASE
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded, system_entropy
from app.evidence.age import Identity
from app.evidence.note import Signer
from app.leases import let_go, on_hand
from app.quotas import Quotas
from app.sample.case import Attempt, Case
from app.sample.plan import Caller, Plan
from app.sample.quota import Cell, Kind, Quota
from app.store import Store
from app.sync.client import Client
from app.sync.enrol import Introduction, enrol
from app.sync.shared_pool import Room as RoomKey
from app.sync.shared_pool import exchange, lease, offer, settle
from tests.sync.world import CENTRE, NOW, STUDY

ROOM = Identity.generate(seeded("room"))
OURS = RoomKey(ROOM, ("I01", "I02", "访问员01"), CENTRE.verifier, STUDY)
KEY = bytes(32)
MEN: Cell = (("sex", "1"),)
QUOTA = Quota(Kind.MARGINAL, ("sex",), {MEN: 3, (("sex", "2"),): 3})


def numbers(count: int) -> list[Case]:
    return [Case(f"{n:016x}", f"{n:064x}", f"1388280{n:04}") for n in range(count)]


def panel(count: int) -> dict[str, dict[str, str]]:
    return {
        case.number: {"visited": f"大厅{n % 3}", "sex": str(1 + n % 2)}
        for n, case in enumerate(numbers(count))
    }


class Desk:
    """One enrolled device with a store."""

    def __init__(self, folder: Path, url: str, central_vkey: Signer, code: str, number: int) -> None:
        self.name = f"{number:08x}.1"
        signer = Signer(f"fangxin/{number:08x}/1", bytes([number + 1]) * 32)
        self.store = Store.open(folder / f"desk-{number}.db", bytes([number + 1]) * 32)
        self.queue = self.store.follow(Plan(), lambda one: one)
        self.clock = VirtualClock(NOW)
        self.quotas = Quotas(self.store, (QUOTA,))
        self.client = Client(
            url, self.name, signer, [central_vkey.verifier], self.clock, system_entropy, attempts=3
        )
        enrol(self.client, code, Introduction(self.name, signer.verifier, ROOM.recipient))

    def close(self) -> None:
        self.client.close()
        self.store.close()

    def take(self, who: str, more: int) -> int:
        """Ask for so many more. Returns how many were taken."""
        keep = on_hand(self.store) + more
        return lease(self.client, self.store, OURS, Caller(who), keep, self.clock)

    def tell(self) -> int:
        """Tell what was called. Returns how many cases."""
        let_go(self.store, self.clock.wall(), called=True)
        return settle(self.client, self.store, OURS)

    def talk(self) -> None:
        """Exchange quota counts."""
        exchange(self.client, OURS, self.quotas, system_entropy)

    def work(self, outcome: str, at: int, by: str = "I01") -> list[str]:
        """Call everything on hand; returns the cases."""
        done = []
        for case in self.store.cases():
            if (case.state not in ("closed",) and case.attempts == ()) or case.state == "open":
                self.store.save_case(case.with_attempt(Attempt(at, outcome, by=by)))
                done.append(case.id)
        return done


class Room:
    """Central, served, with a pool."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.clock = folder, VirtualClock(NOW)
        self.desks: list[Desk] = []
        self.stores = FolderStore.open(folder / "central", seeded("central"))
        self.stores.install(b"PK", study=STUDY, version=1, rehearsal=False, centre_vkey=CENTRE.vkey)
        self.registry = Registry(self.stores, self.clock, Plan())
        self.serving = running(self.registry)
        self.url = self.serving.__enter__()
        centre = Client(
            self.url, "centre", CENTRE, [self.stores.signer.verifier], VirtualClock(NOW), system_entropy
        )
        with centre:
            assert centre.post(
                "/v1/pool/cases", offer(numbers(count), ROOM.recipient, KEY, seeded("s"), panel(count))
            ) == {
                "v": 1,
                "added": count,
            }
            again = centre.post(
                "/v1/pool/cases", offer(numbers(count), ROOM.recipient, KEY, seeded("s"), panel(count))
            )
            assert again["added"] == 0

    def desk(self, number: int) -> Desk:
        code = self.stores.index.issue_code(seeded(f"code {number}"), NOW)
        self.desks.append(Desk(self.folder, self.url, self.stores.signer, code, number))
        return self.desks[-1]

    def close(self) -> None:
        for desk in self.desks:
            desk.close()
        self.serving.__exit__(None, None, None)
        self.stores.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path, 30)
    yield room
    room.close()


def test_a_desk_gets_the_best_cases_and_can_read_their_numbers(room: Room) -> None:
    desk = room.desk(1)
    assert desk.take("I01", 3) == 3
    assert [case.number for case in desk.store.cases()] == ["13882800000", "13882800001", "13882800002"]
    assert on_hand(desk.store) == 3


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
    assert on_hand(desk.store) == 1


def test_a_settlement_that_was_sent_twice_counts_once(room: Room) -> None:
    desk = room.desk(1)
    desk.take("I01", 1)
    told = {"v": 1, "case": f"{0:016x}", "attempts": [[NOW, "16", 0, "x"]]}
    desk.client.post("/v1/pool/settle", told)
    desk.client.post("/v1/pool/settle", told)
    room.clock.advance(5 * 60 * 60_000)
    desk.take("I01", 1)
    assert len(desk.store.case(f"{0:016x}").attempts) == 1


def test_a_desk_that_is_never_heard_of_again_loses_its_cases_and_each_call_counts_once(room: Room) -> None:
    """Edge 2."""
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


def _station(
    folder: str, url: str, vkey: Signer, code: str, number: int, answers: "mp.Queue[list[str]]"
) -> None:
    desk = Desk(Path(folder), url, vkey, code, number)
    mine: list[str] = []
    while desk.take(f"I{number:02}", 2):
        mine += desk.work("60", NOW)
        desk.tell()
    desk.close()
    answers.put(mine)


@pytest.mark.slow
def test_eight_real_desks_empty_one_pool_through_central_without_a_double_call(tmp_path: Path) -> None:
    room = Room(tmp_path, 64)
    context = mp.get_context("spawn")
    answers = context.Queue()
    desks = []
    for number in range(8):
        code = room.stores.index.issue_code(seeded(f"code {number}"), NOW)
        desks.append(
            context.Process(
                target=_station, args=(str(tmp_path), room.url, room.stores.signer, code, number, answers)
            )
        )
    for desk in desks:
        desk.start()
    called = [case for _ in desks for case in answers.get(timeout=120)]
    for desk in desks:
        desk.join(60)
    room.close()
    assert sorted(called) == sorted(case.id for case in numbers(64))

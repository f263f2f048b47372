"""A room of desks that draw from one pool at a served central."""

from pathlib import Path

from app.canonical import decode
from app.central.pool_routes import pool_of
from app.central.registry import Registry
from app.central.server import running
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded, system_entropy
from app.do_not_call import number_key
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
from app.sync.pool_offer import offer
from app.sync.shared_pool import Room as RoomKey
from app.sync.shared_pool import exchange, lease, settle
from tests.sync.world import CENTRE, NOW, STUDY

ROOM = Identity.generate(seeded("room"))
OURS = RoomKey(ROOM, ("I01", "I02", "访问员01"), CENTRE.verifier, STUDY)
HASHED = number_key(CENTRE)
MEN: Cell = (("sex", "1"),)
QUOTA = Quota(Kind.MARGINAL, ("sex",), {MEN: 3, (("sex", "2"),): 3})


def numbers(count: int) -> list[Case]:
    return [Case(f"{n:016x}", f"{n:064x}", f"1388280{n:04}") for n in range(count)]


def panel(count: int) -> dict[str, dict[str, str]]:
    return {
        case.number: {"窗口": f"大厅{n % 3}", "sex": str(1 + n % 2)} for n, case in enumerate(numbers(count))
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
        keep = len(on_hand(self.store)) + more
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
                "/v1/pool/cases", offer(numbers(count), ROOM.recipient, HASHED, seeded("s"), panel(count))
            ) == {
                "v": 1,
                "added": count,
            }
            again = centre.post(
                "/v1/pool/cases", offer(numbers(count), ROOM.recipient, HASHED, seeded("s"), panel(count))
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


def attempts_at_central(room: Room, case: int) -> list[list[object]]:
    return list(decode(f'{{"a":{pool_of(room.registry)._row(f"{case:016x}")["attempts"]}}}'.encode())["a"])

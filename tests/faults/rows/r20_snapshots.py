"""Row 20: a virtual machine is set back to its snapshot: a workstation that is asked first, one that goes on, central. The fork is refused,
the proof of it kept, a new epoch begins with a line that says why, and what was made in the branch that was lost is told where it is."""

from contextlib import ExitStack
from unittest.mock import patch

from app.canonical import decode
from app.central.held import HeldJournal
from app.central.registry import Registry
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from app.errors import EvidenceError, SyncError
from app.evidence.merkle import verify_consistency
from app.evidence.note import Checkpoint, open_note
from app.evidence.verify import verify
from app.sync.client import RefusedError
from app.sync.renewal import Reason, refuse_restored, succession
from app.witness.asking import request
from app.witness.keeper import Keeper
from tests.desk_room import NOON, centre
from tests.faults import evidence_rooms
from tests.faults.campaign import Row, Seen, Trial
from tests.sync.test_renewal import enrolled, handed_in, restored
from tests.sync.world import World


def _workstation(case: Trial) -> Seen:
    """Set back by one call that was handed in. Asked before it syncs, or after it has made a call of its own in the old branch."""
    asked = case.number % 2 == 0
    with ExitStack() as stack:
        world = stack.enter_context(World(case.folder))
        central, room, client = restored(case.folder, world)
        name, reason, refused = room.station.name, Reason.RESTORED, ""
        held = central.stores.journal(name).size
        had = room.ledger.journal.size
        if not asked:
            room.work(1)
            reason = Reason.FORKED
        try:
            if asked:
                refuse_restored(client, room.ledger.journal.path.parent, [central.verifier])
            else:
                handed_in(room, client)
        except SyncError as error:
            refused, fork = str(error), isinstance(error, RefusedError)
            assert fork != asked
        assert refused, "the restored workstation was let on"
        forks = list(central.stores.folder.glob("journals/*/forks/*"))
        assert bool(forks) != asked, "a fork that never was" if forks else "no proof of the fork is kept"
        after = succession(client, reason, [central.verifier])
        assert after.size == held
        room.desk.sign_out()
        room.ledger.journal.close()
        lost = room.ledger.journal.size - had
        room.station.renew(after).store.close()
        room.open()
        again = enrolled(room, central, world)
        room.work(1)
        handed_in(room, again)
        room.close()
        first = decode(
            next(iter((room.folder / "journals" / "2" / "journal.jsonl").read_bytes().split(b"\n")))
        )
        assert (first["previous"], first["previous_size"], first["reason"]) == (name, held, str(reason))
        keys = [central.verifier, centre().publisher.verifier]
        verdict = verify(central.stores.folder, keys=keys)
        told = {each.rule for each in (*verdict.integrity, *verdict.completeness) if each.spoils}
        assert told <= (set() if asked else {"journal.fork"}), verdict.text()
        # The branch that was lost had been handed in: central has its lines and its recording. What the old image made after that stays.
        assert verdict.counts["calls"] == 3, verdict.text()
        said = [each.what for each in verdict.completeness if each.rule == "branch.kept"]
        assert asked or "1 calls" in "".join(said), f"the refused branch is not at central: {verdict.text()}"
        kept = (room.folder / "journals" / "1" / "journal.jsonl").read_bytes().count(b"\n")
        assert kept >= had + lost
    other = "in journals/1 of the workstation" + ("" if asked else ", and at central beside the journal")
    where = f"{held - had} lines of the lost branch at central; {lost} of the other branch {other}"
    return {
        "asked": asked,
        "refused": refused[:160],
        "forks kept": len(forks),
        "new epoch": str(reason),
        "where": where,
    }


def _set_back(case: Trial) -> tuple[Keeper, Registry, FolderStore]:
    """The witness that has seen all, and a central that was set back to the snapshot after the first call and goes on."""
    keeper = Keeper.open(
        evidence_rooms.witness(case.folder), evidence_rooms.central_keys()[1], VirtualClock(NOON), seeded("x")
    )
    stores = FolderStore.open(evidence_rooms.central(case.folder, "-before"), seeded("x"))
    return keeper, Registry(stores, VirtualClock(NOON + case.chance.randrange(10**6))), stores


def _central(case: Trial) -> Seen:
    """Central is set back, and goes on with other lines: the witness refuses both, and keeps the two checkpoints that prove it."""
    keeper, registry, stores = _set_back(case)
    with keeper, stores:
        accepted = keeper.newest
        assert accepted is not None
        rolled = keeper.add_checkpoint(request(len(stores.log.tree), [], stores.log.checkpoint()))
        assert rolled.status == 409, rolled
        assert "rolled back" in rolled.alarm, rolled
        while len(stores.log.tree) <= accepted.size + case.chance.randrange(3):
            stores.log.append(registry.clock, "device", journal="ffffffff.1", vkey="x")
        size = len(stores.log.tree)
        proof = stores.log.tree.consistency(accepted.size, size)
        forked = keeper.add_checkpoint(request(accepted.size, proof, stores.log.checkpoint()))
        assert forked.status == 422, f"the witness has cosigned another history: {forked}"
        assert forked.alarm
        assert keeper.newest == accepted
        notes = [(path / "refused.note").read_bytes() for path in (keeper.folder / "refused").iterdir()]
        points = [Checkpoint.parse(open_note(note, [keeper.log]).text) for note in notes]
        (worse,) = [point for point in points if point.size == size]
        try:
            verify_consistency(accepted.size, size, accepted.root, worse.root, proof)
        except EvidenceError:
            return {"rolled back": rolled.alarm, "fork": forked.alarm, "kept": len(notes)}
    raise AssertionError("the kept checkpoints do not contradict each other")


def _no_proof_kept(case: Trial) -> Seen:
    """The control: a central that refuses a second history and keeps nothing of it."""
    with patch.object(HeldJournal, "keep_fork", lambda *_: None):
        return _workstation(Trial(case.seed, 1, case.folder, case.chance))


def _no_check(case: Trial) -> Seen:
    """The control: a witness that asks for no proof."""
    evidence_rooms.central_keys()  # the rooms are made by one that does
    with patch.object(Keeper, "_contradiction", lambda *_: ""):
        return _central(case)


ROWS = [
    Row(
        "20",
        "a workstation set back to its snapshot: refused, renewed, nothing lost",
        _workstation,
        short=2,
        long=10,
    ),
    Row(
        "20.central",
        "central set back to its snapshot: the witness refuses and convicts",
        _central,
        short=2,
        long=20,
    ),
    Row(
        "20.control2",
        "a central that keeps no proof of a fork",
        _no_proof_kept,
        short=1,
        long=2,
        control="no proof of the fork is kept",
    ),
    Row(
        "20.control",
        "a witness that asks for no proof",
        _no_check,
        short=1,
        long=3,
        control="the witness has cosigned another",
    ),
]

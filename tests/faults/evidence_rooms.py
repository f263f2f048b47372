"""Folders for the rows about tampering, made once a run and copied for each trial: an archive, a workstation's data folder, and what
central and a witness have of the same two calls. Each is checked to be good before anything is done to it."""

import atexit
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.clock import VirtualClock, seeded
from app.evidence.note import Verifier
from app.evidence.verify import verify
from app.witness.keeper import Keeper
from app.witness.round import Central as Wire
from app.witness.round import look
from tests.desk_room import NOON, Room, centre, package
from tests.desk_talk import answers, ring, seat, talk
from tests.evidence.archive import Made, make
from tests.sync.test_renewal import crash, enrolled, handed_in
from tests.sync.world import World
from tests.witness.test_witnessed import with_log


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fangxin-fault-rooms-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _archive() -> tuple[Made, str]:
    made = make(_folder())
    seen = with_log(made)
    (made.archive / "log" / "cosigned").mkdir()
    (made.archive / "log" / "cosigned" / "000000000003.note").write_text(seen, encoding="utf-8")
    assert verify(made.archive).ok
    assert verify(made.workstation).ok
    return made, seen


def archive(folder: Path) -> tuple[Made, str]:
    """The archive of tests/evidence with central's log, to be spoiled; and what a witness cosigned of that log."""
    made, seen = _archive()
    shutil.copytree(made.archive, folder / "archive")
    shutil.copytree(made.workstation, folder / "workstation")
    return Made(folder / "workstation", folder / "archive", made.calls), seen


@dataclass(frozen=True)
class Cut:
    """A workstation whose power was cut in the middle of its second call, after it had handed in the first. clock: ms wall of the cut."""

    folder: Path
    wall: int

    def start(self, *, seed: str = "room") -> Room:
        """The next start of the program, a quarter of an hour later."""
        return Room(self.folder, seed=seed, clock=VirtualClock(self.wall + 900_000, boot="next")).open()


@cache
def _places() -> tuple[Path, int]:
    """desk, desk-before (as it was after the first call), central, witness, witness-before: folders, and when the power was cut."""
    folder = _folder()
    with ExitStack() as stack:
        world = stack.enter_context(World(folder))
        central, room = world.central(), seat(folder, answers(), answers(), answers())
        served = {"study": room.study.id, "version": room.study.version, "rehearsal": True}
        publisher = centre().publisher.vkey
        central.stores.install(package(folder), **served, centre_vkey=publisher)  # type: ignore[arg-type]
        keeper = Keeper.open(
            folder / "witness", central.stores.log.signer.verifier, VirtualClock(NOON), seeded("w")
        )
        central.stores.index.set_settings({"witnesses": keeper.signer.vkey})
        wire, client = Wire(central.url), enrolled(room, central, world)
        for number in (1, 2):
            room.work(number)
            handed_in(room, client)
            assert look(keeper, wire).alarm == ""
            if number == 1:
                for name in ("desk", "witness", "central"):
                    shutil.copytree(folder / name, folder / f"{name}-before")
        ring(room)
        talk(room, until="q03")
        room.pass_time(4_500)
        shutil.copytree(room.folder, folder / "desk-cut")
        wall = room.clock.wall()
        crash(room)
        wire.close()
        keeper.close()
    keys = [_central_keys(folder / "central")[0], centre().publisher.verifier]
    assert verify(folder / "central", keys=keys).ok
    return folder, wall


def _central_keys(folder: Path) -> tuple[Verifier, Verifier]:
    texts = [(folder / f"{name}.vkey").read_text(encoding="utf-8").strip() for name in ("central", "log")]
    return Verifier.parse(texts[0]), Verifier.parse(texts[1])


def desk(folder: Path) -> Cut:
    """The data folder as the power cut left it."""
    source, wall = _places()
    shutil.copytree(source / "desk-cut", folder / "desk")
    return Cut(folder / "desk", wall)


def central(folder: Path, when: str = "") -> Path:
    """Central's folder after two calls; when="-before": after the first."""
    shutil.copytree(_places()[0] / f"central{when}", folder / "central")
    return folder / "central"


def witness(folder: Path, when: str = "") -> Path:
    """The witness's folder after two calls; when="-before": after the first."""
    shutil.copytree(_places()[0] / f"witness{when}", folder / "witness")
    return folder / "witness"


def before(place: str) -> Path:
    """The folder of "desk", "central" or "witness" as it was after the first call; to read only."""
    return _places()[0] / f"{place}-before"


def central_keys() -> tuple[Verifier, Verifier]:
    """Central's cosigning key and its log's, as an auditor has them."""
    return _central_keys(_places()[0] / "central")

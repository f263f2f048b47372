"""One world a test: central served on loopback, a workstation that is not enrolled yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.central.index import Enrolled
from app.central.registry import Registry
from app.central.stores import FolderStore
from app.clock import VirtualClock, seeded
from tests.central.room import DEVICE, NAME, Room
from tests.sync.world import CENTRE, NOW, STUDY, Central, Workstation, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


@pytest.fixture
def central(world: World) -> Central:
    return world.central()


@pytest.fixture
def station(world: World) -> Workstation:
    return world.workstation()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    stores = FolderStore.open(tmp_path / "central", seeded("central"))
    stores.install(b"PK", study=STUDY, version=1, rehearsal=False, centre_vkey=CENTRE.vkey)
    code = stores.index.issue_code(seeded("code"), NOW)
    assert stores.index.enrol(code, Enrolled(NAME, DEVICE.vkey, "age1"))
    room = Room(tmp_path / "central", stores, Registry(stores, VirtualClock(NOW)))
    yield room
    room.stores.close()

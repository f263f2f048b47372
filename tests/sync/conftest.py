"""One world a test: central served on loopback, a workstation that is not enrolled yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.world import Central, Workstation, World


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

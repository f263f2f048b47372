"""The small archive, built once; every test gets a copy that it may spoil."""

import shutil
from pathlib import Path

import pytest

from tests.evidence.archive import Made, make


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """For looking only."""
    return make(tmp_path_factory.mktemp("untouched"))


@pytest.fixture
def made(untouched: Made, tmp_path: Path) -> Made:
    """A copy to spoil."""
    copy = Made(tmp_path / "workstation", tmp_path / "archive", untouched.calls)
    shutil.copytree(untouched.workstation, copy.workstation)
    shutil.copytree(untouched.archive, copy.archive)
    return copy

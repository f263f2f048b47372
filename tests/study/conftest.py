"""The real study: read once, and as a copy to spoil."""

import shutil
from pathlib import Path

import pytest

from app.study.load import load
from app.study.model import StudySource

DAZHOU = Path(__file__).parents[2] / "resources" / "studies" / "dazhou-2017"


@pytest.fixture(scope="session")
def dazhou() -> StudySource:
    return load(DAZHOU)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the study to spoil."""
    return Path(shutil.copytree(DAZHOU, tmp_path / "my study"))

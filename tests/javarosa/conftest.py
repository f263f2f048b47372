"""One JVM with JavaRosa for a whole test session."""

import os
from collections.abc import Iterator

import pytest

from tests.javarosa.bridge import JavaRosa, missing


@pytest.fixture(scope="session")
def javarosa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JavaRosa]:
    if absent := missing():
        what = f"the program {absent} is not installed (Debian package openjdk-17-jdk-headless)"
        if os.environ.get("FANGXIN_REQUIRE_PEERS"):
            pytest.fail(what)
        pytest.skip(what)
    with JavaRosa(tmp_path_factory.mktemp("javarosa")) as oracle:
        yield oracle

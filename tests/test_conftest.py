"""The rules of tests/conftest.py, tried on small test files of their own."""

import os
import subprocess
import sys
from pathlib import Path

import keyring
import platformdirs
import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = """
import pytest

@pytest.mark.real
@pytest.mark.skipif(True, reason="no such tool here")
def test_marked(): ...

@pytest.mark.real
def test_inside():
    pytest.skip("no such tool either")

@pytest.mark.real
@pytest.mark.xfail(reason="known")
def test_known():
    assert False

@pytest.mark.skip(reason="no peer needed")
def test_other(): ...
"""


def run(folder: Path, *options: str, **environment: str) -> str:
    (folder / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = real\n", encoding="utf-8")
    options = (
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:pytest-qt",
        "-p",
        "no:hypothesispytest",
        "-q",
        *options,
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "pytest", *options, str(folder)]
    return subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_a_missing_peer_is_a_skip_at_home(tmp_path: Path) -> None:
    assert "3 skipped, 1 xfailed" in run(tmp_path, FANGXIN_REQUIRE_PEERS="")


@pytest.mark.parametrize(
    "options", [pytest.param((), id="alone"), pytest.param(("-n", "2"), id="xdist", marks=pytest.mark.slow)]
)
def test_a_missing_peer_is_a_failure_where_peers_are_required(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    said = run(tmp_path, *options, FANGXIN_REQUIRE_PEERS="1")
    assert "1 failed, 1 skipped, 1 xfailed, 1 error" in said
    assert "no such tool here" in said
    assert "no such tool either" in said


def test_no_test_reaches_the_user_s_folders_or_keystore() -> None:
    for place in (
        Path.home(),
        Path(platformdirs.user_data_dir("fangxin")),
        Path(platformdirs.user_cache_dir("x")),
    ):
        assert "fangxin-tests-" in str(place)
    assert keyring.get_keyring().priority < 1
    assert [name for name in os.environ if name.startswith("FANGXIN_")] in ([], ["FANGXIN_REQUIRE_PEERS"])

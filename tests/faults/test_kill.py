"""kill -9 of the desk in every phase of its work: nothing acknowledged is lost, and the next start knows what happened."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.told import PHASES


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """Not in memory as other tests' folders are: a desk that waits for no disk is through a phase before the kill comes."""
    with tempfile.TemporaryDirectory(prefix="fangxin-kill-") as folder:
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork; not tried on Windows")
@pytest.mark.parametrize("each", [1, pytest.param(3, marks=pytest.mark.long)])
def test_kills_in_every_phase_lose_nothing(on_disk: Path, each: int) -> None:
    trials = each * len(PHASES)
    command = [sys.executable, "-m", "tests.faults.kill_desk", str(on_disk / "desk"), "12340", str(trials)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r for r in results if not r["ok"]] == []
    assert len(results) == trials, done.stderr[-2000:]
    # The trials must have hit calls with answers and sound in them, or they prove nothing.
    assert sum(r["in_call"] for r in results) >= trials // 3
    assert sum(r["answers"] for r in results) > trials
    assert sum(r["sound"] for r in results) > 10 * trials
    assert len({r["phase"] for r in results}) >= len(PHASES) - 1, "the kills must fall in all phases"

"""kill -9 of the desk in every phase of its work: nothing acknowledged is lost, and the next start knows what happened."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.told import PHASES

TRIALS = 3 * len(PHASES)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork; not tried on Windows")
def test_kills_in_every_phase_lose_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults.kill_desk", str(tmp_path / "desk"), "12340", str(TRIALS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r for r in results if not r["ok"]] == []
    assert len(results) == TRIALS, done.stderr[-2000:]
    # The trials must have hit calls with answers and sound in them, or they prove nothing.
    assert sum(r["in_call"] for r in results) >= TRIALS // 3
    assert sum(r["answers"] for r in results) > TRIALS
    assert sum(r["sound"] for r in results) > 10 * TRIALS
    assert len({r["phase"] for r in results}) >= len(PHASES) - 1, "the kills must fall in all phases"

"""CI's part of the fault campaign: every row's short number of trials, every control; `python -m tests.faults --long` runs the long one."""

import subprocess
import sys

import pytest

from tests.faults.campaign import Row, all_rows

SEED = "12340"
_LIMIT_S = 900


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in all_rows().values()])
def test_nothing_acknowledged_is_lost_nothing_false_is_accepted_every_tampering_is_named(row: Row) -> None:
    """Each row as from the command line, in a process of its own: what one leaves behind (a window, a thread, a stalled disk's file) is
    not in the next one's way, and a row that dies with its process says where."""
    if why := row.missing():
        pytest.skip(why)
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.faults", "--row", row.id, "--seed", SEED]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    assert ran.stdout, f"no trial was run: {ran.stderr}"
    assert ran.returncode == 0, f"ended with {ran.returncode}\n{ran.stdout}\n{ran.stderr}"

"""CI's part of the fault campaign: every row's short number of trials, every control; `python -m tests.faults --long` runs the long one."""

import pytest

from tests.faults.campaign import Row, all_rows, run, verdict

SEED = "12340"


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in all_rows().values()])
def test_nothing_acknowledged_is_lost_nothing_false_is_accepted_every_tampering_is_named(row: Row) -> None:
    if why := row.missing():
        pytest.skip(why)
    lines = list(run(row, SEED, row.short))
    assert lines, "no trial was run"
    assert not verdict(row, lines), "\n".join(map(str, lines))

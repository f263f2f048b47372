"""Row 3: the power fails, on ext4 and xfs. Its controls are row 5: a program that does not wait for the disk must be found out."""

from collections.abc import Callable
from functools import partial

from tests.faults.campaign import Row, Seen, Trial
from tests.faults.disks import PROGRAMS, disk
from tests.faults.power import POWER_CUTS, no_fsync, normal_store, power_cut


def _cut(kind: str, case: Trial, sabotage: Callable[[], None] | None = None, moment: str = "") -> Seen:
    moment = moment or POWER_CUTS[case.number % len(POWER_CUTS)]
    with disk(case.folder, kind) as made:
        return power_cut(made, moment, case.number, case.chance, sabotage)


ROWS = [
    *(
        Row(
            f"3.{kind}",
            f"power cut on {kind}: in a call, in its first second, in a sync, at the close, at the tail's unlink",
            partial(_cut, kind),
            short=5,
            long=80,
            needs=PROGRAMS[kind],
            root=True,
        )
        for kind in PROGRAMS
    ),
    Row(
        "5.fsync",
        "control: power cut on a desk that never syncs recording and journal",
        partial(_cut, "ext4", sabotage=no_fsync, moment="sound"),
        short=3,
        long=20,
        needs=PROGRAMS["ext4"],
        root=True,
        control=r"does not start again, or a file does not open|\d+ acknowledged|is lost",
    ),
    Row(
        "5.store",
        "control: power cut on a store with synchronous=NORMAL",
        partial(_cut, "ext4", sabotage=normal_store, moment="answer"),
        short=3,
        long=20,
        needs=PROGRAMS["ext4"],
        root=True,
        control="the interview of case .* is gone|is lost",
    ),
]

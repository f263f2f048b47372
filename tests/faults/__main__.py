"""The fault campaign from the command line; see `campaign.py`."""

import argparse
import json
import signal
import sys

from tests.faults.campaign import all_rows, run, verdict


def main() -> int:
    """0 when every row held and every control went red, else 1; 2 for a row that is not there."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults")
    asked.add_argument("--row", action="append", help="only this one; more than once for several")
    asked.add_argument("--seed", default="12340")
    asked.add_argument("--trials", type=int, help="how many of each, instead of the row's own number")
    asked.add_argument(
        "--first", type=int, default=0, help="number of the first trial, to go on or to see one again"
    )
    asked.add_argument("--long", action="store_true", help="each row's long number of trials")
    asked.add_argument("--list", action="store_true", help="name the rows and stop")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl+C: what is mounted is taken away again
    rows = all_rows()
    if given.list:
        for row in rows.values():
            print(
                f"{row.id:14} {row.short:4}/{row.long:<5} {row.title}"
                + (f"  [{row.missing()}]" if row.missing() else "")
            )
        return 0
    if unknown := [name for name in given.row or [] if name not in rows]:
        print(f"no such row: {', '.join(unknown)}; --list names them", file=sys.stderr)
        return 2
    wrong = []
    for name in given.row or rows:
        row = rows[name]
        if why := row.missing():
            wrong.append(f"{name}: not run, {why}")
            continue
        lines = []
        trials = given.trials or max((row.long if given.long else row.short) - given.first, 0)
        for line in run(row, given.seed, trials, given.first):
            print(json.dumps(line, ensure_ascii=False), flush=True)
            lines.append(line)
        if fault := verdict(row, lines):
            wrong.append(fault)
    for fault in wrong:
        print(fault, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())

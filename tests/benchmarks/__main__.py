"""Sizes of this version on this machine, printed and never asserted: a slow machine must not fail a build.

python -m tests.benchmarks [--quick] [--seed SEED]
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

from tests.benchmarks import (
    archives,
    calls,
    campaign,
    hearing,
    journals,
    line_worker,
    lists,
    picks,
    reports,
    softphone,
    sound,
    trees,
)
from tests.benchmarks.row import Row, machine, percentile, run, table, told


def keys(folder: Path, seed: str, interviews: int) -> list[Row]:
    """From the key press to the next question painted."""
    _, done = run("-m", "tests.benchmarks.keys", folder, seed, interviews, QT_QPA_PLATFORM="offscreen")
    found = told(done)
    hold = found["hold"]
    rows = []
    for name, times, less in (
        ("key press to next question painted, text and notes", found["free"], 0),
        ("key press to next question painted, scores and options", found["held"], hold),
    ):
        p50, p99 = (percentile(times, share) for share in (0.5, 0.99))
        held = f", of which {less} ms the entered value stays on screen on purpose" if less else ""
        rows.append(
            Row(name, f"p50 {p50:.0f} ms, p99 {p99:.0f} ms", f"{len(times)} keys{held}; a frame is 16.7 ms")
        )
    return rows


def start(folder: Path, times: int) -> list[Row]:
    """Cold starts against a bare PySide6 window: the median of some, in turns."""
    first, done = run("-m", "tests.benchmarks.start", "desk", folder)
    told(done)
    seconds: dict[str, list[float]] = {name: [] for name in ("bare", "bare cpu", "desk", "desk cpu")}
    for _ in range(times):
        for mode in ("bare", "desk"):
            wall, done = run("-m", "tests.benchmarks.start", mode, folder)
            seconds[mode].append(wall)
            seconds[f"{mode} cpu"].append(told(done)["cpu"])
    usual = {name: statistics.median(each) for name, each in seconds.items()}
    ratio = usual["desk"] / usual["bare"]
    against = (
        f"{ratio:.1f} × a bare PySide6 window ({usual['bare']:.2f} s wall, {usual['bare cpu']:.2f} s CPU)"
    )
    return [
        Row("start to usable window", f"{usual['desk']:.2f} s wall, {usual['desk cpu']:.2f} s CPU", against),
        Row("  the very first (furnishes the desk)", f"{first:.2f} s wall"),
    ]


def demo(folder: Path, seed: str, interviews: int) -> list[Row]:
    """The demo's wall time, process start included."""
    wall, done = run(
        "-m", "app", "demo", "--seed", seed, "--interviews", interviews, "--out", folder / "demo", "--json"
    )
    found = told(done)
    return [
        Row("demo wall time", f"{wall:.1f} s", f"{found['calls']} calls, {found['interviews']} interviews")
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="less of everything: does it run, and about how fast"
    )
    parser.add_argument("--seed", default="12340")
    chosen = parser.parse_args(arguments)
    quick, seed = chosen.quick, chosen.seed
    print(
        f"Fangxin benchmarks{' (quick)' if quick else ''}\n  machine  {machine()}\n  seed     {seed}\n",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="fangxin-benchmarks-") as name:
        folder = Path(name)
        parts: dict[str, Callable[[], list[Row]]] = {
            "demo wall time": lambda: demo(folder, seed, 5 if quick else 42),
            "key press to next question painted": lambda: keys(folder / "keys", seed, 1 if quick else 6),
            "start to usable window": lambda: start(folder / "start", 2 if quick else 7),
            "calls": lambda: calls.measure(folder / "calls", seed, 6 if quick else 40),
            "line worker": lambda: line_worker.measure(
                folder / "line", 5 if quick else 40, 5.0 if quick else 60.0
            ),
            "sound": lambda: sound.measure(folder / "sound", seed, 8 if quick else 40),
            "softphone": lambda: softphone.measure(
                folder / "softphone", 5 if quick else 50, 5.0 if quick else 30.0
            ),
            "hearing": lambda: hearing.measure(crc32(seed.encode()), 80 if quick else 800)[0],
            "journal": lambda: journals.measure(folder, 200 if quick else 2000),
            "next case": lambda: picks.measure(
                (10_000, 30_000) if quick else (10_000, 100_000, 1_000_000), seed
            ),
            "campaign": lambda: campaign.run(0.02 if quick else 1.0, seed),
            "lists": lambda: lists.measure(
                folder / "lists", 2 if quick else 200, 10_000 if quick else 1_000_000, seed
            ),
            "field report": lambda: reports.measure(folder / "reports", 6_000 if quick else 100_000, seed),
            "archive": lambda: archives.measure(folder / "archives", 10 if quick else 100),
            "tree": lambda: trees.measure(folder, 100_000 if quick else 1_000_000),
        }
        rows: list[Row] = []
        for what, measure in parts.items():
            try:
                rows += measure()
            except Exception as error:  # noqa: BLE001 — whatever goes wrong, the other parts are still measured
                rows.append(Row(what, "not measured", f"{type(error).__name__}: {error}"))
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())

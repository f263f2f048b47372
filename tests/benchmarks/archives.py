"""How fast an archive of long calls is verified, against sha256sum over the same files, and in how much memory. The bar: twice its time.

python -m tests.benchmarks.archives --gb 25 measures the command itself on an archive of that size, which lies in --folder meanwhile.

An archive larger than the disk: on a file system that clones, `--own-gb` of sound lie there once and are re-wrapped for all other calls
(archive_maker.py). So 100 GB were read from a file of 60 GB at most, of which 20 were used:
  truncate -s 60G disk; mkfs.xfs -m reflink=1 disk; mount "$(losetup -f --show --direct-io=on disk)" /mnt
  python -m tests.benchmarks.archives --gb 100 --own-gb 20 --minutes 20 --folder /mnt --cold
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.evidence.suite import verifier_of
from app.evidence.verify import verify
from tests.benchmarks import archive_maker
from tests.benchmarks.archive_maker import Size
from tests.benchmarks.row import Cost, Row, cost_of, machine, table
from tests.evidence.pen import CENTRE

MINUTES = 3
_SECOND = 16_010
"""Bytes of a second of recording, about."""
_SEALED = 36_000
"""Bytes of a call beside its recording, about: contact, interview, journal lines."""


def measure(folder: Path, calls: int) -> list[Row]:
    """Each call is three minutes long, marked every ten seconds, with an interview of fifteen answers. Files are in the system's cache for
    both; the best of three, in turns."""
    size = Size(calls, MINUTES * 60, calls)
    archive_maker.make(folder / "archive", folder / "desks", size)
    keys = [verifier_of(key) for key in archive_maker.keys(size)]
    archive = folder / "archive"
    files = [str(path) for path in archive.rglob("*") if path.is_file()]
    size = sum(Path(path).stat().st_size for path in files)
    ours, theirs = [], []
    for _ in range(3):
        began = time.perf_counter()
        verdict = verify(archive, keys=keys)
        ours.append(time.perf_counter() - began)
        if shutil.which("sha256sum"):
            began = time.perf_counter()
            subprocess.run(["sha256sum", *files], stdout=subprocess.DEVNULL, check=True)
            theirs.append(time.perf_counter() - began)
    what = f"verify an archive of {calls} calls of {MINUTES} minutes"
    if not verdict.ok:
        return [Row(what, "not measured", "the verdict is not good")]
    ratio = (
        f"{min(ours) / min(theirs):.2f} × sha256sum ({size / min(theirs) / 1e6:.0f} MB/s)" if theirs else ""
    )
    return [
        Row(
            what,
            f"{size / min(ours) / 1e6:.0f} MB/s",
            f"{size / 1e6:.0f} MB, {verdict.counts['lines']:,} lines; {ratio}",
        )
    ]


def large(folder: Path, size: Size, *, cold: bool, inside: bool) -> Iterator[Row]:
    """`fangxin verify` as a user types it between two runs of sha256sum on the same files; each in a process of its own.

    An archive larger than memory is read from the disk by all three. cold: what the system holds of any file is dropped before each.
    inside: the recordings are opened too."""
    began, archive = time.perf_counter(), folder / "archive"
    with tempfile.TemporaryDirectory(dir=_fast()) as scratch:
        rewrapped = archive_maker.make(archive, Path(scratch), size)
    files = [path.stat().st_size for path in archive.rglob("*") if path.is_file()]
    what = f"archive of {size.calls:,} calls of {size.seconds} s made ({rewrapped:,} re-wrapped)"
    took = f"{len(files):,} files, in {time.perf_counter() - began:.0f} s"
    yield Row(what, f"{sum(files) / 1e9:.1f} GB", took)
    (folder / "keys").write_text("".join(f"{key}\n" for key in archive_maker.keys(size)))
    (folder / "centre.key").write_text(CENTRE.export() + "\n")
    looks = ("--identity", folder / "centre.key") if inside else ()
    peer = f"find '{archive}' -type f -print0 | xargs -0 sha256sum > '{folder / 'sums'}'"
    before = _cost("-c", peer, program="sh", cold=cold)
    ours = _cost("-m", "app", "verify", archive, "--key", folder / "keys", *looks, cold=cold)
    after = _cost("-c", peer, program="sh", cold=cold)
    yield Row("fangxin verify", str(ours), f"{_rate(sum(files), ours)}")
    for name, theirs in (("sha256sum before it", before), ("sha256sum after it", after)):
        ratio = f"verify takes {ours.seconds / theirs.seconds:.2f} × its time, {ours.cpu / theirs.cpu:.2f} × its CPU"
        yield Row(f"  {name}", str(theirs), f"{_rate(sum(files), theirs)}; {ratio}")


def _cost(*words: object, cold: bool, program: str = "") -> Cost:
    if cold:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")
    return cost_of(*words, program=program)


def _rate(size: int, cost: Cost) -> str:
    return f"{size / cost.seconds / 1e6:.0f} MB/s"


def _fast() -> str | None:
    """Where a desk's day is written: in memory where there is such a folder."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Make, measure, print, tidy up."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.archives",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--gb", type=float, default=1.0, help="of archive, about")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="a call")
    parser.add_argument("--calls", type=int, default=0, help="so many, instead of so many GB")
    parser.add_argument("--own-gb", type=float, help="of sound that is written; all, where not given")
    parser.add_argument("--folder", help="where the archive lies meanwhile")
    parser.add_argument("--cold", action="store_true", help="empty the system's cache before each (as root)")
    parser.add_argument("--identity", action="store_true", help="open the recordings and interviews, too")
    chosen = parser.parse_args(arguments)
    seconds = max(1, round(chosen.minutes * 60))
    calls = chosen.calls or max(1, round(chosen.gb * 1e9 / (seconds * _SECOND + _SEALED)))
    own = calls if chosen.own_gb is None else max(1, round(chosen.own_gb * 1e9 / (seconds * _SECOND)))
    size = Size(calls, seconds, own, a_desk=max(1, min(500, 150_000 // seconds)))
    print(f"  machine  {machine()}\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="fangxin-archive-", dir=chosen.folder) as name:
        rows = large(Path(name), size, cold=chosen.cold, inside=chosen.identity)
        print(table(list(rows)))


if __name__ == "__main__":
    main()

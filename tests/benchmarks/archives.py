"""How fast an archive of long calls is verified, against sha256sum over the same files, and in how much memory. The bar: twice its time.

python -m tests.benchmarks.archives [GB [FOLDER]] measures the command itself on an archive of that size, which lies in FOLDER meanwhile.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.evidence.verify import verify
from tests.benchmarks.row import Cost, Row, cost_of, machine, table
from tests.evidence.archive import hand_in, make
from tests.evidence.pen import CENTRAL, DEVICE, PUBLISHER, Pen

MINUTES = 3
_ANSWERS = 15
_MARK = 10
"""Seconds between two marks of a recording."""
_BATCH = 200
"""Calls that are handed in together; what was handed in is taken off the workstation's disk."""
_BYTES = MINUTES * 60 * 16_000
"""Of a recording, about."""
_KEYS = tuple(each.verifier for each in (DEVICE, CENTRAL, PUBLISHER))


def measure(folder: Path, calls: int) -> list[Row]:
    """Each call is three minutes long, marked every ten seconds, with an interview of fifteen answers. Files are in the system's cache for
    both; the best of three, in turns."""
    archive = _archive(folder, calls)
    files = [str(path) for path in archive.rglob("*") if path.is_file()]
    size = sum(Path(path).stat().st_size for path in files)
    ours, theirs = [], []
    for _ in range(3):
        began = time.perf_counter()
        verdict = verify(archive, keys=_KEYS)
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


def large(folder: Path, size: int) -> Iterator[Row]:
    """`fangxin verify` as a user types it, on so many bytes, between two runs of sha256sum on the same files; each in a process of its own.

    An archive larger than memory is read from the disk by all three.
    """
    began = time.perf_counter()
    calls = max(1, size // _BYTES)
    archive = _archive(folder, calls)
    size = sum(path.stat().st_size for path in archive.rglob("*") if path.is_file())
    yield Row(
        f"archive of {calls:,} calls made", f"{size / 1e9:.1f} GB", f"in {time.perf_counter() - began:.0f} s"
    )
    peer = f"find '{archive}' -type f -print0 | xargs -0 sha256sum > '{folder / 'sums'}'"
    before = cost_of("-c", peer, program="sh")
    keys = [word for key in _KEYS for word in ("--key", key.vkey)]
    ours = cost_of("-m", "app", "verify", archive, *keys)
    after = cost_of("-c", peer, program="sh")
    yield Row("fangxin verify", str(ours), f"{_rate(size, ours)}")
    for name, theirs in (("sha256sum before it", before), ("sha256sum after it", after)):
        ratio = f"verify takes {ours.seconds / theirs.seconds:.2f} × its time, {ours.cpu / theirs.cpu:.2f} × its CPU"
        yield Row(f"  {name}", str(theirs), f"{_rate(size, theirs)}; {ratio}")


def _rate(size: int, cost: Cost) -> str:
    return f"{size / cost.seconds / 1e6:.0f} MB/s"


def _archive(folder: Path, calls: int) -> Path:
    def story(pen: Pen, archive: Path, _: dict[str, str]) -> None:
        pen.sign_in()
        handed_in = 0
        for number in range(1, calls + 1):
            _call(pen)
            if number % _BATCH == 0 or number == calls:
                handed_in = hand_in(pen, archive, handed_in)
                for kind in ("recordings", "objects"):
                    shutil.rmtree(pen.folder / kind)

    return make(folder / "archive", story=story).archive


def _call(pen: Pen) -> None:
    talk = pen.dial(pen.id())
    talk.answered()
    for step in range(MINUTES * 60 // _MARK):
        talk.speak(_MARK * 10, at_once=True)
        talk.mark()
        if step < _ANSWERS:
            talk.answer(f"q{step:02}", "7")
    talk.end("remote_hangup", "60")


if __name__ == "__main__":
    gigabytes = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    print(f"  machine  {machine()}\n", flush=True)
    with tempfile.TemporaryDirectory(
        prefix="fangxin-archive-", dir=sys.argv[2] if len(sys.argv) > 2 else None
    ) as name:
        print(table(list(large(Path(name), round(gigabytes * 1e9)))))

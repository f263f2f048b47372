"""How fast an archive of long calls is verified, against sha256sum over the same files. The bar: twice its time."""

import shutil
import subprocess
import time
from pathlib import Path

from app.evidence.verify import verify
from tests.benchmarks.row import Row
from tests.evidence.archive import hand_in, make
from tests.evidence.pen import CENTRAL, DEVICE, PUBLISHER, Pen

MINUTES = 3
_ANSWERS = 15


def measure(folder: Path, calls: int) -> list[Row]:
    """Each call is three minutes long, marked every ten seconds, with an interview of fifteen answers. Files are in the system's cache for
    both; the best of three, in turns."""

    def story(pen: Pen, archive: Path, _: dict[str, str]) -> None:
        pen.sign_in()
        for _call in range(calls):
            talk = pen.dial(pen.id())
            talk.answered()
            for step in range(MINUTES * 6):
                talk.speak(100)
                talk.mark()
                if step < _ANSWERS:
                    talk.answer(f"q{step:02}", "7")
            talk.end("remote_hangup", "60")
        hand_in(pen, archive)

    archive = make(folder / "archive", story=story).archive
    files = [str(path) for path in archive.rglob("*") if path.is_file()]
    size = sum(Path(path).stat().st_size for path in files)
    ours, theirs = [], []
    for _ in range(3):
        began = time.perf_counter()
        verdict = verify(archive, keys=[each.verifier for each in (DEVICE, CENTRAL, PUBLISHER)])
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

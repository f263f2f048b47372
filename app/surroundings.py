"""Whether this machine may write the memory of a program to its disk: swap and core dumps. The program forbids its own cores
(crash.py); where the system swaps to, only IT decides."""

import sys
from collections.abc import Iterator
from pathlib import Path

from app.line.doctor import Finding

_SWAPS = Path("/proc/swaps")
_BLOCK = Path("/sys/class/block")


def memory_on_disk(swaps: Path = _SWAPS, block: Path = _BLOCK) -> Iterator[Finding]:
    """One finding on swap. Windows and macOS: cannot be told from here, and what to look at is said."""
    if sys.platform != "linux":
        yield Finding(
            "swap",
            good=None,
            says="Whether memory that is swapped out is encrypted cannot be told from here.",
            todo="Windows: BitLocker on the system drive, hibernation off (powercfg /h off). macOS: FileVault.",
        )
        return
    try:
        rows = [line.split() for line in swaps.read_text("utf-8").splitlines()[1:]]
    except OSError:
        rows = []
    plain = [row[0] for row in rows if row and not _safe(row[0], block)]
    if plain:
        yield Finding(
            "swap",
            good=None,
            says=f"Memory may be written to {', '.join(plain)}, and it cannot be seen here that this is encrypted.",
            todo="Ask IT for an encrypted swap or none: the number and the answers at hand stand in memory.",
        )
    else:
        yield Finding("swap", good=True, says="No memory is written to a disk in the clear.")


def _safe(device: str, block: Path) -> bool:
    """Compressed memory is not a disk; a mapped device says what it is."""
    name = Path(device).resolve().name
    if name.startswith("zram"):
        return True
    try:
        return (block / name / "dm" / "uuid").read_text("utf-8").startswith("CRYPT-")
    except OSError:
        return False

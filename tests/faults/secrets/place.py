"""Where a party's day leaves its traces: a disk of its own, made new, on which home, data, temporary files, logs and cores lie.

With root it is an ext4 image behind a loop device, so that after the day its blocks can be searched: what was deleted, what the file
system's journal kept, what stands behind the ends of files. Without, it is a folder, and only what is there can be.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.secrets.scan import Hit, Hunter

ROOT = Path(__file__).resolve().parent.parent.parent.parent
_BLOCK = 4096


@dataclass
class Disk:
    """mounted: the folder it is seen at; image: the file behind it, None without root. The processes' folders lie on it."""

    mounted: Path
    image: Path | None = None

    @classmethod
    def make(cls, folder: Path, name: str, *, megabytes: int = 0) -> "Disk":
        """megabytes: of an image; 0 = a folder."""
        mounted, image = folder / name, folder / f"{name}.img" if megabytes else None
        mounted.mkdir(parents=True)
        if image is not None:
            with image.open("wb") as file:
                file.truncate(megabytes << 20)
            run("mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0", str(image))
            run("mount", "-o", "loop,nodiscard", str(image), str(mounted))
        for place in ("home", "tmp", "run", "work", "data"):
            (mounted / place).mkdir(mode=0o700)
        return cls(mounted, image)

    @property
    def data(self) -> Path:
        """The product's data folder."""
        return self.mounted / "data"

    def environment(self) -> dict[str, str]:
        """What makes every process keep its things here. Bytecode holds nothing of a day and would only be in the way."""
        home = self.mounted / "home"
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.mounted / 'run' / 'no-bus'}",
            "QT_QPA_PLATFORM": "offscreen",
            **({"QT_LOGGING_RULES": "*=true"} if self.image else {}),  # as talkative as it gets
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / ".local" / "share"),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_STATE_HOME": str(home / ".local" / "state"),
            "XDG_RUNTIME_DIR": str(self.mounted / "run"),
            **{name: str(self.mounted / "tmp") for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR")},
            "FANGXIN_DATA_DIR": str(self.data),
        }

    def release(self) -> None:
        """Everything is on the disk, and it is not mounted any more. May be called twice."""
        if self.image is not None and os.path.ismount(self.mounted):
            run("sync", "-f", str(self.mounted))
            run("umount", str(self.mounted))

    def search(self, hunter: Hunter) -> Iterator[tuple[str, Hit]]:
        """Every hit with where it lies: a path on the disk, "free block" or "the file system's own". First the files as files (a packed one
        may lie in pieces), then, with an image, every block."""
        for path, hit in hunter.folder(self.mounted):
            yield str(path.relative_to(self.mounted)), hit
        self.release()
        if self.image is not None:
            hits = hunter.file(self.image)
            names = _owners(self.image, {hit.place // _BLOCK for hit in hits})
            for hit in hits:
                yield names[hit.place // _BLOCK], hit


def run(*command: str, **options: object) -> str:
    """A program that must succeed; returns what it printed."""
    done = subprocess.run(list(command), capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return str(done.stdout)


def fangxin(disk: Disk, *words: str, more: Mapping[str, str] | None = None, talks: str = "") -> str:
    """A command of the product as it is run on this disk; returns what it printed. talks: typed into it."""
    return run(
        sys.executable,
        "-m",
        "app",
        *words,
        env={**disk.environment(), **(more or {})},
        cwd=disk.mounted / "work",
        input=talks,
    )


def _owners(image: Path, blocks: set[int]) -> dict[int, str]:
    """Block → path, as debugfs tells it."""
    owners = dict.fromkeys(blocks, "free block")
    if not blocks:
        return owners
    lines = run("debugfs", "-R", "icheck " + " ".join(map(str, blocks)), str(image)).splitlines()[1:]
    inodes = {int(row[0]): int(row[1]) for row in map(str.split, lines) if len(row) == 2 and row[1].isdigit()}
    if inodes:
        listed = run("debugfs", "-R", "ncheck " + " ".join(map(str, set(inodes.values()))), str(image))
        paths = {int(found[1]): found[2].lstrip("/") for found in re.finditer(r"(?m)^(\d+)\s+(/.*)$", listed)}
        owners |= {block: paths.get(inode, "the file system's own") for block, inode in inodes.items()}
    return owners

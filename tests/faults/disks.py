"""Disks that can be taken away: file systems on loop devices and in memory, cut off, filled or turned read-only while somebody writes.

Everything here needs root and undoes itself: the mount, its loop device, whatever block server is behind it, also after a failure.
"""

import fcntl
import os
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SHUTDOWN, _NO_LOG_FLUSH = 0x8004587D, 2
"""FS_IOC_SHUTDOWN of ext4 and xfs; 2: what the journal of the file system has not written yet is lost too."""
_MAKE = {
    "ext4": ("mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=1,lazy_journal_init=1"),
    "xfs": ("mkfs.xfs", "-q", "-f", "-K"),
}
"""Nothing is discarded: that would give back the room which blank() has taken."""
PROGRAMS = {"ext4": ("mkfs.ext4", "losetup"), "xfs": ("mkfs.xfs", "losetup")}
"""What each kind of file system needs to be installed."""


def command(*words: str | Path) -> None:
    """Run a program; AssertionError with what it said when it fails."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words[0]}: {done.stderr.strip()}"


class Disk:
    """A file system on an image (a file, or a block device file of a server). place: where it is mounted."""

    def __init__(self, image: Path, kind: str, place: Path, options: str = "") -> None:
        self.image, self.kind, self.place, self.options = image, kind, place, options

    def make(self) -> None:
        """A new file system."""
        command(*_MAKE[self.kind], self.image)

    def mount(self) -> None:
        """Mount it; its journal is recovered as after a power cut."""
        self.place.mkdir(exist_ok=True)
        command(
            "mount",
            "-t",
            self.kind,
            "-o",
            ",".join(filter(None, ("loop", self.options))),
            self.image,
            self.place,
        )

    def unmount(self, patience: float = 120) -> None:
        """Whoever held a file on it may still be dying: tried for so many seconds."""
        until = time.monotonic() + patience
        while subprocess.run(["umount", self.place], capture_output=True, check=False).returncode:
            assert time.monotonic() < until, f"{self.place} cannot be unmounted"
            time.sleep(0.05)

    def cut(self) -> None:
        """The power fails: nothing reaches the image from now on."""
        handle = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
        finally:
            os.close(handle)
        with suppress(OSError):
            (self.place / "after the cut").touch()
            raise AssertionError("the disk takes files after its power was cut")

    def fail(self) -> None:
        """ext4 meets an error and turns itself read-only, as it does on a failing disk (mounted with errors=remount-ro)."""
        source = subprocess.run(
            ["findmnt", "-no", "SOURCE", self.place], capture_output=True, text=True, check=True
        ).stdout.strip()
        Path("/sys/fs/ext4", Path(source).name, "trigger_fs_error").write_text("1")


def blank(image: Path, megabytes: int) -> None:
    """An image that has all its room on this machine's own disk. One with holes in it would meet that disk's end in a write which the file
    system on it had promised: EIO for the program, and nothing of the kind happens on a real disk."""
    with image.open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, megabytes << 20)
        except OSError as error:
            raise AssertionError(f"this machine has no room for a trial: {error}") from error


@contextmanager
def disk(folder: Path, kind: str, megabytes: int = 512, options: str = "") -> Iterator[Disk]:
    """A new file system on a loop device, mounted at folder/disk."""
    image = folder / "disk.img"
    blank(image, megabytes)
    made = Disk(image, kind, folder / "disk", options)
    made.make()
    with mounted(made):
        yield made


@contextmanager
def mounted(made: Disk) -> Iterator[Disk]:
    """Mounted while this lasts."""
    made.mount()
    try:
        yield made
    finally:
        with suppress(AssertionError):  # after a failure our own desk may have files open on it
            made.unmount(patience=2)
        while subprocess.run(["umount", "-l", made.place], capture_output=True, check=False).returncode == 0:
            pass


@contextmanager
def memory(folder: Path, megabytes: int) -> Iterator[Path]:
    """A small disk in memory, mounted at folder/disk."""
    place = folder / "disk"
    place.mkdir(exist_ok=True)
    command("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place)
    try:
        yield place
    finally:
        command("umount", "-l", place)


def fill(place: Path, leave: int = 0) -> Path:
    """Take all the room but so many bytes; returns the file to delete. All of it first, and that given back: what a file system says is
    free is neither what it gives to root nor what it gives to the last."""
    greedy = place / "somebody else's film"
    with greedy.open("ab") as file:
        space = os.statvfs(place)
        with suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, max(space.f_bavail * space.f_frsize, 1))
        for size in (1 << 20, 4096):  # what is left over in odd places
            with suppress(OSError):
                while True:
                    os.write(file.fileno(), bytes(size))
        whole = os.fstat(file.fileno()).st_size
        assert whole > leave, f"there are only {whole} bytes to be taken"
        os.truncate(file.fileno(), whole - leave)
    return greedy

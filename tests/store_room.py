"""What the store's tests share: a key, a case, an answer, a look at raw pages, a small disk."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.interview.events import Answered, to_line
from app.sample.case import Case

KEY = bytes(range(32))
CANARY = "坦率地说打零分"


def case(identity: str = "0011223344556677", ticket: str = "aa", number: str = "08182340001") -> Case:
    return Case(identity, ticket, number, "tongchuan")


def answer(value: str = "8", question: str = "q1") -> bytes:
    return to_line(Answered(question, value, "00" * 32, "call1", 10, 20))


def pages(path: Path) -> bytes:
    """Everything in the database file, decrypted as SQLCipher 4 lays it out: also the pages that no table owns any more."""
    data, page = path.read_bytes(), 4096
    plain = b""
    for start in range(0, len(data), page):
        block = data[start : start + page]
        body, vector = block[16 if start == 0 else 0 : -80], block[-80:-64]
        decryptor = Cipher(algorithms.AES(KEY), modes.CBC(vector)).decryptor()
        plain += decryptor.update(body) + decryptor.finalize()
    return plain


@contextmanager
def small_disk(tmp_path: Path, size: str) -> Iterator[Path]:
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this machine may not mount")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def fill(disk: Path, leave: int = 300_000) -> None:
    space = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(max(space.f_bavail * space.f_frsize - leave, 0)))

"""A key under a passphrase: the specification's vectors, stock age, and what a wrong or a hostile file is told."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pyrage
import pytest

from app.canonical import hexdigest
from app.clock import seeded
from app.errors import SealError
from app.evidence.age import Identity, encrypt
from app.evidence.locked import WORK, Passphrase, is_locked, lock, unlock
from tests.evidence.test_age_vectors import VECTORS, Vector

WORDS = "correct horse battery staple"
KEY = f"{Identity(bytes(range(32))).export()}\n".encode()
QUICK = Passphrase(WORDS, work=10)
LOCKED = lock(KEY, QUICK, seeded("lock"))

SCRYPT = [path for path in VECTORS if Vector(path)["passphrase"] and not Vector(path)["armored"]]


SAYS = {
    "success": "^$",
    "no match": "passphrase is wrong|by a passphrase alone",
    "header failure": "header is damaged|not canonical",
}


@pytest.mark.parametrize("path", SCRYPT, ids=lambda path: path.name)
def test_vector(path: Path) -> None:
    vector, content, fault = Vector(path), b"", ""
    try:
        content = unlock(vector.body, Passphrase(vector["passphrase"]))
    except SealError as error:
        fault = str(error)
    assert re.search(SAYS[vector.expect], fault), fault
    assert fault or hexdigest(content) == vector.payload


def test_vectors_of_every_ending_were_there() -> None:
    assert {Vector(path).expect for path in SCRYPT} == {"success", "no match", "header failure"}
    assert len(SCRYPT) >= 12


def test_what_is_locked_comes_back_and_an_independent_age_agrees() -> None:
    assert is_locked(LOCKED)
    assert not is_locked(KEY)
    assert unlock(LOCKED, Passphrase(WORDS)) == KEY
    assert pyrage.passphrase.decrypt(LOCKED, WORDS) == KEY
    assert KEY.strip() not in LOCKED


@pytest.mark.real
def test_the_stock_program_opens_a_key_locked_as_in_earnest(tmp_path: Path) -> None:
    for program in ("age", "script"):
        if shutil.which(program) is None:
            pytest.skip(f"the program {program} is not installed")
    locked, opened = tmp_path / "lead.key", tmp_path / "opened"
    locked.write_bytes(lock(KEY, Passphrase(WORDS), seeded("in earnest")))
    assert f" {WORK}\n".encode() in locked.read_bytes()
    command = f"age -d -o {shlex.quote(str(opened))} {shlex.quote(str(locked))}"
    subprocess.run(  # age asks a terminal only; script(1) lends it one
        ["script", "-qec", command, "/dev/null"],
        input=f"{WORDS}\n".encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert opened.read_bytes() == KEY


def test_a_wrong_passphrase_is_told_as_such() -> None:
    with pytest.raises(SealError, match="passphrase is wrong"):
        unlock(LOCKED, Passphrase(WORDS.upper()))


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(SealError, match="at least 12 characters"):
        lock(KEY, Passphrase("1234567890a", work=10), seeded("short"))


def test_a_passphrase_beside_another_recipient_is_refused() -> None:
    """The specification's rule; without it whoever has a public key could plant a file."""
    both = encrypt(KEY, [QUICK, Identity(bytes(range(32))).recipient], seeded("both"))
    with pytest.raises(SealError, match="not locked by a passphrase alone"):
        unlock(both, QUICK)


def test_a_file_that_asks_for_a_days_work_is_refused_at_once() -> None:
    with pytest.raises(SealError, match="more work"):
        unlock(LOCKED.replace(b" 10\n", b" 30\n"), QUICK)


def test_the_passphrase_shows_in_no_message() -> None:
    assert WORDS not in repr(QUICK)

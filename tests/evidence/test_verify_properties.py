"""Whatever byte is changed, whichever file taken away: it is found; and whatever is thrown at a check, it gives a verdict."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.canonical import encode
from app.errors import EvidenceError, SealError
from app.evidence.verify import verify
from tests.evidence.archive import NAME, Made
from tests.evidence.pen import EVERYBODY
from tests.witness.test_witnessed import with_log

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FILES = st.integers(0, 10**6)
PLACES = st.integers(0, 10**9)


def files_of(made: Made) -> list[Path]:
    return sorted(path for path in made.archive.rglob("*") if path.is_file())


@contextmanager
def changed(path: Path, data: bytes | None) -> Iterator[None]:
    """A file with other content, or none, for a while."""
    kept = path.read_bytes()
    path.unlink() if data is None else path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(kept)


@QUICK
@given(which=FILES, at=PLACES, bits=st.integers(1, 255))
def test_any_byte_changed_in_any_file_is_found(made: Made, which: int, at: int, bits: int) -> None:
    files = files_of(made)
    path = files[which % len(files)]
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= bits
    with changed(path, bytes(data)):
        verdict = verify(made.archive)
    assert not verdict.ok, f"{path.relative_to(made.archive)} at {at % len(data)}"
    where = path.relative_to(made.archive).as_posix()
    named = [
        str(finding.at) + finding.needed
        for finding in (*verdict.integrity, *verdict.completeness)
        if finding.spoils
    ]
    assert any(path.name in text or where in text for text in named) or path.suffix == ".vkey"


@QUICK
@given(which=FILES, at=PLACES)
def test_any_file_cut_short_is_found(made: Made, which: int, at: int) -> None:
    files = files_of(made)
    path = files[which % len(files)]
    data = path.read_bytes()
    if path.suffix == ".vkey" and at % len(data) == len(data) - 1:
        return  # the newline at the end of a key says nothing
    with changed(path, data[: at % len(data)]):
        assert not verify(made.archive).ok


def test_any_file_taken_away_is_found(made: Made) -> None:
    for path in files_of(made):
        with changed(path, None):
            verdict = verify(made.archive)
        found = {finding.rule for finding in verdict.completeness}
        if (
            path.name == "publisher.vkey"
        ):  # only somebody else's word makes a publisher: that it is not here is said
            assert "study.unchecked" in found
        elif path.parent.name == "checkpoints" and path.parents[1].name == "log":
            assert (
                "log.unsigned" in found
            )  # its signature is asked for when a witness comes: until then there is none
        else:
            assert not verdict.completeness_ok


@QUICK
@given(seed=st.integers(0, 10**9))
def test_no_ruin_makes_it_stumble(made: Made, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    ruin = tmp_path / "ruin"
    shutil.rmtree(ruin, ignore_errors=True)
    shutil.copytree(made.archive, ruin)
    files = sorted(path for path in ruin.rglob("*") if path.is_file())
    for _ in range(chance.randint(1, 6)):
        _ruin(chance.choice(files), chance.choice(files), chance)
    try:
        verdict = verify(ruin, identities=EVERYBODY)
    except (EvidenceError, SealError):
        return
    assert verdict.text()
    assert encode(verdict.to_json())


def _ruin(path: Path, other: Path, chance: random.Random) -> None:
    """Something bad happens to a file."""
    if not path.exists():
        return
    data = path.read_bytes()
    match chance.randrange(6):
        case 0:
            path.unlink()
        case 1:
            path.write_bytes(data[: chance.randrange(len(data) + 1)])
        case 2:
            path.write_bytes(chance.randbytes(chance.randrange(2000)))
        case 3:
            path.write_bytes(data + data)
        case 4:
            lines = data.split(b"\n")
            chance.shuffle(lines)
            path.write_bytes(b"\n".join(lines))
        case _:
            path.write_bytes(other.read_bytes() if other.exists() else b"")


PIPES = (
    "study/tiny-1.study",
    "central.vkey",
    "publisher.vkey",
    f"devices/{NAME}.vkey",
    f"journals/{NAME}/journal.jsonl",
    "log/entries.jsonl",
)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
@pytest.mark.parametrize("place", PIPES)
def test_a_pipe_in_a_files_place_is_named_and_nobody_waits_for_it(made: Made, place: str) -> None:
    """Whoever opens a pipe to read waits until somebody writes: for ever. In a process of its own, so that it could be ended."""
    with_log(made)
    path = made.archive / place
    path.unlink()
    os.mkfifo(path)
    check = f"from pathlib import Path; from app.evidence.verify import verify; print(verify(Path({str(made.archive)!r})).text())"
    done = subprocess.run(
        [sys.executable, "-c", check],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=30,
    )
    assert "This is a link or a device; it was not opened" in done.stdout
    assert f"({place})" in done.stdout

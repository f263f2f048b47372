"""Tools that others wrote open what we wrote, and we what they wrote: age, pyrage, sha256sum, sox, and a disk that is really full."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyrage  # type: ignore[import-untyped]
import pytest

from app.canonical import hexdigest
from app.clock import VirtualClock, seeded
from app.errors import SealError, StorageError
from app.evidence import recording, wav
from app.evidence.age import CHUNK, Identity, decrypt, encrypt
from app.evidence.journal import GENESIS, Journal, read
from app.evidence.recording import join, remains_of, tail_of
from tests.evidence.calls import CENTRE, LEAD, begin, sealed_sound, speech, talk
from tests.evidence.journals import ORIGIN, SIGNER

pytestmark = pytest.mark.real
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 500_000]


def tool(name: str) -> str:
    """Where a program lies; skips when it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"the program {name} is not installed (Debian package {name})")
    return path


def run(*command: str | Path, data: bytes = b"") -> bytes:
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


@pytest.fixture
def identity_file(tmp_path: Path) -> Path:
    path = tmp_path / "centre.txt"
    path.write_text(CENTRE.export() + "\n")
    return path


@pytest.mark.parametrize("size", SIZES)
def test_age_opens_ours_and_we_open_its(tmp_path: Path, identity_file: Path, size: int) -> None:
    age, data = tool("age"), seeded("sound")(size)
    ours = encrypt(data, [LEAD.recipient, CENTRE.recipient], seeded("file"))
    assert run(age, "-d", "-i", identity_file, data=ours) == data
    its = run(age, "-r", str(CENTRE.recipient), "-r", str(LEAD.recipient), data=data)
    assert decrypt(its, [LEAD]) == data


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_opens_ours_and_we_open_its(size: int) -> None:
    data = seeded("sound")(size)
    ours = encrypt(data, [LEAD.recipient, CENTRE.recipient], seeded("file"))
    assert pyrage.decrypt(ours, [pyrage.x25519.Identity.from_str(CENTRE.export())]) == data
    recipient = pyrage.x25519.Recipient.from_str(str(LEAD.recipient))
    assert decrypt(pyrage.encrypt(data, [recipient]), [LEAD]) == data


def test_keys_that_age_made_are_keys_for_us(tmp_path: Path) -> None:
    identity = Identity.parse(run(tool("age-keygen")).decode().split()[-1])
    assert run(tool("age-keygen"), "-y", data=identity.export().encode()).decode().strip() == str(
        identity.recipient
    )


@pytest.mark.parametrize("cut", [1, 16, 17, CHUNK])
def test_age_and_we_refuse_the_same_cut_file(identity_file: Path, cut: int) -> None:
    whole = encrypt(seeded("sound")(CHUNK), [CENTRE.recipient], seeded("file"))[:-cut]
    with pytest.raises(subprocess.CalledProcessError):
        run(tool("age"), "-d", "-i", identity_file, data=whole)
    with pytest.raises(SealError):
        decrypt(whole, [CENTRE])


def test_age_and_sox_play_a_closed_call(tmp_path: Path, identity_file: Path) -> None:
    recorder = begin(tmp_path)
    talk(recorder, 0, 123)
    recorder.close()
    opened = run(tool("age"), "-d", "-i", identity_file, recorder.path)
    assert opened == sealed_sound(123)
    # sox decodes A-law by its own table; `-t wav` finds rate, channels and coding in our header of unknown length.
    decoded = run(
        tool("sox"), "-D", "-t", "wav", "-", "-t", "raw", "-e", "signed", "-b", "16", "-", data=opened
    )
    left, right = wav.separate(opened[58:])
    both = [sample for pair in zip(samples(left), samples(right), strict=True) for sample in pair]
    assert samples(decoded) == both


def test_sox_reads_what_the_centre_joined_with_its_true_length(tmp_path: Path) -> None:
    recorder = begin(tmp_path)
    talk(recorder, 0, 57)
    recorder.abandon()
    join(recorder.path, tail_of(recorder.path), [CENTRE], tmp_path / "c1.wav", call_id="c1")
    said = run(tool("soxi"), tmp_path / "c1.wav").decode()
    assert "Channels       : 2" in said
    assert "= 40000 samples" in said
    assert "8-bit A-law" in said


def test_sox_codes_alaw_as_we_do(tmp_path: Path) -> None:
    sound = speech("interviewer", 100)
    raw = ("-t", "raw", "-r", "8000", "-c", "1")
    its = run(tool("sox"), "-D", *raw, "-e", "signed", "-b", "16", "-", *raw, "-e", "a-law", "-", data=sound)
    ours = wav.interleave(sound, sound)[0::2]
    # sox rounds 16 to 13 bits where G.711 cuts, so a sample may come out one step away; never two.
    far = [abs(a - b) for a, b in zip(steps(its), steps(ours), strict=True)]
    assert max(far) <= 1


def samples(data: bytes) -> list[int]:
    """int16 little-endian as numbers."""
    return [int.from_bytes(data[at : at + 2], "little", signed=True) for at in range(0, len(data), 2)]


def steps(codes: bytes) -> list[int]:
    """A-law bytes as 0 … 255 in the order of the values they stand for."""
    return [
        (128 + size if code & 0x80 else 127 - size)
        for code in (c ^ 0x55 for c in codes)
        for size in (code & 0x7F,)
    ]


def test_sha256sum_walks_the_journal(tmp_path: Path) -> None:
    with Journal.open(tmp_path, ORIGIN, SIGNER, VirtualClock(0), rehearsal=True) as journal:
        for n in range(6):
            journal.append("line", call="c1", at=n)
        head = journal.head
    expected = GENESIS
    for line in (tmp_path / "journal.jsonl").read_bytes().splitlines():
        assert json.loads(line)["prev"] == expected
        expected = run(tool("sha256sum"), data=line).decode().split()[0]
    assert expected == head


def test_sha256sum_agrees_with_a_closed_call(tmp_path: Path) -> None:
    recorder = begin(tmp_path)
    talk(recorder, 0, 30)
    closed = recorder.close()
    assert run(tool("sha256sum"), recorder.path).decode().split()[0] == closed.sha256


# A disk of two megabytes


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    run(tool("mount"), "-t", "tmpfs", "-o", "size=2m", "tmpfs", place)
    yield place
    run(tool("umount"), place)


def fill(folder: Path) -> None:
    """Until not one byte more goes onto the disk."""
    with (folder / "fill").open("wb", buffering=0) as file:
        while file.tell() < 2**22:
            try:
                file.write(bytes(4096))
            except OSError:
                return


def test_a_full_disk_is_told_before_the_call(small_disk: Path) -> None:
    with pytest.raises(StorageError, match="full"):
        begin(small_disk, reserve=120)
    assert list(small_disk.iterdir()) == []
    recorder = begin(small_disk, reserve=30)
    fill(small_disk)
    talk(recorder, 0, 300)  # what was reserved is there although the disk is full
    assert recorder.seconds_durable == 30
    assert recorder.close().samples == 240_000


def test_a_disk_that_fills_up_during_a_call_loses_nothing_acknowledged(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "reserve", lambda *_: None)
    recorder = begin(small_disk)
    with pytest.raises(StorageError, match="full"):
        talk(recorder, 0, 2000)
    acknowledged = recorder.seconds_durable
    assert acknowledged > 30
    found = remains_of(recorder.path)
    assert join(found.age, found.tail, [CENTRE], call_id="c1") >= acknowledged * 8000


def many_lines(journal: Journal) -> None:
    """More than one page of the disk, in one group."""
    with journal.group():
        for n in range(1, 100):
            journal.append("line", at=n, text="x" * 100)


def test_a_full_disk_stops_the_journal_and_spoils_nothing(small_disk: Path) -> None:
    journal = Journal.open(small_disk, ORIGIN, SIGNER, VirtualClock(0), rehearsal=True)
    journal.append("line", at=0)
    fill(small_disk)
    with pytest.raises(StorageError, match="full"):
        many_lines(journal)
    acknowledged = journal.size
    journal.close()
    (small_disk / "fill").unlink()
    assert len(list(read(small_disk / "journal.jsonl"))) >= acknowledged
    with Journal.open(small_disk, ORIGIN, SIGNER, VirtualClock(0), rehearsal=True) as again:
        again.append("line", at=7)
        assert hexdigest(again.append("line", at=8).line) == again.head

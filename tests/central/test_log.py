"""Central's own log: it only grows, survives every crash, and says when somebody was at it."""

import itertools
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from app.canonical import encode
from app.central.log import CentralLog, log_signer
from app.clock import VirtualClock
from app.errors import EvidenceError, StorageError
from app.evidence import durable
from app.evidence.merkle import root, verify_consistency
from app.evidence.note import COSIGNATURE, Checkpoint, Signer, cosign, open_note, sign

CENTRAL = Signer("central", b"\x02" * 32, COSIGNATURE)
CLOCK = VirtualClock(1_700_000_000_000)
WITNESSES = [Signer(f"witness/{n}", bytes([n] * 32), COSIGNATURE) for n in (7, 8)]


def begun(folder: Path) -> CentralLog:
    return CentralLog.open(folder / "log", folder / "tree", log_signer(CENTRAL))


def grown(folder: Path, lines: int) -> list[str]:
    """A log with so many more lines, a checkpoint after each."""
    log = begun(folder)
    notes = []
    for n in range(lines):
        log.append(CLOCK, "device", journal=f"0000000{n % 10}.1", vkey="x")
        notes.append(log.checkpoint())
    log.close()
    return notes


def test_each_checkpoint_continues_the_one_before_across_restarts(tmp_path: Path) -> None:
    notes = [*grown(tmp_path, 4), *grown(tmp_path, 3)]
    points = [Checkpoint.parse(open_note(note, [log_signer(CENTRAL).verifier]).text) for note in notes]
    log = begun(tmp_path)
    assert [point.size for point in points] == list(range(1, 8))
    assert points[-1].root == root(log.entries(0, 99))
    for old, new in itertools.pairwise(points):
        proof = log.tree.consistency(old.size, new.size)
        verify_consistency(old.size, new.size, old.root, new.root, proof)
    assert len(log.entries(2, 5)) == 3
    log.close()


def peak_of_an_opening(folder: Path) -> int:
    """The most bytes that opening the log has in memory at one time."""
    tracemalloc.start()
    try:
        begun(folder).close()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def long_log(folder: Path) -> int:
    """2 MB of lines, opened once. Returns their bytes."""
    begun(folder).close()
    path = folder / "log" / "entries.jsonl"
    path.write_bytes(
        b"".join(
            encode({"v": 1, "seq": seq, "wall": 0, "type": "device", "vkey": "x" * 5000}) + b"\n"
            for seq in range(400)
        )
    )
    begun(folder).close()
    return path.stat().st_size


def test_a_long_log_is_opened_without_being_held_in_memory(tmp_path: Path) -> None:
    size = long_log(tmp_path)
    assert peak_of_an_opening(tmp_path) < size / 8


def test_a_log_that_cannot_be_read_is_named_and_not_its_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(tmp_path, 3)

    whole = Path.open

    def broken(path: Path, *how: Any, **more: Any) -> Any:
        if path.name == "entries.jsonl":
            raise OSError(5, "Input/output error")
        return whole(path, *how, **more)

    monkeypatch.setattr(Path, "open", broken)
    with pytest.raises(StorageError) as refusal:
        begun(tmp_path)
    assert refusal.value.where.endswith("entries.jsonl")


def test_saboteur_a_log_that_is_read_whole_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = long_log(tmp_path)
    load = CentralLog._load
    monkeypatch.setattr(CentralLog, "_load", lambda log: (log._path.read_bytes(), load(log)))
    assert peak_of_an_opening(tmp_path) > size


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_a_line_that_a_crash_cut_short_is_cut_off(tmp_path: Path, cut: int) -> None:
    grown(tmp_path, 3)
    log = begun(tmp_path)
    log.append(CLOCK, "device", journal="00000009.1", vkey="x")  # no checkpoint was given over it
    log.close()
    path = tmp_path / "log" / "entries.jsonl"
    path.write_bytes(path.read_bytes()[:-cut])
    log = begun(tmp_path)
    assert (len(log.tree), len(log.entries(0, 9))) == (3, 3)
    log.append(CLOCK, "device", journal="00000009.1", vkey="x")
    assert log.tree.root() == root(log.entries(0, 9))
    log.close()


@pytest.mark.parametrize("spoil", [b"", b"x" * 64, b"\x00" * 5])
def test_a_lost_or_damaged_cache_is_built_again(tmp_path: Path, spoil: bytes) -> None:
    grown(tmp_path, 5)
    (tmp_path / "tree").write_bytes(spoil)
    log = begun(tmp_path)
    assert log.tree.root() == root(log.entries(0, 9))
    log.close()


def test_lines_that_were_changed_or_taken_out_behind_a_checkpoint_stop_central(tmp_path: Path) -> None:
    grown(tmp_path, 5)
    path = tmp_path / "log" / "entries.jsonl"
    whole = path.read_bytes()
    for changed in (
        whole.replace(b'"vkey":"x"', b'"vkey":"y"', 1),
        b"".join(whole.splitlines(keepends=True)[:4]),
    ):
        path.write_bytes(changed)
        with pytest.raises(EvidenceError, match="not what its own checkpoint says"):
            begun(tmp_path)
    path.write_bytes(whole)
    begun(tmp_path).close()


def test_after_the_disk_has_refused_a_line_no_other_is_taken_until_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(tmp_path, 2)
    log = begun(tmp_path)
    write = durable.write_all

    def half(descriptor: int, data: bytes) -> None:
        write(descriptor, data[:9])
        raise OSError(28, "full")

    monkeypatch.setattr(durable, "write_all", half)
    with pytest.raises(StorageError, match="full"):
        log.append(CLOCK, "device", journal="00000000.1", vkey="x")
    monkeypatch.undo()
    with pytest.raises(StorageError, match="Restart central"):
        log.append(CLOCK, "device", journal="00000000.1", vkey="x")
    log.close()
    assert len(grown(tmp_path, 1)) == 1
    log = begun(tmp_path)
    assert log.tree.root() == root(log.entries(0, 9))
    log.close()


def test_a_witness_that_signs_again_a_hundred_times_leaves_one_line_and_another_its_own(
    tmp_path: Path,
) -> None:
    note = grown(tmp_path, 2)[-1]
    log, known = begun(tmp_path), [each.verifier for each in WITNESSES]
    for seconds in range(100):
        assert log.cosigned(cosign(note, WITNESSES[0], seconds), known)
    assert log.cosigned(cosign(note, WITNESSES[1], 5), known)
    opened = open_note(
        (tmp_path / "log" / "cosigned" / "000000000002.note").read_bytes(), [*known, log.signer.verifier]
    )
    assert {each.verifier.name: each.seconds for each in opened.signatures} == {
        "central/log": 0,
        "witness/7": 99,
        "witness/8": 5,
    }
    stranger = Signer("witness/9", b"\x09" * 32, COSIGNATURE)
    assert not log.cosigned(cosign(note, stranger, 1), known)
    assert not log.cosigned("hello", known)
    log.close()


@pytest.mark.parametrize("size", [2, 9])
def test_a_witness_who_signed_another_log_is_not_kept_beside_ours(tmp_path: Path, size: int) -> None:
    grown(tmp_path, 2)
    log = begun(tmp_path)
    other = sign(Checkpoint("central/log", size, b"\x09" * 32).text, log.signer)
    assert not log.cosigned(cosign(other, WITNESSES[0], 1), [WITNESSES[0].verifier])
    assert not (tmp_path / "log" / "cosigned").exists()
    log.close()


def doubled(folder: Path) -> bytes:
    """Two lines behind the newest checkpoint, then the last of them once more: what restoring by hand, or a disk, may make of a file."""
    grown(folder, 3)
    log = begun(folder)
    log.append(CLOCK, "device", journal="00000008.1", vkey="x")
    log.append(CLOCK, "device", journal="00000009.1", vkey="x")
    log.close()
    path = folder / "log" / "entries.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines(keepends=True)[-1])
    return path.read_bytes()


def test_a_doubled_line_behind_the_checkpoint_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    found = doubled(tmp_path)
    with pytest.raises(EvidenceError, match=r"wrong place.*entries\.jsonl, line 6"):
        begun(tmp_path)
    assert (tmp_path / "log" / "entries.jsonl").read_bytes() == found


def test_saboteur_that_believes_what_no_checkpoint_covers_would_sign_a_line_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubled(tmp_path)
    monkeypatch.setattr(CentralLog, "_follows", lambda *_: None)
    log = begun(tmp_path)
    assert Checkpoint.parse(open_note(log.checkpoint(), [log.signer.verifier]).text).size == 6
    log.close()


@pytest.mark.parametrize("behind", [b"\x00" * 40, b'{"journal":"0000'])
def test_what_a_power_cut_leaves_behind_the_last_line_is_cut_off(tmp_path: Path, behind: bytes) -> None:
    grown(tmp_path, 3)
    path = tmp_path / "log" / "entries.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + behind)
    begun(tmp_path).close()
    assert path.read_bytes() == whole


def test_what_central_cannot_have_written_behind_the_last_line_is_left_and_said(tmp_path: Path) -> None:
    grown(tmp_path, 3)
    path = tmp_path / "log" / "entries.jsonl"
    spoilt = path.read_bytes() + b"\x8a\x01 rubbish"
    path.write_bytes(spoilt)
    with pytest.raises(StorageError, match=r"was not written by central.*line 4"):
        begun(tmp_path)
    assert path.read_bytes() == spoilt


def test_a_last_line_whose_newline_became_another_byte_is_not_taken_for_a_crash(tmp_path: Path) -> None:
    grown(tmp_path, 3)
    log = begun(tmp_path)
    log.append(CLOCK, "device", journal="00000009.1", vkey="x")
    log.close()
    path = tmp_path / "log" / "entries.jsonl"
    spoilt = path.read_bytes()[:-1] + b"\x0b"
    path.write_bytes(spoilt)
    with pytest.raises(StorageError, match="lost its newline"):
        begun(tmp_path)
    assert path.read_bytes() == spoilt

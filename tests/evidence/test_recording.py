"""Recording: a closed call is one age file with all its sound, and what a crash leaves is put together at the centre."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canonical import hexdigest
from app.clock import seeded
from app.errors import SealError, StorageError
from app.evidence import wav
from app.evidence.age import decrypt
from app.evidence.recording import join, remains_of, tail_of
from app.evidence.rewrapping import rewrapped
from app.evidence.tail import Frames, read_frames
from tests.evidence.calls import CENTRE, LEAD, STRANGER, begin, sealed_sound, speech, talk


def test_a_closed_call_is_one_age_file_and_the_sound_is_all_there(tmp_path: Path) -> None:
    recorder = begin(tmp_path)
    talk(recorder, 0, 123)
    assert recorder.seconds_durable == 12
    closed = recorder.close()
    assert [path.name for path in tmp_path.iterdir()] == ["c1.age"]
    whole = recorder.path.read_bytes()
    assert decrypt(whole, [LEAD]) == sealed_sound(123)
    assert closed.sha256 == hexdigest(whole)
    assert closed.bytes == len(whole)
    assert closed.samples == 12_3 * 800
    assert not tail_of(recorder.path).exists()


def test_header_is_on_the_disk_before_anybody_dials(tmp_path: Path) -> None:
    recorder = begin(tmp_path)
    assert recorder.header_sha == hexdigest(recorder.path.read_bytes())
    assert join(recorder.path, tail_of(recorder.path), [CENTRE], call_id="c1") == 0
    recorder.abandon()


@pytest.mark.parametrize("tenths", [0, 3, 10, 41, 82])
def test_a_call_of_any_length_closes_well(tmp_path: Path, tenths: int) -> None:
    recorder = begin(tmp_path)
    talk(recorder, 0, tenths)
    closed = recorder.close()
    assert closed.samples == tenths * 800
    assert decrypt(recorder.path, [CENTRE]) == sealed_sound(tenths)


def test_payload_hash_outlives_a_change_of_recipients(tmp_path: Path) -> None:
    recorder = begin(tmp_path)
    talk(recorder, 0, 30)
    closed = recorder.close()
    with rewrapped(recorder.path, [CENTRE], [STRANGER.recipient], tmp_path / "new.age", seeded("new")):
        pass
    payload = (tmp_path / "new.age").read_bytes().split(b"\n--- ", 1)[1].split(b"\n", 1)[1]
    assert hexdigest(payload) == closed.payload_sha256
    assert hexdigest((tmp_path / "new.age").read_bytes()) != closed.sha256


def test_marks_tell_what_lies_on_the_disk(tmp_path: Path) -> None:
    recorder = begin(tmp_path)
    talk(recorder, 0, 105)
    mark = recorder.mark()
    on_disk = recorder.path.read_bytes()
    assert (mark.bytes, mark.sha256, mark.samples) == (len(on_disk), hexdigest(on_disk), 80_000)
    talk(recorder, 105, 200)
    recorder.close()
    assert hexdigest(recorder.path.read_bytes()[: mark.bytes]) == mark.sha256


def test_a_late_block_of_many_seconds_is_taken_at_once(tmp_path: Path) -> None:
    recorder = begin(tmp_path)
    recorder.write(speech("interviewer", 95), speech("respondent", 95))
    assert recorder.seconds_durable == 9
    recorder.abandon()
    assert join(recorder.path, tail_of(recorder.path), [LEAD], call_id="c1") == 72_000


# At the centre


def test_remains_are_named_by_their_hashes_and_joined_into_wav_or_age(tmp_path: Path) -> None:
    recorder = begin(tmp_path)
    talk(recorder, 0, 57)
    recorder.abandon()
    found = remains_of(recorder.path)
    assert found.tail is not None
    assert found.age_sha256 == hexdigest(found.age.read_bytes())
    assert found.tail_sha256 == hexdigest(found.tail.read_bytes())
    assert (found.age_bytes, found.tail_bytes) == (found.age.stat().st_size, found.tail.stat().st_size)
    sound, again = tmp_path / "c1.wav", tmp_path / "joined.age"
    assert join(found.age, found.tail, [LEAD], sound, call_id="c1") == 40_000
    assert sound.read_bytes() == wav.header(40_000) + sealed_sound(50)[58:]
    recipients = [STRANGER.recipient]
    assert join(found.age, found.tail, [LEAD], again, call_id="c1", recipients=recipients) == 40_000
    assert decrypt(again, [STRANGER]) == sealed_sound(50)
    with pytest.raises(StorageError, match="already"):
        join(found.age, found.tail, [LEAD], sound, call_id="c1")


def test_a_tail_that_came_back_after_a_clean_close_changes_nothing(tmp_path: Path) -> None:
    recorder = begin(tmp_path)
    talk(recorder, 0, 57)
    shutil.copy(tail_of(recorder.path), tmp_path / "copy")
    closed = recorder.close()
    shutil.copy(tmp_path / "copy", tail_of(recorder.path))
    found = remains_of(recorder.path)
    assert found.age_sha256 == closed.sha256
    assert join(found.age, found.tail, [CENTRE], call_id="c1") == closed.samples


def test_strangers_and_empty_files_get_a_plain_sentence(tmp_path: Path) -> None:
    age, tail = tmp_path / "c1.age", tmp_path / "c1.age.tail"
    recorder = begin(tmp_path)
    header = age.read_bytes()
    talk(recorder, 0, 57)
    recorder.abandon()
    with pytest.raises(SealError, match="None of the given keys"):
        join(age, tail, [STRANGER], tmp_path / "out.wav", call_id="c1")
    assert not (tmp_path / "out.wav").exists()
    age.write_bytes(b"")
    with pytest.raises(SealError, match="not an age file"):
        join(age, tail, [CENTRE], call_id="c1")
    age.write_bytes(header)
    with pytest.raises(SealError, match="no sound"):
        join(age, None, [CENTRE], call_id="c1")


@given(st.binary(max_size=200))
def test_rubbish_in_a_tail_ends_it_quietly(rubbish: bytes) -> None:
    frame = Frames(bytes(16), bytes(16), "c1").seal(b"second")
    found = list(read_frames(BytesIO(frame + rubbish), bytes(16), bytes(16), "c1"))
    assert found == [(0, b"second")]


@pytest.mark.parametrize("hurt", range(4))
def test_a_frame_that_does_not_open_costs_only_itself(hurt: int) -> None:
    frames = Frames(bytes(16), bytes(16), "c1")
    sealed = [frames.seal(f"second {n}".encode()) for n in range(4)]
    sealed[hurt] = sealed[hurt][:-1] + bytes([sealed[hurt][-1] ^ 1])
    found = [text.decode() for _, text in read_frames(BytesIO(b"".join(sealed)), bytes(16), bytes(16), "c1")]
    assert found == [f"second {n}" for n in range(4) if n != hurt]

"""The workstation's working memory is lost, or its end: what the journal knows is settled and handed in all the same. And a journal that is
lost is not begun again under the same key, which would be a second history."""

import shutil
from pathlib import Path

import pytest

from app import recovery
from app.clock import VirtualClock
from app.errors import EvidenceError, StorageError
from app.evidence.verify import verify
from app.store_schema import storage_faults
from app.workstation import Workstation
from tests.desk_room import Room, centre
from tests.desk_talk import answers, events, ring, seat, talk


def cut_off(folder: Path, *lost: str, seed: str = "room") -> Room:
    """The power goes in the second call; these files of the store are not there at the next start."""
    room = seat(folder, answers(), answers())
    room.work(1)
    ring(room)
    talk(room, until="q03")
    room.pass_time(4_500)
    copy = folder / "next"
    shutil.copytree(room.folder, copy)
    room.close()
    for name in lost:
        (copy / name).unlink()
    return Room(copy, seed, 40, clock=VirtualClock(room.clock.wall() + 900_000, boot="next")).open()


def told_to_its_end(room: Room) -> None:
    """The call that was cut off is told once, nothing is open, and everything that the journal names is due for central."""
    (interrupted,) = events(room, "call.interrupted")
    (recovered,) = events(room, "rec.recovered")
    assert interrupted["call"] == recovered["call"]
    assert [event["where"] for event in events(room, "io.error")] == ["store"]
    assert not room.station.store.open_calls()
    due = {parcel.sha256: parcel.kind for parcel in room.station.store.pending()}
    assert due == {
        **{event["contact"]: "contact" for event in events(room, "dial.start")},
        **{event["object"]: "interview" for event in events(room, "interview.close")},
        **{event["sha256"]: "recording" for event in events(room, "rec.close")},
        recovered["age_sha256"]: "recording-part",
        recovered["tail_sha256"]: "tail",
    }
    room.close()
    verdict = verify(room.folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()


@pytest.mark.parametrize("seed", ["room", "other"])
@pytest.mark.parametrize("lost", [("store.db", "store.db-wal"), ("store.db-wal",)])
def test_a_call_that_the_store_has_forgotten_is_settled_from_the_journal(
    tmp_path: Path, lost: tuple[str, ...], seed: str
) -> None:
    """seed: "other" draws other cases afterwards, so that even the case of the call is unknown."""
    told_to_its_end(cut_off(tmp_path, *lost, seed=seed))


def test_saboteur_a_start_that_asks_only_the_store_forgets_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "_remember", lambda _: {})
    with pytest.raises(ValueError, match="not enough values"):
        told_to_its_end(cut_off(tmp_path, "store.db", "store.db-wal"))


def test_saboteur_without_the_outbox_nothing_of_it_would_be_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "_due_again", lambda _: None)
    with pytest.raises(AssertionError):
        told_to_its_end(cut_off(tmp_path, "store.db", "store.db-wal"))


def test_a_page_that_does_not_decrypt_is_a_damaged_file_in_words(tmp_path: Path) -> None:
    """SQLCipher answers a commit that meets such a page with "out of memory"."""
    with pytest.raises(StorageError, match=r"store\.db"), storage_faults(tmp_path / "store.db"):
        raise MemoryError


def again_without(folder: Path, *parts: str) -> None:
    """A start on a folder whose journal, or part of it, is gone."""
    room = seat(folder, answers())
    room.work(1)
    room.close()
    journal = room.folder / "journals" / "1"
    for part in parts:
        path = journal / part
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    Room(room.folder, clock=VirtualClock(room.clock.wall() + 900_000, boot="next")).open().close()


def test_a_journal_that_was_removed_with_its_checkpoints_is_not_begun_again(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"0 lines here, but it was begun before.*fangxin sync renew"):
        again_without(tmp_path, "journal.jsonl", "checkpoints")
    journal = tmp_path / "desk" / "journals" / "1"
    assert not list(journal.glob("checkpoints/*"))
    assert not (journal / "journal.jsonl").read_bytes()


def test_saboteur_without_the_memory_of_it_a_second_history_would_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workstation, "_as_remembered", lambda *_: None)
    again_without(tmp_path, "journal.jsonl", "checkpoints")

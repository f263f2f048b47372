"""The room's own library of announcements: an outcome offers the clip, a lead hears and names it, the study shares it."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from app.clock import seeded
from app.errors import SealError, StudyError, UsageError
from app.evidence.age import Identity
from app.hearing.entry import Entry, entries, known_in, library, read_entry
from app.hearing.library import MOST_OFFERED, RoomLibrary
from app.sample.outcome import load_outcomes
from hardware.base import RATE, Announcement, Cause
from hardware.listen import Listener
from hardware.tones import Tone
from tests.hardware import corpus

LEAD = Identity.generate(seeded("lead"))
OUTCOMES = load_outcomes()


def clip(words: str, seed: int = 0) -> bytes:
    """A line that rings, says something in noise, and ends in a busy tone."""
    said = corpus.noisy(corpus.babble(words, 5), 25, np.random.default_rng(seed))
    ringing, busy = corpus.tone(Tone.RINGBACK.value, 2), corpus.tone(Tone.BUSY.value, 2)
    return corpus.whole(corpus.a_law(np.concatenate((ringing, said, busy)))).tobytes()


@pytest.fixture
def room(tmp_path: Path) -> RoomLibrary:
    return RoomLibrary(tmp_path)


def offer(room: RoomLibrary, outcome: str, words: str, seed: int = 0) -> str:
    return room.offer(outcome, clip(words, seed), [LEAD.recipient], seeded(f"{words}{seed}"))


def test_a_clip_goes_from_the_interviewer_over_the_lead_to_the_line(room: RoomLibrary) -> None:
    name = offer(room, "13", "switched off")
    with pytest.raises(UsageError, match="Nobody has listened"):
        room.accept(name, OUTCOMES)
    with wave.open(io.BytesIO(room.hear(name, [LEAD]))) as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
        assert (
            4.5 < file.getnframes() / RATE < 5.5
        )  # the words, without the ringing before and the tone after them
    entry = room.accept(name, OUTCOMES)
    assert (entry.outcome, room.offers()) == ("13", {})
    assert [each.id for each in room.accepted()] == [name]
    listener = Listener("call", library(room.accepted(), OUTCOMES))
    events = listener.feed(clip("switched off", seed=5))
    (heard,) = [event for event in events if isinstance(event, Announcement)]
    assert (heard.label, heard.cause) == ("13", Cause.POWERED_OFF)


def test_the_clip_is_sealed_while_it_waits_and_gone_afterwards(room: RoomLibrary, tmp_path: Path) -> None:
    name = offer(room, "11", "no such number")
    sealed = tmp_path / "announcements" / "offered" / f"{name}.age"
    assert sealed.read_bytes().startswith(b"age-encryption.org/v1\n")
    with pytest.raises(SealError, match="cannot be opened with this key"):
        room.hear(name, [Identity.generate(seeded("somebody else"))])
    with pytest.raises(UsageError):
        room.accept(name, OUTCOMES)
    room.hear(name, [LEAD])
    room.accept(name, OUTCOMES)
    left = [path for path in (tmp_path / "announcements").rglob("*") if path.is_file()]
    assert [path.parent.name for path in left] == ["accepted"]


def test_the_same_announcement_is_offered_once_and_votes_are_counted(room: RoomLibrary) -> None:
    first = offer(room, "13", "switched off", 1)
    assert offer(room, "13", "switched off", 2) == first
    assert not room.offers()[first].disputed
    assert offer(room, "12", "switched off", 3) == first
    assert room.offers()[first].votes == {"13": 2, "12": 1}
    assert room.offers()[first].disputed
    assert offer(room, "12", "suspended") != first


def test_what_is_known_or_rejected_is_not_offered_again(room: RoomLibrary) -> None:
    known, unwanted = offer(room, "13", "switched off"), offer(room, "11", "somebody's song")
    room.hear(known, [LEAD])
    room.accept(known, OUTCOMES)
    room.reject(unwanted)
    assert offer(room, "13", "switched off", 8) == ""
    assert offer(room, "11", "somebody's song", 9) == ""
    assert room.offers() == {}


@pytest.mark.parametrize("place", ["offered", "accepted", "rejected"])
def test_one_file_that_cannot_be_read_does_not_stop_the_learning(
    room: RoomLibrary, tmp_path: Path, place: str
) -> None:
    name = offer(room, "12", "out of service")
    (tmp_path / "announcements" / place).mkdir(exist_ok=True)
    (tmp_path / "announcements" / place / "0123456789abcdef.json").write_bytes(b"{}")
    assert offer(room, "13", "switched off")
    assert offer(room, "12", "out of service", seed=3) == name


def test_what_another_process_accepts_is_known_at_the_next_offer(room: RoomLibrary, tmp_path: Path) -> None:
    name = offer(room, "12", "out of service")
    lead = RoomLibrary(tmp_path)
    lead.hear(name, [LEAD])
    lead.accept(name, OUTCOMES)
    assert offer(room, "12", "out of service", seed=3) == ""


def test_a_tone_silence_or_a_word_teach_nothing(room: RoomLibrary) -> None:
    for sound in (corpus.tone(Tone.BUSY.value, 8), corpus.silence(8), corpus.babble("hello", 1)):
        assert room.offer("15", corpus.whole(sound).tobytes(), [LEAD.recipient], seeded("x")) == ""
    assert room.offer("15", b"", [LEAD.recipient], seeded("x")) == ""


def test_a_lead_who_never_looks_fills_no_disk(room: RoomLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_OFFERED <= 200
    monkeypatch.setattr("app.hearing.library.MOST_OFFERED", 2)
    assert [bool(offer(room, "13", words)) for words in ("one", "two", "three")] == [True, True, False]


def test_a_lead_may_name_it_otherwise_but_not_as_something_no_line_says(room: RoomLibrary) -> None:
    name = offer(room, "13", "suspended")
    room.hear(name, [LEAD])
    with pytest.raises(UsageError, match="60 is no outcome"):
        room.accept(name, OUTCOMES, "60")
    assert room.accept(name, OUTCOMES, "12").outcome == "12"


def test_a_study_carries_the_library_to_other_rooms(room: RoomLibrary, tmp_path: Path) -> None:
    name = offer(room, "13", "switched off")
    room.hear(name, [LEAD])
    room.accept(name, OUTCOMES)
    study = tmp_path / "study"
    (path,) = room.export(study)
    assert path.parent.name == "announcements"
    other = RoomLibrary(tmp_path / "other")
    known = other.publish(
        {f"announcements/{path.name}": path.read_bytes(), "units.csv": b"", "announcements/bad.json": b"?"}
    )
    assert [entry.id for entry in known_in(known)] == [name]
    assert [entry.id for entry in other.take_in(study)] == [name]
    assert known_in(other.publish({}))[0].id == name


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{}",
        b"[]",
        b'{"landmarks":"","outcome":"11","v":1}',
        b'{"landmarks":"AAAA","outcome":"11","v":1}',
    ],
)
def test_a_damaged_recording_is_named(damage: bytes) -> None:
    with pytest.raises(StudyError, match="11-x"):
        entries({"announcements/11-x.json": damage})


def test_a_recording_s_file_is_small_and_always_the_same(room: RoomLibrary) -> None:
    name = offer(room, "13", "switched off")
    entry = room.offers()[name].entry
    data = entry.to_bytes()
    again = read_entry(data, "x")
    assert (again.id, again.to_bytes()) == (entry.id, data)
    assert len(data) < 40_000
    assert isinstance(again, Entry)
